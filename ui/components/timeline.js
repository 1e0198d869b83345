// What was said about a record and what happened to it, by day, newest first. Everything is drawn as text.

// A box to write in: names behind an @, files dropped, pasted or chosen. Used for messages, answers and edits.
const Composer = {
  props: { texts: Object, upload: Object, hint: String, start: { type: String, default: "" }, known: { type: Array, default: () => [] }, action: String, plain: Boolean, cancellable: Boolean },
  emits: ["send", "cancel", "ask"],
  template: `
    <form class="rt-say" :class="{'is-over': over}" @submit.prevent="send" @dragover.prevent="over = !plain" @dragleave="over = false" @drop.prevent="dropped">
      <div class="rt-write">
        <textarea ref="box" v-model="text" class="rt-box" rows="1" :placeholder="over ? texts.drop : hint" :aria-label="hint" aria-autocomplete="list"
          @keydown="pressed" @input="typed" @click="look" @blur="later(close)" @paste="pasted"></textarea>
        <div v-if="offered || lonely" class="rt-people" role="listbox">
          <button v-for="(one, index) in offered || []" :key="one.id" type="button" role="option" class="rt-person" :class="{'is-on': index === at}"
            :aria-selected="index === at" @mousedown.prevent="pick(one)" @mousemove="at = index">
            <span class="at-face" :class="{'a-photo': one.face.p}" :style="{'--at-who': one.face.c, '--photo': one.face.p}" aria-hidden="true">{{ one.face.i }}</span>
            <span class="a-ellipsis">{{ one.title }}</span></button>
          <div v-if="lonely" class="rt-nobody">{{ texts.nobody }}</div>
        </div>
        <div v-if="files.length" class="rt-drafts">
          <span v-for="file in files" :key="file.key" class="rt-draft" :class="{'is-bad': file.problem}" :title="file.problem || file.name">
            <q-icon :name="file.problem ? 'o_error_outline' : 'o_attach_file'" size="14px" /><span class="a-ellipsis">{{ file.problem || file.name }}</span>
            <span v-if="!file.id && !file.problem" class="rt-share"><span :style="{width: file.share + '%'}"></span></span>
            <button type="button" class="rt-x" :aria-label="texts.remove" @click="drop(file)"><q-icon name="o_close" size="14px" /></button>
          </span>
        </div>
      </div>
      <div class="rt-tools">
        <button v-if="!plain" type="button" class="rt-tool" :title="texts.attach" :aria-label="texts.attach" @click="$refs.file.click()"><q-icon name="o_attach_file" size="18px" /></button>
        <input v-if="!plain" ref="file" type="file" multiple class="a-off-screen" tabindex="-1" aria-hidden="true" @change="chosen" />
        <button v-if="cancellable" type="button" class="at-button at-text" @click="$emit('cancel')">{{ texts.cancel }}</button>
        <button v-show="ready || cancellable" type="submit" class="at-button at-primary at-send" :disabled="!ready">{{ action }}</button>
      </div>
    </form>`,
  data() { return { text: this.start, picked: [...this.known], files: [], offered: null, lonely: false, at: 0, turn: 0, over: false }; },
  computed: {
    ready() { return (this.text.trim() || this.files.some((file) => file.id)) && !this.files.some((file) => !file.id && !file.problem); },
  },
  mounted() { this.fit(); if (this.cancellable) { const b = this.$refs.box; b.focus(); b.setSelectionRange(b.value.length, b.value.length); } },
  methods: {
    later(deed) { setTimeout(deed, 120); },
    fit() { const b = this.$refs.box; if (b) { b.style.height = "auto"; b.style.height = Math.min(b.scrollHeight + 2, 240) + "px"; } },
    typed() { this.fit(); this.look(); },
    // The words between the last @ and the cursor are who is looked for.
    look() {
      const before = this.text.slice(0, this.$refs.box.selectionStart);
      const found = /(^|[^\p{L}\p{N}_@])@([^\s@][^@\n]{0,40})?$/u.exec(before);
      this.wanted = found ? found[2] || "" : null;
      if (this.wanted === null || this.wanted.split(" ").length > 4) return this.close();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.$emit("ask", { turn: ++this.turn, text: this.wanted }, this), 80);
    },
    offer(turn, people) {
      if (turn !== this.turn || this.wanted === null) return;
      this.offered = people.length ? people : null;
      this.lonely = !people.length && this.wanted.length > 1 && !this.wanted.includes(" ");
      this.at = 0;
    },
    close() { this.offered = null; this.lonely = false; this.wanted = null; this.turn++; clearTimeout(this.timer); },
    pick(one) {
      const box = this.$refs.box, end = box.selectionStart, start = end - (this.wanted || "").length;
      this.text = this.text.slice(0, start) + one.title + " " + this.text.slice(end).replace(/^ /, "");
      this.picked.push(one);
      this.close();
      const place = start + one.title.length + 1;
      this.$nextTick(() => { box.focus(); box.setSelectionRange(place, place); this.fit(); });
    },
    pressed(event) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.send(); return; }
      if (event.key === "Escape" && (this.offered || this.lonely)) { event.preventDefault(); event.stopPropagation(); this.close(); return; }
      if (event.key === "Escape" && this.cancellable) { event.preventDefault(); event.stopPropagation(); this.$emit("cancel"); return; }
      if (!this.offered) return;
      const last = this.offered.length - 1;
      if (event.key === "ArrowDown") this.at = this.at >= last ? 0 : this.at + 1;
      else if (event.key === "ArrowUp") this.at = this.at <= 0 ? last : this.at - 1;
      else if (event.key === "Enter" || event.key === "Tab") this.pick(this.offered[this.at]);
      else return;
      event.preventDefault();
    },
    chosen(event) { this.take([...event.target.files]); event.target.value = ""; },
    dropped(event) { this.over = false; if (!this.plain) this.take([...event.dataTransfer.files]); },
    pasted(event) {
      const files = [...(event.clipboardData?.files || [])];
      if (this.plain || !files.length) return;
      event.preventDefault();
      this.take(files);
    },
    take(files) { for (const file of files.slice(0, 20)) this.enlist(file); },
    // One after another, so that a message keeps its files in the order they were chosen.
    enlist(file) {
      this.files.push({ key: Math.random(), name: file.name, id: 0, share: 0, problem: "" });
      const entry = this.files[this.files.length - 1];
      if (file.size > this.upload.limit) { entry.problem = this.texts.too_big.replace("%", file.name); return; }
      this.turn_of_files = (this.turn_of_files || Promise.resolve()).then(() => this.upload_one(entry, file));
    },
    upload_one(entry, file) {
      if (!this.files.includes(entry)) return null;
      return new Promise((done) => {
        const request = (entry.request = new XMLHttpRequest());
        request.open("POST", (window.path_prefix || "") + this.upload.path + "&name=" + encodeURIComponent(file.name));
        request.setRequestHeader("x-artel", "1");
        request.upload.onprogress = (event) => { entry.share = event.lengthComputable ? (100 * event.loaded) / event.total : 0; };
        request.onload = () => this.uploaded(entry, file, request);
        request.onerror = () => { entry.problem = this.texts.failed.replace("%", file.name); };
        request.onloadend = done;
        request.send(file);
      });
    },
    uploaded(entry, file, request) {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* a proxy may answer in its own words */ }
      if (request.status === 200) Object.assign(entry, { id: answer.id, name: answer.name });
      else entry.problem = typeof answer.error === "string" && answer.error ? answer.error : this.texts.failed.replace("%", file.name);
    },
    drop(file) { if (!file.id) file.request?.abort(); this.files = this.files.filter((one) => one.key !== file.key); },
    send() {
      if (!this.ready) return;
      this.$emit("send", { text: this.text, mentioned: this.picked.map((one) => one.id), attached: this.files.map((file) => file.id).filter(Boolean) });
    },
    clear() { Object.assign(this, { text: "", picked: [], files: [] }); this.close(); this.$nextTick(this.fit); },
  },
};

// One message: words, files, and what may be done to it.
const Post = {
  name: "Post",
  components: { Composer },
  props: { post: Object, texts: Object, upload: Object, readonly: Boolean, small: Boolean, busy: String },
  emits: ["act", "ask"],
  template: `
    <div class="rt-post" :id="'post-' + post.id">
      <div v-if="post.removed" class="rt-removed">{{ texts.removed }}</div>
      <Composer v-else-if="editing" ref="edit" :texts="texts" :upload="upload" :hint="texts.placeholder" :start="post.text" :known="post.mentions" :action="texts.save" plain cancellable
        @send="$emit('act', 'edit', {...$event, id: post.id, key: 'edit-' + post.id})" @cancel="editing = false" @ask="(asked, box) => $emit('ask', asked, box)" />
      <template v-else>
        <div v-if="post.pieces.length" class="rt-comment"><template v-for="(piece, index) in post.pieces" :key="index"><a v-if="piece.h" class="a-link" :href="piece.h" target="_blank" rel="noopener noreferrer nofollow" @click.stop>{{ piece.s }}</a><b v-else-if="piece.p" class="rt-mention">{{ piece.s }}</b><template v-else>{{ piece.s }}</template></template></div>
        <div v-if="post.files.length" class="rt-files">
          <span v-for="file in post.files" :key="file.id" class="rt-file" :class="{'rt-file--picture': file.picture}">
            <a :href="prefix + file.url" target="_blank" rel="noopener" :title="file.name" :download="file.picture ? null : file.name">
              <img v-if="file.picture" :src="prefix + file.url" :alt="file.name" loading="lazy" />
              <template v-else><q-icon name="o_description" size="18px" /><span class="a-ellipsis">{{ file.name }}</span><span class="a-meta">{{ file.weight }}</span></template></a>
            <button v-if="file.own && !readonly" type="button" class="rt-x" :title="texts.remove" :aria-label="texts.remove + ': ' + file.name" @click="$emit('act', 'detach', file.id)"><q-icon name="o_close" size="14px" /></button>
          </span>
        </div>
        <div class="rt-acts">
          <button type="button" class="rt-act" :class="{'is-on': post.liked}" :disabled="readonly" :aria-pressed="post.liked" :title="post.likers || texts.like" :aria-label="texts.like"
            @click="$emit('act', 'like', {id: post.id, on: !post.liked})"><q-icon :name="post.liked ? 'thumb_up' : 'o_thumb_up'" size="14px" /><span v-if="post.likes" class="a-num">{{ post.likes }}</span></button>
          <template v-if="!readonly">
            <button type="button" class="rt-act" @click="$emit('act', 'answer', post.id)">{{ texts.answer }}</button>
            <button v-if="post.own" type="button" class="rt-act rt-act--late" @click="editing = true">{{ texts.edit }}</button>
            <button v-if="post.removable" type="button" class="rt-act rt-act--late" @click="$emit('act', 'remove', post.id)">{{ texts.remove }}</button>
          </template>
          <button v-if="post.edited && post.removable" type="button" class="rt-act rt-edited" :title="texts.earlier" @click="$emit('act', 'earlier', post.id)">{{ texts.edited }}</button>
          <span v-else-if="post.edited" class="rt-edited">{{ texts.edited }}</span>
        </div>
      </template>
    </div>`,
  data() { return { editing: false, prefix: window.path_prefix || "" }; },
};

export default {
  components: { Composer, Post },
  props: { texts: Object, upload: Object, days: { type: Array, default: () => [] }, more: Boolean, readonly: Boolean, follows: Boolean },
  emits: ["say", "edit", "remove", "detach", "like", "earlier", "follow", "people", "more", "visit"],
  template: `
    <div class="rt-root">
      <Composer v-if="!readonly" ref="top" :texts="texts" :upload="upload" :hint="texts.placeholder" :action="texts.send" @ask="ask" @send="$emit('say', {...$event, key: 'top'})" />
      <div v-if="!readonly" class="rt-bar">
        <button type="button" class="rt-act rt-follow" :class="{'is-on': follows}" :aria-pressed="follows" :title="follows ? texts.follow_hint : texts.unfollow_hint" @click="$emit('follow', !follows)">
          <q-icon :name="follows ? 'notifications_active' : 'o_notifications_none'" size="14px" />{{ follows ? texts.following : texts.follow }}</button>
      </div>
      <section v-for="d in days" :key="d.label" class="rt-day">
        <h4 class="rt-date">{{ d.label }}</h4>
        <article v-for="e in d.entries" :key="e.id" class="rt-entry" :class="{'rt-said': e.post}">
          <span v-if="e.icon" class="at-face rt-face rt-machine" aria-hidden="true"><span class="material-symbols-outlined q-icon material-icons-outlined notranslate">{{ e.icon }}</span></span>
          <span v-else class="at-face rt-face" :class="{'a-photo': e.face.p}" :style="{'--at-who': e.face.c, '--photo': e.face.p}" aria-hidden="true">{{ e.face.i }}</span>
          <div class="rt-body">
            <div class="rt-line"><span class="rt-text">{{ e.text }}</span>
              <template v-if="e.changes.length === 1"><span class="rt-move"><template v-if="e.changes[0].old"><s class="rt-old">{{ e.changes[0].old }}</s> → </template><b class="rt-new">{{ e.changes[0].new || texts.nothing }}</b></span></template>
              <time class="rt-time" :title="e.exact">{{ e.time }}</time></div>
            <ul v-if="e.changes.length > 1" class="rt-changes">
              <li v-for="c in e.changes" :key="c.label"><span class="rt-field">{{ c.label }}</span>
                <template v-if="c.old"><s class="rt-old">{{ c.old }}</s> → </template><span class="rt-new">{{ c.new || texts.nothing }}</span></li>
            </ul>
            <template v-if="e.post">
              <Post :ref="(el) => keep(e.post.id, el)" :post="e.post" :texts="texts" :upload="upload" :readonly="readonly" @act="(what, value) => act(e.post, what, value)" @ask="ask" />
              <div v-if="e.post.answers.length || answering === e.post.id" class="rt-answers">
                <div v-for="one in e.post.answers" :key="one.id" class="rt-entry rt-said">
                  <span class="at-face rt-face rt-face--small" :class="{'a-photo': one.face.p}" :style="{'--at-who': one.face.c, '--photo': one.face.p}" aria-hidden="true">{{ one.face.i }}</span>
                  <div class="rt-body"><div class="rt-line"><span class="rt-text">{{ one.who }}</span><time class="rt-time" :title="one.exact">{{ one.time }}</time></div>
                    <Post :ref="(el) => keep(one.id, el)" :post="one" :texts="texts" :upload="upload" :readonly="readonly" @act="(what, value) => act(e.post, what, value)" @ask="ask" /></div>
                </div>
                <Composer v-if="answering === e.post.id" ref="answer" :texts="texts" :upload="upload" :hint="texts.answer_hint" :action="texts.send" cancellable
                  @ask="ask" @cancel="answering = 0" @send="$emit('say', {...$event, reply_to: e.post.id, key: 'answer-' + e.post.id})" />
              </div>
            </template>
            <a v-if="e.cause" class="rt-cause" :href="prefix + e.href" @click.stop.prevent="e.href && $emit('visit', e.href)">{{ e.cause }}</a>
          </div>
        </article>
      </section>
      <button v-if="more" type="button" class="at-button at-text" @click="$emit('more')">{{ texts.more }}</button>
    </div>`,
  data() { return { answering: 0, prefix: window.path_prefix || "" }; },
  created() { this.posts = new Map(); },
  methods: {
    keep(id, post) { post ? this.posts.set(id, post) : this.posts.delete(id); },
    act(top, what, value) {
      if (what === "answer") this.answering = top.id;
      else this.$emit(what, value);
    },
    // One box asks at a time, so that the answer goes to the box that asked last.
    ask(asked, box) { this.asking = box; this.$emit("people", asked); },
    offered(turn, people) { this.asking?.offer(turn, people); },
    said(key) {
      const [what, id] = key.split("-");
      if (what === "top") this.$refs.top?.clear();
      else if (what === "answer") this.answering = 0;
      else if (this.posts.has(Number(id))) this.posts.get(Number(id)).editing = false;
    },
  },
};
