// Lines with one choice of a few: how far one may go with each field. Arrows move the choice, as in any radio group.
export default {
  props: { rows: { type: Array, default: () => [] }, options: { type: Array, default: () => [] }, readonly: Boolean },
  emits: ["set"],
  template: `
    <div>
      <div v-for="row in rows" :key="row.key" class="rr-line">
        <span class="rr-text"><span>{{ row.label }}</span><small v-if="row.note">{{ row.note }}</small></span>
        <span class="rr-choice" role="radiogroup" :aria-label="row.label" @keydown="key($event, row)">
          <button v-for="one in options" :key="one.value" type="button" role="radio" :aria-checked="value(row) === one.value" :title="one.hint"
            :class="['rr-' + one.look, {'rr-on': value(row) === one.value}]" :tabindex="value(row) === one.value ? 0 : -1"
            :disabled="readonly" @click="choose(row, one.value)">{{ one.label }}</button>
        </span>
      </div>
    </div>`,
  data() { return { chosen: {} }; },
  watch: { rows() { this.chosen = {}; } },
  methods: {
    value(row) { return this.chosen[row.key] ?? row.value; },
    choose(row, value) {
      if (this.value(row) === value) return;
      this.chosen[row.key] = value;
      this.$emit("set", { row: row.key, value });
    },
    key(event, row) {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step || this.readonly) return;
      event.preventDefault();
      const at = this.options.findIndex((one) => one.value === this.value(row));
      const next = this.options[(at + step + this.options.length) % this.options.length];
      const group = event.currentTarget;
      this.choose(row, next.value);
      this.$nextTick(() => group.querySelector('[aria-checked="true"]')?.focus());
    },
  },
};
