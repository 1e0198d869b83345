// The system designer: areas in categories, narrowed as one types; Enter opens the first hit.
export default {
  template: `
    <div class="a-designer">
      <div class="a-designer__find">
        <q-icon name="o_search" size="18px" />
        <input ref="input" v-model="text" type="search" :placeholder="words.hint" :aria-label="words.hint" autocomplete="off" spellcheck="false" @keydown="pressed" />
        <span v-if="text" class="a-meta a-desk">{{ words.enter }}</span>
      </div>
      <div ref="hits" class="a-designer__hits" aria-live="polite">
        <section v-for="group in shown" :key="group.key" class="a-designer__group">
          <h2 class="a-designer__caption">{{ group.label }}</h2>
          <div class="a-areas">
            <a v-for="one in group.items" :key="one.key" :href="prefix + one.href" :class="['a-area', text && one === first && 'a-area--on']">
              <q-icon :name="'o_' + one.icon" />
              <span class="a-col a-gap-0"><span class="a-strong">{{ one.title }}</span><span class="a-small a-muted">{{ one.sentence }}</span></span>
            </a>
          </div>
        </section>
        <section v-if="found.length" class="a-designer__group">
          <h2 class="a-designer__caption">{{ words.single }}</h2>
          <div class="a-card a-block--flush">
            <a v-for="one in found" :key="one.key" :href="prefix + one.href" :class="['a-item', one === first && 'a-item--on']">
              <q-icon :name="'o_' + one.icon" size="18px" />
              <span class="a-grow a-col a-gap-0"><span class="a-small a-strong">{{ one.title }}</span><span v-if="one.sentence" class="a-meta">{{ one.sentence }}</span></span>
              <span class="a-meta">{{ one.area }}</span>
            </a>
          </div>
        </section>
        <div v-if="!first" class="a-empty"><div class="a-empty__text">{{ words.none }}</div></div>
      </div>
    </div>`,
  props: { groups: Array, finds: Array, words: Object },
  data() {
    return { text: "", prefix: window.path_prefix || "" };
  },
  computed: {
    asked() {
      return this.plain(this.text).split(/\s+/).filter(Boolean);
    },
    shown() {
      return this.groups.map((group) => ({ ...group, items: this.best(group.items) })).filter((group) => group.items.length);
    },
    found() {
      return this.asked.length ? this.best(this.finds).slice(0, 30) : [];
    },
    first() {
      if (!this.asked.length) return this.shown[0]?.items[0];
      const hits = [...this.shown.flatMap((group) => group.items), ...this.found];
      return hits.reduce((best, one) => (best && this.rank(best) <= this.rank(one) ? best : one), undefined);
    },
  },
  mounted() {
    if (matchMedia("(min-width: 761px)").matches) this.$refs.input.focus();
  },
  methods: {
    plain(text) {
      return text.toLocaleLowerCase().replaceAll("ё", "е");
    },
    // 0: the name begins so, 1: the name holds it, 2: only its other words do, 9: not at all.
    rank(one) {
      const all = `${this.plain(one.title)} ${this.plain(one.sentence || "")} ${one.also}`;
      const holds = (text, word) => text.includes(word) || (word.length > 5 && text.includes(word.slice(0, -2)));
      if (!this.asked.every((word) => holds(all, word))) return 9;
      if (one.names.some((name) => name.startsWith(this.asked[0]))) return 0;
      return one.names.some((name) => this.asked.every((word) => holds(name, word))) ? 1 : 2;
    },
    best(items) {
      if (!this.asked.length) return items;
      return items.filter((one) => this.rank(one) < 9).sort((a, b) => this.rank(a) - this.rank(b));
    },
    pressed(event) {
      if (event.key === "Enter") {
        event.preventDefault();
        if (this.first) this.$refs.hits.querySelector(this.asked.length ? ".a-area--on, .a-item--on" : ".a-area")?.click();
      } else if (event.key === "Escape" && this.text) {
        event.preventDefault();
        this.text = "";
      }
    },
  },
};
