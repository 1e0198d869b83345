// What happened to a record, by day, newest first; and the box to say something. Everything is drawn as text.
export default {
  props: { texts: Object, me: Object, days: { type: Array, default: () => [] }, more: Boolean, readonly: Boolean },
  emits: ["say", "more", "visit"],
  template: `
    <div class="rt-root">
      <form v-if="!readonly" class="rt-say" @submit.prevent="say">
        <textarea ref="box" v-model="text" class="rt-box" rows="1" :placeholder="texts.placeholder" :aria-label="texts.placeholder"
          @keydown="key" @input="fit"></textarea>
        <button v-show="text.trim()" type="submit" class="at-button at-primary at-send">{{ texts.send }}</button>
      </form>
      <section v-for="d in days" :key="d.label" class="rt-day">
        <h4 class="rt-date">{{ d.label }}</h4>
        <article v-for="e in d.entries" :key="e.id" class="rt-entry" :class="{'rt-said': e.comment}">
          <span v-if="e.icon" class="at-face rt-face rt-machine" aria-hidden="true"><span class="material-symbols-outlined q-icon material-icons-outlined notranslate">{{ e.icon }}</span></span>
          <span v-else class="at-face rt-face" :style="{'--at-who': e.face.c}" aria-hidden="true">{{ e.face.i }}</span>
          <div class="rt-body">
            <div class="rt-line"><span class="rt-text">{{ e.text }}</span>
              <template v-if="e.changes.length === 1"><span class="rt-move"><template v-if="e.changes[0].old"><s class="rt-old">{{ e.changes[0].old }}</s> → </template><b class="rt-new">{{ e.changes[0].new || texts.nothing }}</b></span></template>
              <time class="rt-time" :title="e.exact">{{ e.time }}</time></div>
            <ul v-if="e.changes.length > 1" class="rt-changes">
              <li v-for="c in e.changes" :key="c.label"><span class="rt-field">{{ c.label }}</span>
                <template v-if="c.old"><s class="rt-old">{{ c.old }}</s> → </template><span class="rt-new">{{ c.new || texts.nothing }}</span></li>
            </ul>
            <div v-if="e.comment" class="rt-comment">{{ e.comment }}</div>
            <a v-if="e.cause" class="rt-cause" :href="prefix + e.href" @click.stop.prevent="e.href && $emit('visit', e.href)">{{ e.cause }}</a>
          </div>
        </article>
      </section>
      <button v-if="more" type="button" class="at-button at-text" @click="$emit('more')">{{ texts.more }}</button>
    </div>`,
  data() { return { text: "", prefix: window.path_prefix || "" }; },
  methods: {
    fit() { const b = this.$refs.box; b.style.height = "auto"; b.style.height = Math.min(b.scrollHeight + 2, 240) + "px"; },
    key(event) { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.say(); } },
    say() {
      if (!this.text.trim()) return;
      this.$emit("say", this.text);
    },
    said() { this.text = ""; this.$nextTick(this.fit); },
  },
};
