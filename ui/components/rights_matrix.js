// Rights as a matrix: a line for each section, pipeline and stage, a column for each right. One element, however many cells.
// Arrows go from cell to cell, 0 to 3 set a level, Backspace follows the line above, Enter opens the choice.
export default {
  props: {
    columns: { type: Array, default: () => [] },
    rows: { type: Array, default: () => [] },
    levels: { type: Array, default: () => [] },
    readonly: Boolean,
    texts: { type: Object, default: () => ({}) },
  },
  emits: ["set", "reset"],
  template: `
    <div class="rm-root" :class="{'rm-readonly': readonly}" role="grid" :aria-label="texts.label" ref="root">
      <div class="rm-line rm-head" role="row">
        <div class="rm-name" role="columnheader">{{ texts.name }}</div>
        <div v-for="c in columns" :key="c.key" class="rm-column" role="columnheader" :title="c.hint">{{ c.label }}</div>
        <div v-if="!readonly" class="rm-end"></div>
      </div>
      <div v-for="(row, r) in shown" :key="row.key" class="rm-line" role="row" :class="['rm-depth-' + row.depth, {'rm-follows': !row.own}]">
        <div class="rm-name" role="rowheader">
          <button v-if="row.has" type="button" class="rm-fold" :aria-expanded="!!open[row.key]" :aria-label="row.label" @click="fold(row)">
            <svg viewBox="0 0 16 16" :class="{'rm-turned': open[row.key]}"><path d="M6 4.5 9.5 8 6 11.5" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/></svg>
          </button>
          <span v-else class="rm-fold"></span>
          <span v-if="row.color" class="rm-dot" :style="{background: row.color}"></span>
          <span class="rm-text" :title="row.label"><span class="rm-label">{{ row.label }}</span><span v-if="row.note" class="rm-note">{{ row.note }}</span></span>
        </div>
        <div v-for="(c, i) in columns" :key="c.key" class="rm-cell" role="gridcell">
          <span class="rm-caption">{{ c.label }}</span>
          <button type="button" class="rm-level" :class="['rm-' + level(row, c), {'rm-open': at === row.key + c.key, 'rm-same': row.cells[c.key].same}]"
            :tabindex="r === 0 && i === 0 ? 0 : -1" :data-r="r" :data-c="i" :title="tip(row, c)"
            :aria-label="row.label + ', ' + c.label + ': ' + word(row, c)" @click="choose($event, row, c)" @keydown="key($event, row, c, r, i)">
            <svg class="rm-pie" viewBox="0 0 16 16" aria-hidden="true">
              <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.4"/>
              <path v-if="level(row, c) === 10" d="M8 8V3.4A4.6 4.6 0 0 1 12.6 8Z" fill="currentColor"/>
              <path v-if="level(row, c) === 20" d="M8 3.4a4.6 4.6 0 0 1 0 9.2Z" fill="currentColor"/>
              <circle v-if="level(row, c) === 30" cx="8" cy="8" r="4.6" fill="currentColor"/>
            </svg>
            <span class="rm-word">{{ word(row, c) }}</span>
            <span v-if="row.cells[c.key].by" class="rm-by">{{ row.cells[c.key].by }}</span>
          </button>
        </div>
        <div v-if="!readonly" class="rm-end">
          <button v-if="row.own && row.resets" type="button" class="rm-reset" :title="texts.reset" :aria-label="texts.reset + ': ' + row.label" @click="$emit('reset', {row: row.key})">
            <svg viewBox="0 0 16 16"><path d="M5.2 3.2 2.6 5.8l2.6 2.6M3 5.8h6a3.6 3.6 0 0 1 0 7.2H5.6" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"/></svg>
          </button>
        </div>
      </div>
      <q-menu v-if="!readonly" v-model="menu" :target="anchor" no-parent-event no-focus class="rm-menu" :offset="[0, 4]" transition-duration="100"
        @show="menuShown" @hide="menuHidden">
        <div ref="list" role="listbox" tabindex="-1" class="rm-list" @keydown="menuKey">
          <div v-for="(one, i) in choices" :key="String(one.value)" role="option" class="rm-choice" :class="{'rm-active': i === active}"
            :aria-selected="one.value === now" @mousemove="active = i" @click="pick(one)">
            <svg v-if="one.value !== null" class="rm-pie" :class="'rm-' + one.value" viewBox="0 0 16 16" aria-hidden="true">
              <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.4"/>
              <path v-if="one.value === 10" d="M8 8V3.4A4.6 4.6 0 0 1 12.6 8Z" fill="currentColor"/>
              <path v-if="one.value === 20" d="M8 3.4a4.6 4.6 0 0 1 0 9.2Z" fill="currentColor"/>
              <circle v-if="one.value === 30" cx="8" cy="8" r="4.6" fill="currentColor"/>
            </svg>
            <span v-else class="rm-pie"></span>
            <span class="rm-choice-text">{{ one.label }}<small>{{ one.hint }}</small></span>
            <kbd class="a-kbd">{{ one.value === null ? "⌫" : one.value / 10 }}</kbd>
          </div>
        </div>
      </q-menu>
    </div>`,
  data() { return { open: {}, menu: false, anchor: false, at: "", asked: null, active: 0 }; },
  computed: {
    shown() { return this.rows.filter((row) => !row.parents || row.parents.every((one) => this.open[one])); },
    now() { return this.asked && this.asked.row.cells[this.asked.column.key].level; },
    choices() {
      if (!this.asked) return [];
      const above = this.asked.row.resets || this.asked.column.key === "move";
      const follow = { value: null, label: this.asked.column.key === "move" ? this.texts.asChange : this.texts.asAbove, hint: "" };
      return above ? [...this.levels, follow] : this.levels;
    },
  },
  watch: {
    rows: { immediate: true, handler(rows) { for (const row of rows) if (row.opened && !(row.key in this.open)) this.open[row.key] = true; } },
  },
  methods: {
    level(row, c) { return row.cells[c.key].level; },
    word(row, c) { return this.levels.find((one) => one.value === this.level(row, c))?.label; },
    tip(row, c) { return row.cells[c.key].tip || this.levels.find((one) => one.value === this.level(row, c))?.hint; },
    fold(row) { this.open[row.key] = !this.open[row.key]; },
    choose(event, row, c) {
      if (this.readonly || this.at === row.key + c.key) return;
      this.anchor = event.currentTarget;
      this.asked = { row, column: c };
      this.active = Math.max(0, this.choices.findIndex((one) => one.value === this.level(row, c)));
      this.at = row.key + c.key;
      this.$nextTick(() => { this.menu = true; });
    },
    menuShown() { this.$refs.list?.focus(); },
    menuHidden() { this.at = ""; this.anchor?.focus?.({ preventScroll: true }); },
    menuKey(event) {
      if (event.key === "ArrowDown") this.active = Math.min(this.choices.length - 1, this.active + 1);
      else if (event.key === "ArrowUp") this.active = Math.max(0, this.active - 1);
      else if (event.key === "Enter" || event.key === " ") this.pick(this.choices[this.active]);
      else if (/^[0-3]$/.test(event.key)) this.pick({ value: Number(event.key) * 10 });
      else if (event.key === "Backspace") this.pick({ value: null });
      else return;
      event.preventDefault(); event.stopPropagation();
    },
    pick(one) {
      this.menu = false;
      if (one && one.value !== this.now) this.$emit("set", { row: this.asked.row.key, right: this.asked.column.key, level: one.value });
    },
    key(event, row, c, r, i) {
      const moves = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
      if (moves[event.key]) {
        const [dr, dc] = moves[event.key];
        this.$refs.root.querySelector('[data-r="' + (r + dr) + '"][data-c="' + (i + dc) + '"]')?.focus();
      } else if (!this.readonly && /^[0-3]$/.test(event.key)) this.$emit("set", { row: row.key, right: c.key, level: Number(event.key) * 10 });
      else if (!this.readonly && event.key === "Backspace" && (row.resets || c.key === "move")) this.$emit("set", { row: row.key, right: c.key, level: null });
      else if (event.key === "+" && row.has) this.open[row.key] = true;
      else if (event.key === "-" && row.has) this.open[row.key] = false;
      else return;
      event.preventDefault();
    },
  },
};
