// The communication panel at the right: notifications by kind, messages on what one follows, tasks of today.
// Everything is drawn as text; the page beside it goes on as it is.
export default {
  template: `
    <aside v-if="open" class="a-panel" :aria-label="words.panel" @keydown.esc.stop="close()">
      <div class="a-panel__top" role="tablist">
        <button v-for="(label, key) in words.tabs" :key="key" type="button" role="tab" class="a-panel__tab" :class="{'is-on': tab === key}" :aria-selected="tab === key" @click="show(key)">
          <span>{{ label }}</span><span v-if="counts[key]" class="a-badge" :class="{'a-badge--quiet': key === 'tasks'}">{{ counts[key] > 99 ? "99+" : counts[key] }}</span></button>
        <button type="button" class="a-panel__close" :aria-label="words.close" :title="words.close" @click="close()"><q-icon name="o_close" size="18px" /></button>
      </div>
      <div v-if="tab === 'notices' && kinds.length" class="a-panel__kinds">
        <div class="a-panel__chips">
          <button v-if="kinds.length > 1" type="button" class="a-chip" :class="{'is-on': !kind}" :aria-pressed="!kind" @click="$emit('kind', '')">{{ words.every }}</button>
          <button v-for="one in kinds" :key="one.key" type="button" class="a-chip" :class="{'is-on': kind === one.key}" :aria-pressed="kind === one.key" @click="$emit('kind', kind === one.key ? '' : one.key)">
            <q-icon :name="'o_' + one.icon" size="14px" />{{ one.label }}<b v-if="one.unread" class="a-num">{{ one.unread }}</b></button>
        </div>
        <button type="button" class="a-panel__close" :aria-label="words.all" :title="words.all" @click="$emit('all')"><q-icon name="o_done_all" size="18px" /></button>
      </div>
      <div class="a-panel__list" role="tabpanel">
        <div v-if="loading && tab !== 'mail'" class="a-bones"><div v-for="width in [92, 64, 78]" class="a-bone" :style="{ width: width + '%' }"></div></div>
        <template v-else-if="tab === 'notices'">
          <div v-if="!lines.length" class="a-empty"><q-icon name="o_notifications_none" /><div>{{ words.empty }}</div></div>
          <div v-for="line in lines" :key="line.id" class="a-notice" :class="{'a-notice--new': isNew(line)}">
            <span class="a-notice__icon"><q-icon :name="'o_' + line.icon" size="16px" /></span>
            <component :is="line.href ? 'a' : 'div'" class="a-notice__body" :href="line.href ? prefix + line.href : null" @click="took(line)">
              <span class="a-notice__text">{{ line.text }}</span>
              <span class="a-meta"><template v-if="line.title">{{ line.title }} · </template><span :title="line.exact">{{ line.at }}</span></span></component>
            <span class="a-notice__deeds">
              <button type="button" class="a-notice__deed" :title="words.snooze" :aria-label="words.snooze" aria-haspopup="menu"><q-icon name="o_snooze" size="16px" />
                <q-menu anchor="bottom right" self="top right" class="a-snooze" @hide="chosen = ''">
                  <button v-for="key in ['hour', 'tomorrow', 'week']" :key="key" class="q-item a-menu-item" v-close-popup @click="$emit('snooze', {id: line.id, until: key})">{{ words[key] }}</button>
                  <div class="a-menu-line"></div>
                  <form class="a-snooze__own" @submit.prevent="chosen && $emit('snooze', {id: line.id, until: chosen})">
                    <label class="a-meta">{{ words.choose }}<input v-model="chosen" type="datetime-local" required /></label>
                    <button class="at-button at-primary" :disabled="!chosen" v-close-popup @click="chosen && $emit('snooze', {id: line.id, until: chosen})">{{ words.set }}</button></form>
                </q-menu></button>
              <button v-if="!line.read && line.sticky" type="button" class="a-notice__deed a-notice__done" :title="words.done" @click="$emit('read', line.id)"><q-icon name="o_check" size="16px" /><span>{{ words.done }}</span></button>
              <button v-else-if="!line.read" type="button" class="a-notice__deed" :title="words.read" :aria-label="words.read" @click="$emit('read', line.id)"><q-icon name="o_check" size="16px" /></button>
            </span>
          </div>
        </template>
        <template v-else-if="tab === 'feed'">
          <div v-if="!posts.length" class="a-empty"><q-icon name="o_forum" /><div>{{ words.no_posts }}</div></div>
          <a v-for="post in posts" :key="post.id" class="a-said" :class="{'a-said--new': post.fresh}" :href="prefix + post.href" @click="away()">
            <span class="a-said__about"><q-icon :name="'o_' + post.icon" size="14px" /><span class="a-ellipsis">{{ post.title }}</span></span>
            <span class="a-said__line"><span class="at-face" :class="{'a-photo': post.face.p}" :style="{'--at-who': post.face.c, '--photo': post.face.p}" aria-hidden="true">{{ post.face.i }}</span>
              <b>{{ post.who }}</b><span class="a-meta" :title="post.exact">{{ post.time }}</span></span>
            <span v-if="post.text" class="a-said__text"><template v-for="(piece, index) in post.pieces" :key="index"><b v-if="piece.p" class="rt-mention">{{ piece.s }}</b><template v-else>{{ piece.s }}</template></template></span>
            <span v-if="post.files.length || post.likes" class="a-said__more a-meta">
              <span v-if="post.likes"><q-icon name="o_thumb_up" size="13px" /> {{ post.likes }}</span>
              <span v-for="file in post.files" :key="file.id" class="a-ellipsis"><q-icon name="o_attach_file" size="13px" />{{ file.name }}</span></span>
          </a>
        </template>
        <template v-else-if="tab === 'tasks'">
          <div v-if="!tasks.length" class="a-empty"><q-icon name="o_task_alt" /><div>{{ words.no_tasks }}</div></div>
          <template v-for="group in ['overdue', 'today']" :key="group">
            <div v-if="grouped[group].length" class="a-panel__caption">{{ words[group] }} <span class="a-num">{{ grouped[group].length }}</span></div>
            <div v-for="task in grouped[group]" :key="task.key" class="a-due">
              <button type="button" class="rl-tick" role="checkbox" aria-checked="false" :disabled="!task.movable" :aria-label="words.done + ': ' + task.title" @click="$emit('finish', task.key)"></button>
              <a class="a-due__body" :href="prefix + task.href" @click="away()"><span class="a-ellipsis">{{ task.title }}</span><span v-if="task.about" class="a-meta a-ellipsis">{{ task.about }}</span></a>
              <span class="a-meta a-num" :class="{'a-danger': task.late}" :title="task.exact">{{ task.due }}</span>
            </div>
          </template>
        </template>
        <slot v-if="tab === 'mail'"></slot>
        <button v-if="more && (tab === 'notices' || tab === 'feed')" type="button" class="at-button at-text a-panel__more" @click="$emit('more')">{{ words.more }}</button>
      </div>
    </aside>`,
  props: { words: Object },
  emits: ["opened", "kind", "more", "viewed", "read", "all", "snooze", "finish"],
  data() {
    return { open: false, tab: "notices", loading: true, counts: {}, kinds: [], kind: "", lines: [], posts: [], tasks: [], more: false, fresh: {}, chosen: "", prefix: window.path_prefix || "" };
  },
  computed: {
    grouped() { return { overdue: this.tasks.filter((task) => task.late), today: this.tasks.filter((task) => !task.late) }; },
  },
  mounted() {
    this.pressed = (event) => {
      const typing = event.target.closest?.("input,textarea,select,[contenteditable=true],.q-field");
      if (event.key === "]" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing) this.toggle();
    };
    this.seen = () => this.look();
    window.addEventListener("keydown", this.pressed);
    document.addEventListener("visibilitychange", this.seen);
  },
  beforeUnmount() {
    window.removeEventListener("keydown", this.pressed);
    document.removeEventListener("visibilitychange", this.seen);
    document.documentElement.classList.remove("a-paneled");
    clearTimeout(this.timer);
  },
  methods: {
    toggle() {
      if (this.open) { this.close(); return; }
      this.before = document.activeElement;
      this.open = true;
      this.fresh = {};
      document.documentElement.classList.add("a-paneled");
      this.show(this.tab);
      this.$nextTick(() => this.$el.querySelector?.(".a-panel__tab.is-on")?.focus({ preventScroll: true }));
    },
    close() {
      this.open = false;
      document.documentElement.classList.remove("a-paneled");
      clearTimeout(this.timer);
      this.$emit("opened", "");
      this.before?.focus?.();
    },
    show(tab) {
      if (this.tab !== tab) this.fresh = {};
      this.tab = tab;
      this.loading = true;
      this.$emit("opened", tab);
    },
    set(values) {
      if (values.tab !== this.tab) return;
      Object.assign(this, values);
      this.loading = false;
      this.look();
    },
    // Lines count as read when they have been on the screen for a moment; they stay marked as new until the panel is closed.
    look() {
      clearTimeout(this.timer);
      if (!this.open || this.tab !== "notices" || document.visibilityState !== "visible") return;
      const unread = this.lines.filter((line) => !line.read && !line.sticky);
      for (const line of unread) this.fresh[line.id] = true;
      if (unread.length) this.timer = setTimeout(() => this.$emit("viewed", unread.map((line) => line.id)), 1000);
    },
    isNew(line) { return !line.read || this.fresh[line.id]; },
    took(line) {
      if (!line.read && !line.sticky) this.$emit("read", line.id);
      if (line.href) this.away();
    },
    away() { if (window.innerWidth <= 760) this.close(); },
  },
};
