// A native input or textarea. The server gives two texts: `shown` (formatted for reading) and `edit` (for typing);
// the browser answers once, when the field is left or Enter is pressed, so typing costs no traffic. At rest a quiet
// control shows the whole text on as many lines as it takes (`af-whole`): a line of typing would cut it.
export default {
  props: {
    shown: { type: String, default: "" },
    edit: { type: String, default: "" },
    lines: { type: Number, default: 1 },
    kind: { type: String, default: "text" },
    label: { type: String, default: "" },
    placeholder: { type: String, default: "" },
    suffix: { type: String, default: "" },
    units: { type: Array, default: () => [] },
    unit: { type: String, default: "" },
    stamp: { type: Number, default: 0 },
    readonly: Boolean,
    invalid: Boolean,
    numeric: Boolean,
    instant: Boolean,
    autofocus: Boolean,
    link: { type: String, default: "" },
  },
  emits: ["set", "unit", "draft", "submit", "cancel"],
  template: `
    <div class="af-control" :class="{'af-invalid': invalid, 'af-readonly': readonly, 'af-numeric': numeric, 'af-lines': lines > 1}">
      <textarea v-if="lines > 1" ref="box" class="af-box" rows="1" v-model="draft" :readonly="readonly"
        :placeholder="placeholder" :aria-label="label" :aria-invalid="invalid" @focus="enter" @blur="leave"
        @input="typed" @keydown="key"></textarea>
      <span v-if="lines < 2 && kind !== 'password'" class="af-whole" :data-text="draft" aria-hidden="true"></span>
      <input v-if="lines < 2" ref="box" class="af-box" :type="kind === 'password' ? 'password' : 'text'" v-model="draft"
        :readonly="readonly" :inputmode="mode" :placeholder="placeholder" :aria-label="label" :aria-invalid="invalid" autocomplete="off" spellcheck="false"
        @focus="enter" @blur="leave" @input="typed" @keydown="key">
      <select v-if="units.length" class="af-unit" :value="unit" :disabled="readonly" :aria-label="label" @change="$emit('unit', $event.target.value)">
        <option v-for="u in units" :key="u" :value="u">{{ u }}</option>
      </select>
      <span v-if="suffix" class="af-suffix">{{ suffix }}</span>
      <a v-if="link && !focused" class="af-go" :href="link" target="_blank" rel="noopener noreferrer" tabindex="-1"
        :aria-label="link">↗</a>
    </div>`,
  data() { return { draft: this.shown, focused: false, sent: this.edit, began: this.stamp }; },
  computed: {
    mode() { return { number: "decimal", phone: "tel", email: "email", web: "url" }[this.kind] || "text"; },
  },
  watch: {
    // The stamp changes with every value the server gives, even when the value is the one already here.
    stamp() { if (!this.focused) { this.sent = this.edit; this.rest(); } else if (this.draft === this.sent) this.begin(); },
  },
  mounted() {
    this.fit();
    if (this.autofocus) this.$nextTick(() => this.$refs.box.focus());
  },
  updated() { this.fit(); },
  methods: {
    rest() { if (!this.invalid) this.draft = this.shown; },
    fit() {
      const box = this.$refs.box;
      if (this.lines < 2 || !box) return;
      box.style.height = "auto";
      box.style.height = Math.min(box.scrollHeight + 2, 420) + "px";
    },
    // `began` says which value the typing started from, so that a change by somebody else meanwhile is noticed.
    begin() { this.draft = this.sent = this.edit; this.began = this.stamp; },
    enter() {
      this.focused = true;
      if (this.readonly || this.invalid) return;
      this.begin();
      if (this.numeric) this.$nextTick(() => this.$refs.box.select());
    },
    leave() {
      this.focused = false;
      if (this.draft === this.edit && this.sent === this.edit) this.rest();
      else this.commit();
    },
    typed() {
      this.fit();
      if (this.instant) this.$emit("draft", this.draft);
    },
    commit() {
      if (this.readonly || this.draft === this.sent) return;
      this.sent = this.draft;
      this.$emit("set", { text: this.draft, began: this.began });
    },
    key(event) {
      if (event.isComposing) return;
      if (event.key === "Enter" && (this.lines < 2 || event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.commit();
        this.$emit("submit");
      } else if (event.key === "Escape" && this.draft !== this.edit) {
        event.stopPropagation();
        this.draft = this.sent = this.edit;
        this.$emit("cancel");
        this.$refs.box.blur();
      }
    },
    focus() { this.$refs.box.focus(); },
    wipe() { this.draft = ""; this.sent = ""; this.fit(); },
  },
};
