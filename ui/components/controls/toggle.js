export default {
  props: { on: Boolean, given: { type: Number, default: 0 }, readonly: Boolean, label: { type: String, default: "" }, caption: { type: String, default: "" } },
  emits: ["set"],
  template: `
    <button type="button" class="af-toggle" role="switch" :aria-checked="state" :aria-label="label || caption" :disabled="readonly"
      @click="flip"><span class="af-toggle-track"><span class="af-toggle-knob"></span></span>
      <span v-if="caption" class="af-toggle-caption">{{ caption }}</span></button>`,
  data() { return { state: this.on }; },
  // Counted, so that a switch that is refused goes back although its value was never another one here.
  watch: { on(value) { this.state = value; }, given() { this.state = this.on; } },
  methods: { flip() { this.state = !this.state; this.$emit("set", this.state); } },
};
