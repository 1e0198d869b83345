// One control for every value that is chosen: a pill, several, a person, a linked record. Fixed options are filtered here;
// `remote` ones are asked from the server as one types. Everything is drawn as text, nothing as HTML.
export default {
  props: {
    value: { type: Array, default: () => [] },
    options: { type: Array, default: () => [] },
    look: { type: String, default: "pill" },
    remote: Boolean,
    multiple: Boolean,
    clearable: { type: Boolean, default: true },
    creatable: Boolean,
    readonly: Boolean,
    invalid: Boolean,
    label: { type: String, default: "" },
    placeholder: { type: String, default: "" },
    texts: { type: Object, default: () => ({}) },
  },
  emits: ["set", "search", "make", "open"],
  template: `
    <div class="af-control af-picker" :class="{'af-invalid': invalid, 'af-readonly': readonly, 'af-open': shown}" ref="field"
      :tabindex="readonly ? -1 : 0" role="combobox" :aria-expanded="shown" :aria-label="label" :aria-invalid="invalid"
      aria-haspopup="listbox" @click="toggle" @keydown="closedKey">
      <span class="af-chosen">
        <span v-if="!value.length" class="af-placeholder">{{ placeholder }}</span>
        <span v-for="item in value" :key="item.id" class="af-item" :class="'af-as-' + plainly(item)" :style="tint(item)">
          <span v-if="item.face" class="at-face" :class="{'a-photo': item.face.p}" :style="{'--at-who': item.face.c, '--photo': item.face.p}">{{ item.face.i }}</span>
          <a v-if="look === 'link' && item.href" class="af-linked" :href="prefix + item.href" @click.stop.prevent="$emit('open', item)">{{ item.title }}</a>
          <span v-else class="af-item-text">{{ item.title }}</span>
          <button v-if="multiple && !readonly" type="button" class="af-drop" tabindex="-1" :aria-label="texts.remove"
            @click.stop="remove(item)">×</button>
        </span>
      </span>
      <svg v-if="!readonly" class="af-caret" viewBox="0 0 16 16" aria-hidden="true"><path d="M4.5 6.5 8 10l3.5-3.5" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"/></svg>
      <q-menu v-if="!readonly" v-model="shown" no-parent-event fit no-focus max-height="340px" class="af-menu af-picker-menu"
        anchor="bottom left" self="top left" :offset="[0, 4]" transition-duration="120" @before-show="opening" @show="focus" @hide="closed">
        <div class="af-menu-search" v-if="remote || creatable || options.length > 7">
          <input ref="search" v-model="text" class="af-search-box" :placeholder="texts.search" :aria-label="texts.search"
            autocomplete="off" @input="typed" @keydown="openKey">
        </div>
        <div class="af-menu-list" role="listbox" ref="list" tabindex="-1" @keydown="openKey">
          <div v-for="(item, i) in visible" :key="item.id" class="af-menu-item" role="option" :aria-selected="has(item)"
            :class="{'af-active': i === active}" @mousemove="active = i" @click.stop="choose(item)">
            <span v-if="item.face" class="at-face" :class="{'a-photo': item.face.p}" :style="{'--at-who': item.face.c, '--photo': item.face.p}">{{ item.face.i }}</span>
            <span class="af-item" :class="'af-as-' + plainly(item)" :style="tint(item)"><span class="af-item-text">{{ item.title }}</span></span>
            <span v-if="item.note" class="af-menu-note">{{ item.note }}</span>
            <span v-if="has(item)" class="af-check">✓</span>
          </div>
          <div v-if="!visible.length && !busy" class="af-menu-none">{{ texts.nothing }}</div>
          <div v-if="makeable" class="af-menu-item af-menu-make" :class="{'af-active': active === visible.length}"
            @mousemove="active = visible.length" @click.stop="make">+ {{ texts.create.replace('%', text.trim()) }}</div>
        </div>
        <div v-if="clearable && value.length && !multiple" class="af-menu-foot">
          <button type="button" class="af-menu-clear" @click.stop="clear">{{ texts.clear }}</button>
        </div>
      </q-menu>
    </div>`,
  data() { return { prefix: window.path_prefix || "", shown: false, text: "", found: [], early: "", active: 0, busy: false, seq: 0 }; },
  computed: {
    visible() {
      if (this.remote) return this.found;
      const word = this.text.trim().toLowerCase();
      return word ? this.options.filter((o) => o.title.toLowerCase().includes(word)) : this.options;
    },
    makeable() {
      const word = this.text.trim().toLowerCase();
      return this.creatable && word && !this.busy && !this.visible.some((o) => o.title.toLowerCase() === word);
    },
  },
  methods: {
    tint(item) { return item.color ? { "--a-tint": item.color } : null; },
    // A choice without a colour of its own is plain text, as in any list; several are told apart as pills.
    plainly(item) { return this.look === "pill" && !this.multiple && !item.color ? "plain" : this.look; },
    has(item) { return this.value.some((v) => v.id === item.id); },
    toggle() { if (!this.readonly) this.shown = !this.shown; },
    open() { if (!this.readonly) this.shown = true; },
    opening() {
      this.text = this.early; this.early = "";
      this.active = Math.max(0, this.visible.findIndex((o) => this.has(o)));
      if (this.remote) this.ask();
      // The menu is in the page before its transition ends; what is typed meanwhile must not be lost.
      this.$nextTick(() => this.focus());
    },
    focus() {
      const goal = this.$refs.search || this.$refs.list;
      if (goal && document.activeElement !== goal) goal.focus();
    },
    closed() { this.$refs.field?.focus({ preventScroll: true }); },
    typed() {
      this.active = 0;
      if (!this.remote) return;
      clearTimeout(this.timer);
      this.busy = true;
      this.timer = setTimeout(() => this.ask(), 120);
    },
    ask() { this.busy = true; this.$emit("search", { text: this.text, seq: ++this.seq }); },
    offer(seq, items) { if (seq === this.seq) { this.found = items; this.busy = false; this.active = 0; } },
    choose(item) {
      if (!this.multiple) { this.shown = false; if (!this.has(item)) this.$emit("set", [item]); return; }
      this.$emit("set", this.has(item) ? this.value.filter((v) => v.id !== item.id) : [...this.value, item]);
    },
    remove(item) { this.$emit("set", this.value.filter((v) => v.id !== item.id)); },
    clear() { this.shown = false; this.$emit("set", []); },
    make() { this.shown = false; this.$emit("make", this.text.trim()); },
    closedKey(event) {
      if (this.readonly || event.target !== this.$refs.field) return;
      if (event.key.length === 1 && (event.key !== " " || this.shown) && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        if (this.shown) { this.text += event.key; this.typed(); } else { this.early += event.key; this.open(); }
      } else if (this.shown) return;
      else if (["Enter", " ", "ArrowDown"].includes(event.key)) { event.preventDefault(); this.open(); }
      else if (["Backspace", "Delete"].includes(event.key) && this.clearable && this.value.length) {
        event.preventDefault(); this.$emit("set", this.multiple ? this.value.slice(0, -1) : []);
      }
    },
    openKey(event) {
      const last = this.visible.length - (this.makeable ? 0 : 1);
      if (event.key === "ArrowDown") this.active = Math.min(last, this.active + 1);
      else if (event.key === "ArrowUp") this.active = Math.max(0, this.active - 1);
      else if (event.key === "Enter") this.pick();
      else if (event.key === "Tab" || event.key === "Escape") { this.shown = false; event.stopPropagation(); return; }
      else return;
      event.preventDefault(); event.stopPropagation();
      this.$nextTick(() => this.$refs.list?.querySelector(".af-active")?.scrollIntoView({ block: "nearest" }));
    },
    pick() {
      if (this.visible[this.active]) this.choose(this.visible[this.active]);
      else if (this.makeable) this.make();
    },
  },
};
