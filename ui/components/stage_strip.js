// Where a record stands: open stages as a strip, the ends at its right. A click or Enter moves it.
export default {
  props: { stages: Array, current: String, readonly: Boolean, label: { type: String, default: "" } },
  emits: ["go"],
  template: `
    <div class="rs-strip" role="group" :aria-label="label" ref="strip">
      <button v-for="(s, i) in stages" :key="s.code" type="button" class="rs-stage" :disabled="readonly" :title="s.label"
        :class="{'rs-passed': i < at && s.kind === 'open', 'rs-now': s.code === current, 'rs-end': s.kind !== 'open', 'rs-open': s.kind === 'open'}"
        :style="{'--c': color(s)}" :aria-current="s.code === current ? 'step' : null" @click="go(s)">
        <span class="rs-dot"></span><span class="rs-name">{{ s.label }}</span></button>
    </div>`,
  computed: { at() { return this.stages.findIndex((s) => s.code === this.current); } },
  watch: { current() { this.$nextTick(this.reveal); } },
  mounted() { this.reveal(); },
  methods: {
    color(s) { return /^#[0-9a-f]{3,8}$/i.test(s.color) ? s.color : "var(--a-text-3)"; },
    go(s) { if (s.code !== this.current) this.$emit("go", s.code); },
    reveal() {
      const now = this.$refs.strip?.querySelector(".rs-now");
      if (now) this.$refs.strip.scrollLeft = now.offsetLeft - this.$refs.strip.clientWidth / 3;
    },
  },
};
