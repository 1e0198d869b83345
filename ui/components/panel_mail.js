// The e-mail tab: conversations, one of them opened, a letter being written. Everything is drawn as text.
const kept = {};
// A letter being written outlives the panel and the page beside it, in this browser tab.
export default {
  template: `
    <div class="ml">
      <div v-if="state === ''" class="a-bones"><div v-for="width in [92, 64, 78]" class="a-bone" :style="{ width: width + '%' }"></div></div>
      <div v-else-if="state === 'closed'" class="a-empty"><q-icon name="o_lock" /><div>{{ words.closed }}</div></div>
      <div v-else-if="state === 'none' && !lines.length && !letter" class="a-empty"><q-icon name="o_mail" /><div class="a-empty__text">{{ words.none }}</div>
        <a class="at-button at-primary" :href="prefix + '/profile#mailbox'">{{ words.connect }}</a></div>
      <template v-else-if="draft">
        <div class="ml-head"><button type="button" class="a-panel__close" :title="words.cancel" :aria-label="words.cancel" @click="drop()"><q-icon name="o_arrow_back" size="18px" /></button><span class="ml-title a-ellipsis">{{ draft.answers ? draft.subject : words.new }}</span></div>
        <form class="ml-write" @submit.prevent="send()">
          <label class="ml-field"><span>{{ words.to }}</span><input v-model="draft.to" ref="to" name="to" list="ml-people" autocomplete="off" :aria-invalid="!!errors.to" @input="keep()" />
            <button v-if="!draft.copies" type="button" class="ml-copy" @click="draft.copies = true; keep()">{{ words.cc }}</button></label>
          <div v-if="errors.to" class="ml-error" role="alert">{{ errors.to }}</div>
          <label v-if="draft.copies" class="ml-field"><span>{{ words.cc }}</span><input v-model="draft.cc" name="cc" list="ml-people" autocomplete="off" @input="keep()" /></label>
          <div v-if="errors.cc" class="ml-error" role="alert">{{ errors.cc }}</div>
          <datalist id="ml-people"><option v-for="one in people" :key="one.address" :value="one.address">{{ one.name }}</option></datalist>
          <label class="ml-field"><span>{{ words.subject }}</span><input v-model="draft.subject" name="subject" maxlength="300" @input="keep()" /></label>
          <div v-if="errors.subject" class="ml-error" role="alert">{{ errors.subject }}</div>
          <textarea v-model="draft.text" ref="text" name="text" :placeholder="words.text" :aria-label="words.text" @input="keep()" @keydown.ctrl.enter.prevent="send()" @keydown.meta.enter.prevent="send()"></textarea>
          <div v-if="errors.text" class="ml-error" role="alert">{{ errors.text }}</div>
          <div class="ml-deeds"><button type="submit" class="at-button at-primary" :disabled="sending">{{ words.send }}</button><button type="button" class="at-button at-text" @click="drop()">{{ words.cancel }}</button></div>
        </form>
      </template>
      <template v-else-if="letter">
        <div class="ml-head">
          <button type="button" class="a-panel__close ml-back" :title="words.back" :aria-label="words.back" @click="back()"><q-icon name="o_arrow_back" size="18px" /></button>
          <span class="ml-title a-ellipsis" :title="letter.subject">{{ letter.subject }}</span>
          <button v-if="letter.can_share" type="button" class="a-panel__close" :class="{'is-on': letter.shared}" :aria-pressed="letter.shared" :title="letter.shared ? words.shared : words.share" :aria-label="letter.shared ? words.shared : words.share" @click="$emit('share', !letter.shared)"><q-icon :name="letter.shared ? 'o_group' : 'o_group_add'" size="18px" /></button>
          <button v-if="letter.answer" type="button" class="a-panel__close" :title="words.unread" :aria-label="words.unread" @click="unread()"><q-icon name="o_mark_email_unread" size="18px" /></button>
        </div>
        <div v-if="letter.owner || letter.shared" class="ml-note"><q-icon name="o_group" size="14px" />{{ letter.owner || words.shared }}</div>
        <article v-for="(one, place) in letter.letters" :key="one.id" class="ml-letter" :class="{'is-open': isOpen(one, place)}">
          <button type="button" class="ml-letter__head" :aria-expanded="isOpen(one, place)" @click="toggle(one, place)">
            <span class="at-face" :style="{'--at-who': one.face.c}" aria-hidden="true">{{ one.face.i }}</span>
            <span class="ml-letter__who"><span class="ml-row"><b class="a-ellipsis">{{ one.name }}</b><span class="a-meta" :title="one.exact">{{ one.at }}</span></span>
              <span class="a-meta a-ellipsis">{{ isOpen(one, place) ? [one.address, one.to].filter(Boolean).join(" · ") : one.brief }}</span></span></button>
          <div v-if="isOpen(one, place)" class="ml-text"><template v-for="(piece, at) in one.pieces" :key="at">
              <a v-if="piece.a" :href="piece.a" target="_blank" rel="noopener noreferrer nofollow">{{ piece.a }}</a>
              <template v-else-if="piece.q"><button type="button" class="ml-dots" :title="words.quoted" :aria-label="words.quoted" :aria-expanded="!!quoted[one.id]" @click="quoted[one.id] = !quoted[one.id]">···</button><span v-if="quoted[one.id]" class="ml-quoted">{{ piece.q }}</span></template>
              <template v-else>{{ piece.s }}</template></template></div>
          <div v-if="isOpen(one, place) && one.files.length" class="ml-files"><span v-for="file in one.files" :key="file" class="a-ellipsis"><q-icon name="o_attach_file" size="13px" />{{ file }}</span></div>
          <div v-if="isOpen(one, place) && one.cut" class="ml-said a-meta">{{ words.cut }}</div>
          <div v-if="one.said" class="ml-said" :class="{'a-danger': one.state === 'failed'}"><q-icon :name="one.state === 'failed' ? 'o_error' : 'o_schedule'" size="14px" />{{ one.said }}</div>
        </article>
        <div v-if="letter.answer && state === 'on'" class="ml-deeds ml-answer"><button type="button" class="at-button at-primary" @click="answer()">{{ words.reply }}</button></div>
      </template>
      <template v-else>
        <div class="a-panel__kinds">
          <div class="a-panel__chips"><template v-if="record">
            <button type="button" class="a-chip" :class="{'is-on': narrow}" :aria-pressed="narrow" @click="$emit('narrow', true)">{{ words.about }}</button>
            <button type="button" class="a-chip" :class="{'is-on': !narrow}" :aria-pressed="!narrow" @click="$emit('narrow', false)">{{ words.all }}</button></template>
            <span v-else class="a-meta ml-address a-ellipsis">{{ address }}</span></div>
          <button v-if="state === 'on'" type="button" class="a-panel__close" :class="{'ml-turning': checking}" :title="words.check" :aria-label="words.check" :disabled="checking" @click="check()"><q-icon name="o_refresh" size="18px" /></button>
          <button v-if="state === 'on'" type="button" class="at-button at-primary ml-new" @click="write()"><q-icon name="o_edit" size="14px" />{{ words.write }}</button>
        </div>
        <div v-if="trouble" class="ml-trouble" role="status"><q-icon name="o_error" size="16px" /><span>{{ trouble }} <a :href="prefix + '/profile#mailbox'">{{ words.settings }}</a></span></div>
        <div v-else-if="state === 'off'" class="ml-trouble"><q-icon name="o_pause_circle" size="16px" /><span>{{ words.off }} <a :href="prefix + '/profile#mailbox'">{{ words.settings }}</a></span></div>
        <div v-if="!lines.length" class="a-empty"><q-icon name="o_mail" /><div>{{ narrow ? words.no_about : words.no_letters }}</div></div>
        <button v-for="line in lines" :key="line.id" type="button" class="ml-line" :class="{'ml-line--new': line.unread}" @click="open(line)">
          <span class="ml-row"><span class="ml-who a-ellipsis"><q-icon v-if="line.out" name="o_reply" size="13px" /><b>{{ line.who }}</b></span><span v-if="line.letters" class="ml-count a-num">{{ line.letters }}</span><span class="a-meta" :title="line.exact">{{ line.at }}</span></span>
          <span class="ml-subject a-ellipsis">{{ line.subject }}</span>
          <span class="ml-row"><span class="a-meta a-ellipsis ml-snippet">{{ line.snippet }}</span><q-icon v-if="line.state" :name="line.state === 'failed' ? 'o_error' : 'o_schedule'" :class="{'a-danger': line.state === 'failed'}" size="14px" /><span v-if="line.owner" class="a-meta a-ellipsis">{{ line.owner }}</span></span>
        </button>
        <button v-if="more" type="button" class="at-button at-text a-panel__more" @click="$emit('more')">{{ words.more }}</button>
      </template>
    </div>`,
  props: { words: Object },
  emits: ["narrow", "more", "open", "back", "unread", "send", "share", "check"],
  data() {
    return { state: "", address: "", trouble: "", record: null, narrow: false, people: [], lines: [], more: false, letter: null, wanted: 0, folded: {}, quoted: {}, draft: kept.draft || null, errors: {}, sending: false, checking: false, prefix: window.path_prefix || "" };
  },
  methods: {
    set(values) {
      // An answer about a letter that was left meanwhile is an old one.
      if (values.letter && values.letter.id !== this.wanted) values.letter = this.wanted ? this.letter : null;
      Object.assign(this, values);
    },
    open(line) { this.wanted = line.id; this.folded = {}; this.quoted = {}; line.unread = false; this.$emit("open", line.id); },
    back() { this.wanted = 0; this.letter = null; this.$emit("back"); },
    unread() { const id = this.letter.letters.filter((one) => !one.out).pop()?.id || this.letter.id; this.wanted = 0; this.letter = null; this.$emit("unread", id); },
    isOpen(one, place) { return this.folded[one.id] === undefined ? place === this.letter.letters.length - 1 || one.unread : !this.folded[one.id]; },
    toggle(one, place) { this.folded[one.id] = this.isOpen(one, place); },
    check() { this.checking = true; this.$emit("check"); },
    checked() { this.checking = false; },
    keep() { kept.draft = this.draft; },
    start(draft, where) { this.errors = {}; this.sending = false; this.draft = draft; this.keep(); this.$nextTick(() => this.$refs[where]?.focus()); },
    write() { const to = this.narrow && this.people.length ? this.people[0].address : ""; this.start({ to, cc: "", copies: false, subject: "", text: "", answers: null }, to ? "text" : "to"); },
    answer() { const { id, to, subject } = this.letter.answer; this.start({ to, cc: "", copies: false, subject, text: "", answers: id }, "text"); },
    drop() { this.draft = kept.draft = null; },
    send() {
      if (this.sending) return;
      this.sending = true;
      this.errors = {};
      this.$emit("send", { to: this.draft.to, cc: this.draft.cc, subject: this.draft.subject, text: this.draft.text, answers: this.draft.answers });
    },
    refuse(errors) { this.errors = errors; this.sending = false; },
    sent(id) { this.drop(); this.sending = false; this.wanted = id; this.folded = {}; },
  },
};
