// The panel behind the bell: lines by day, read one by one or all at once.
export default {
  template: `
    <div v-if="open" class="a-notes" role="dialog" :aria-label="words.title">
      <div class="a-notes__back" @click="open = false"></div>
      <div class="a-notes__box">
        <div class="a-notes__top">
          <span class="a-h2 a-grow">{{ words.title }}</span>
          <button v-if="lines.some((line) => !line.read)" class="a-notes__all" @click="$emit('all')">{{ words.all }}</button>
          <button class="a-notes__close" :aria-label="words.close" :title="words.close" @click="open = false"><q-icon name="o_close" size="18px" /></button>
        </div>
        <div class="a-notes__list">
          <div v-if="loading" class="a-bones"><div v-for="width in [92, 64, 78]" class="a-bone" :style="{ width: width + '%' }"></div></div>
          <div v-else-if="!lines.length" class="a-empty"><q-icon name="o_notifications_none" /><div>{{ words.empty }}</div></div>
          <a v-for="line in lines" :key="line.id" :href="line.href ? prefix + line.href : null" :class="['a-note', !line.read && 'a-note--new']" tabindex="0"
             @click="took(line)">
            <span class="a-note__icon"><q-icon :name="'o_' + line.icon" size="18px" /></span>
            <span class="a-note__body"><span class="a-note__text">{{ line.text }}</span><span class="a-meta">{{ line.at }}</span></span>
            <button v-if="!line.read" class="a-note__read" :title="words.read" :aria-label="words.read" @click.prevent.stop="$emit('read', line.id)"></button>
          </a>
        </div>
      </div>
    </div>`,
  props: { words: Object },
  emits: ["read", "all"],
  data() {
    return { open: false, loading: true, lines: [], prefix: window.path_prefix || "" };
  },
  mounted() {
    this.listener = (event) => {
      if (event.key === "Escape" && this.open) this.open = false;
    };
    window.addEventListener("keydown", this.listener);
  },
  beforeUnmount() {
    window.removeEventListener("keydown", this.listener);
  },
  methods: {
    start() {
      this.open = true;
      this.$nextTick(() => this.$el.querySelector?.(".a-notes__close")?.focus());
    },
    set(lines) {
      this.lines = lines;
      this.loading = false;
    },
    took(line) {
      if (!line.read) this.$emit("read", line.id);
      if (line.href) this.open = false;
    },
  },
};
