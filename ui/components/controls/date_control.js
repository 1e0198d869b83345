// A date, or a date with time, typed in the reader's own format or picked from a calendar. What is typed goes to the server
// as it is: only the server knows how to read it.
export default {
  props: {
    shown: { type: String, default: "" },
    iso: { type: String, default: "" },
    stamp: { type: Number, default: 0 },
    timed: Boolean,
    readonly: Boolean,
    invalid: Boolean,
    label: { type: String, default: "" },
    placeholder: { type: String, default: "" },
    format: { type: String, default: "" },
    today: { type: String, default: "" },
    texts: { type: Object, default: () => ({}) },
    monday: { type: Boolean, default: true },
  },
  emits: ["set", "submit"],
  template: `
    <div class="af-control af-date" :class="{'af-invalid': invalid, 'af-readonly': readonly}" ref="field">
      <input ref="box" class="af-box" v-model="draft" :readonly="readonly" :placeholder="focused || !placeholder ? format : placeholder" :aria-label="label"
        :aria-invalid="invalid" autocomplete="off" @focus="enter" @blur="leave" @keydown="key">
      <button v-if="!readonly" type="button" class="af-icon-button" tabindex="-1" :aria-label="texts.open" @click="menu = !menu">
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2.5 6.5h11M5 2v2.5M11 2v2.5M3.5 3.5h9a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1Z" fill="none" stroke="currentColor" stroke-width="1.3" stroke-linecap="round"/></svg>
      </button>
      <q-menu v-if="!readonly" v-model="menu" no-parent-event anchor="bottom left" self="top left" :offset="[0, 4]"
        class="af-menu af-date-menu" transition-duration="120">
        <q-date minimal flat square :model-value="day" mask="YYYY-MM-DD" :first-day-of-week="monday ? 1 : 0" @update:model-value="picked"></q-date>
        <div class="af-date-foot">
          <input v-if="timed" type="time" class="af-time" :value="time" :aria-label="texts.time" @change="timedPicked">
          <button type="button" class="af-quiet-button" @click="picked(today)">{{ texts.today }}</button>
          <button v-if="iso" type="button" class="af-quiet-button" @click="send('')">{{ texts.clear }}</button>
        </div>
      </q-menu>
    </div>`,
  data() { return { draft: this.shown, sent: this.shown, focused: false, menu: false, began: this.stamp }; },
  computed: {
    day() { return this.iso.slice(0, 10); },
    time() { return this.iso.slice(11, 16) || "09:00"; },
  },
  watch: { stamp() { if (!this.focused || this.draft === this.sent) { this.draft = this.sent = this.shown; this.began = this.stamp; } } },
  methods: {
    enter() { this.focused = true; if (!this.invalid) this.began = this.stamp; },
    leave() { this.focused = false; this.commit(); },
    commit() {
      if (this.readonly || this.draft === this.sent) return;
      this.sent = this.draft;
      this.$emit("set", { text: this.draft, began: this.began });
    },
    send(iso) { this.menu = false; this.draft = this.sent; this.$emit("set", { iso, began: this.stamp }); },
    picked(day) {
      if (!day) return;
      if (this.timed) { this.$emit("set", { iso: day + "T" + this.time, began: this.stamp }); return; }
      this.send(day);
    },
    timedPicked(event) { if (event.target.value) this.$emit("set", { iso: (this.day || this.today) + "T" + event.target.value, began: this.stamp }); },
    key(event) {
      if (event.key === "Enter") { event.preventDefault(); this.commit(); this.menu = false; this.$emit("submit"); }
      else if (event.key === "Escape" && this.draft !== this.shown) { event.stopPropagation(); this.draft = this.sent = this.shown; }
      else if (event.key === "ArrowDown" && !this.menu) { event.preventDefault(); this.menu = true; }
    },
    focus() { this.$refs.box.focus(); },
  },
};
