// The side panel, and on a phone the bar at the bottom with its sheet.
export default {
  template: `
    <div class="a-nav-root">
      <div class="a-veil" @click="more = false"></div>
      <aside class="a-side" :aria-label="words.panel">
        <div class="a-side__top">
          <img v-if="logo" class="a-side__logo" :src="prefix + logo" :alt="company" />
          <template v-if="!logo || mark">
            <img v-if="mark" :class="['a-side__mark', 'a-side__mark--drawn', logo && 'a-side__mark--narrow']" :src="prefix + mark" alt="" />
            <span v-else class="a-side__mark" aria-hidden="true">{{ company.slice(0, 1).toUpperCase() }}</span>
          </template>
          <span v-if="!logo" class="a-side__name" :title="company">{{ company }}</span>
          <span v-else class="a-grow"></span>
          <button class="a-nav a-nav--tiny a-fold" :title="words.fold" :aria-label="words.fold" @click="fold()">
            <q-icon name="o_view_sidebar" />
          </button>
        </div>
        <button v-if="workplaces.length > 1" class="a-nav a-workplace" :title="words.workplace + ': ' + present.label" aria-haspopup="menu">
          <q-icon :name="'o_' + present.icon" /><span class="a-nav__text">{{ present.label }}</span><q-icon name="o_unfold_more" class="a-workplace__more" />
          <q-menu anchor="bottom left" self="top left" :offset="[0, 4]" class="a-workplaces" role="menu" :aria-label="words.workplace">
            <button v-for="one in workplaces" :key="one.key" class="q-item a-menu-item" role="menuitemradio" :aria-checked="one.key === workplace"
                    v-close-popup @click="$emit('workplace', one.key)">
              <span class="a-workplaces__name"><q-icon :name="'o_' + one.icon" size="18px" />{{ one.label }}</span>
              <q-icon v-if="one.key === workplace" name="o_check" size="16px" />
            </button>
          </q-menu>
        </button>
        <button class="a-nav a-nav--search" :title="words.search" @click="ask('search')">
          <q-icon name="o_search" /><span class="a-nav__text">{{ words.search }}</span><span class="a-kbd">Ctrl K</span>
        </button>
        <button class="a-nav a-bell" :title="words.bell" :aria-label="words.bell + (unread ? ', ' + unread : '')" :aria-busy="unread === null" @click="ask('bell')">
          <q-icon name="o_notifications" /><span class="a-nav__text">{{ words.bell }}</span>
          <span v-if="unread" class="a-badge">{{ unread > 99 ? "99+" : unread }}</span>
        </button>
        <nav class="a-side__list">
          <template v-for="group in groups" :key="group.key">
            <div v-if="group.label" class="a-side__caption">{{ group.label }}</div>
            <a v-for="item in group.items" :key="item.href" :href="prefix + item.href" :title="item.label"
               :class="['a-nav', isOn(item) && 'a-nav--on']" :aria-current="isOn(item) ? 'page' : null" @click="more = false">
              <q-icon :name="'o_' + item.icon" /><span class="a-nav__text">{{ item.label }}</span>
              <span v-if="counts[item.key]" class="a-nav__count">{{ counts[item.key] }}</span>
            </a>
          </template>
        </nav>
        <a v-for="item in bottom" :key="item.href" :href="prefix + item.href" :title="item.label"
           :class="['a-nav', isOn(item) && 'a-nav--on']" @click="more = false">
          <q-icon :name="'o_' + item.icon" /><span class="a-nav__text">{{ item.label }}</span>
        </a>
        <button class="a-me" :aria-label="words.me" aria-haspopup="menu">
          <span class="a-avatar" :class="{ 'a-photo': me.photo }" :style="{ '--c': me.color, '--s': '24px', '--photo': me.photo }">{{ me.initials }}</span>
          <span class="a-me__name">{{ me.name }}</span>
          <q-icon name="o_unfold_more" size="16px" />
          <q-menu anchor="top left" self="bottom left" :offset="[0, 6]" class="a-me-menu">
            <a class="q-item a-menu-item" :href="prefix + '/profile'" v-close-popup @click="more = false">{{ words.profile }}</a>
            <div class="a-menu-line"></div>
            <div class="a-menu-row">
              <span>{{ words.theme }}</span>
              <span class="a-switch">
                <button v-for="one in themes" :key="one.key" :title="one.label" :aria-label="one.label"
                        :class="one.key === me.theme && 'is-on'" @click="$emit('theme', one.key)"><q-icon :name="'o_' + one.icon" /></button>
              </span>
            </div>
            <div class="a-menu-row">
              <span>{{ words.language }}</span>
              <span class="a-switch">
                <button v-for="one in languages" :key="one" :class="one === me.language && 'is-on'" @click="$emit('language', one)">
                  {{ one.toUpperCase() }}
                </button>
              </span>
            </div>
            <div class="a-menu-line"></div>
            <button class="q-item a-menu-item" v-close-popup @click="$emit('keys')">{{ words.keys }}<span class="a-kbd">?</span></button>
            <button class="q-item a-menu-item" v-close-popup @click="$emit('sign_out')">{{ words.sign_out }}</button>
          </q-menu>
        </button>
      </aside>
      <nav class="a-bottom" :aria-label="words.panel">
        <a v-for="item in places" :key="item.href" :href="prefix + item.href" :class="['a-place', isOn(item) && 'a-place--on']">
          <q-icon :name="'o_' + item.icon" /><span>{{ item.label }}</span>
        </a>
        <button class="a-place" @click="ask('search')"><q-icon name="o_search" /><span>{{ words.find }}</span></button>
        <button class="a-place" :aria-expanded="more" @click="more = !more">
          <q-icon name="o_menu" /><span>{{ words.more }}</span><span v-if="unread" class="a-badge">{{ unread }}</span>
        </button>
      </nav>
    </div>`,
  props: {
    company: String, logo: String, mark: String, groups: Array, bottom: Array, places: Array, workplaces: Array, workplace: String, me: Object, words: Object,
    languages: Array, themes: Array,
  },
  emits: ["search", "bell", "theme", "language", "sign_out", "keys", "zone", "workplace"],
  computed: {
    present() {
      return this.workplaces.find((one) => one.key === this.workplace) || this.workplaces[0];
    },
  },
  data() {
    return { counts: {}, unread: null, path: "/", more: false, prefix: window.path_prefix || "" };
  },
  watch: {
    more(open) {
      document.documentElement.classList.toggle("a-more", open);
    },
  },
  mounted() {
    this.path = this.here();
    this.$emit("zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
    this.pressed = (event) => {
      if (event.key === "[" && !event.ctrlKey && !event.metaKey && !event.target.closest("input,textarea,[contenteditable]")) this.fold();
    };
    window.addEventListener("keydown", this.pressed);
  },
  beforeUnmount() {
    window.removeEventListener("keydown", this.pressed);
  },
  methods: {
    here() {
      return window.location.pathname.slice(this.prefix.length) || "/";
    },
    set(values) {
      Object.assign(this, values);
    },
    ask(what) {
      this.more = false;
      this.$emit(what);
    },
    isOn(item) {
      return item.href === "/" ? this.path === "/" : this.path === item.href || this.path.startsWith(item.href + "/");
    },
    fold() {
      const narrow = document.documentElement.classList.toggle("a-narrow");
      localStorage.setItem("artel-narrow", narrow ? "1" : "");
    },
  },
};
