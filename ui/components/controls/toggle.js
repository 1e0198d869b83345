export default {
  props: { on: Boolean, readonly: Boolean, label: { type: String, default: "" }, caption: { type: String, default: "" } },
  emits: ["set"],
  template: `
    <button type="button" class="af-toggle" role="switch" :aria-checked="state" :aria-label="label || caption" :disabled="readonly"
      @click="flip"><span class="af-toggle-track"><span class="af-toggle-knob"></span></span>
      <span v-if="caption" class="af-toggle-caption">{{ caption }}</span></button>`,
  data() { return { state: this.on }; },
  watch: { on(value) { this.state = value; } },
  methods: { flip() { this.state = !this.state; this.$emit("set", this.state); } },
};
