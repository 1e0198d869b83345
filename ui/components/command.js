// Ctrl+K: records, pages and commands; "?" lists the shortcuts.
export default {
  template: `
    <div v-if="open || keysOpen" class="a-command" @mousedown.self="close()">
      <div v-if="open" class="a-command__box" role="dialog" aria-modal="true" :aria-label="words.title">
        <div class="a-command__line">
          <q-icon name="o_search" size="18px" />
          <input ref="input" v-model="text" :placeholder="words.hint" :aria-label="words.title" role="combobox" aria-expanded="true"
                 aria-controls="a-command-list" :aria-activedescendant="'a-command-' + at" autocomplete="off" spellcheck="false" @keydown="pressed" />
          <button type="button" class="a-kbd a-command__esc" tabindex="-1" :aria-label="words.close" @click="close()">Esc</button>
        </div>
        <div id="a-command-list" ref="list" class="a-command__list" role="listbox">
          <template v-for="(item, index) in shown" :key="item.key">
            <div v-if="index === 0 || shown[index - 1].group !== item.group" class="a-command__group">{{ item.group }}</div>
            <a :id="'a-command-' + index" :href="item.href ? prefix + item.href : null" role="option" :aria-selected="index === at"
               :class="['a-command__item', index === at && 'is-on']" @mousemove="at = index" @click="took(item, $event)">
              <q-icon :name="'o_' + item.icon" size="18px" />
              <span class="a-grow a-ellipsis">{{ item.title }}</span><span v-if="item.note" class="a-meta">{{ item.note }}</span>
            </a>
          </template>
          <div v-if="!shown.length" class="a-command__none">{{ waiting ? words.waiting : words.none }}</div>
        </div>
      </div>
      <div v-else class="a-command__box a-command__box--keys" role="dialog" aria-modal="true" :aria-label="words.keys">
        <div class="a-command__line"><span class="a-h2 a-grow">{{ words.keys }}</span><button type="button" class="a-kbd a-command__esc" tabindex="-1" :aria-label="words.close" @click="close()">Esc</button></div>
        <div class="a-command__list">
          <template v-for="group in shortcuts" :key="group.title">
            <div class="a-command__group">{{ group.title }}</div>
            <div v-for="one in group.keys" :key="one.label" class="a-command__key">
              <span class="a-grow">{{ one.label }}</span><span v-for="key in one.keys" :key="key" class="a-kbd">{{ key }}</span>
            </div>
          </template>
        </div>
      </div>
    </div>`,
  props: { pages: Array, words: Object, shortcuts: Array },
  emits: ["ask", "run"],
  data() {
    return { open: false, keysOpen: false, text: "", found: [], at: 0, asked: 0, waiting: false, prefix: window.path_prefix || "" };
  },
  computed: {
    shown() {
      const wanted = this.text.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
      const fits = (item) => wanted.every((word) => (item.title + " " + (item.also || "")).toLocaleLowerCase().includes(word));
      const pages = this.pages.filter(fits);
      return wanted.length ? [...this.found, ...pages] : pages;
    },
  },
  watch: {
    text() {
      this.at = 0;
      this.hurried = false;
      clearTimeout(this.timer);
      const text = this.text.trim();
      if (!text) {
        this.found = [];
        this.waiting = false;
        return;
      }
      this.waiting = true;
      this.timer = setTimeout(() => this.$emit("ask", { turn: ++this.asked, text }), 90);
    },
  },
  mounted() {
    this.listener = (event) => {
      const typing = event.target.closest?.("input,textarea,[contenteditable=true],.q-field");
      if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
        event.preventDefault();
        this.open ? this.close() : this.start();
      } else if (event.key === "?" && !typing && !this.open) {
        event.preventDefault();
        this.showKeys();
      } else if (event.key === "Escape" && (this.open || this.keysOpen)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        this.close();
      }
    };
    window.addEventListener("keydown", this.listener, true);
  },
  beforeUnmount() {
    window.removeEventListener("keydown", this.listener, true);
  },
  methods: {
    start() {
      this.before = document.activeElement;
      this.keysOpen = false;
      this.open = true;
      this.text = "";
      this.found = [];
      this.at = 0;
      this.$nextTick(() => this.$refs.input.focus());
    },
    showKeys() {
      this.before = document.activeElement;
      this.keysOpen = true;
    },
    close() {
      this.open = this.keysOpen = false;
      this.before?.focus?.();
    },
    results(turn, found) {
      if (turn !== this.asked) return;
      this.found = found;
      this.waiting = false;
      this.at = 0;
      if (this.hurried) this.$nextTick(() => this.take());
      this.hurried = false;
    },
    take() {
      this.$refs.list?.querySelector(".is-on")?.click();
    },
    pressed(event) {
      const last = this.shown.length - 1;
      if (event.key === "ArrowDown") this.at = this.at >= last ? 0 : this.at + 1;
      else if (event.key === "ArrowUp") this.at = this.at <= 0 ? last : this.at - 1;
      else if (event.key === "Enter") {
        if (this.waiting && this.at === 0) this.hurried = true;
        else this.take();
      } else if (event.key === "Tab") {
        event.preventDefault();
        return;
      } else return;
      event.preventDefault();
      this.$nextTick(() => this.$refs.list?.querySelector(".is-on")?.scrollIntoView({ block: "nearest" }));
    },
    took(item, event) {
      this.open = false;
      if (item.command) {
        event.preventDefault();
        this.$emit("run", item.command);
      }
    },
  },
};
