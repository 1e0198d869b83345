// Where a file is dropped or chosen; sends it at once and shows how far it is.
export default {
  props: { url: String, accept: String, limit: Number, words: Object, busy: Boolean, error: String },
  emits: ["begun"],
  template: `
    <div class="im-drop" :class="{'is-over': over, 'is-busy': sending || busy}" role="button" tabindex="0" :aria-label="words.title"
         @click="choose" @keydown.enter.prevent="choose" @keydown.space.prevent="choose"
         @dragover.prevent="over = true" @dragleave="over = false" @drop.prevent="dropped">
      <input ref="input" type="file" class="a-off-screen" tabindex="-1" aria-hidden="true" :accept="accept" @click.stop @change="chosen" />
      <template v-if="sending || busy">
        <span class="im-drop__name a-ellipsis">{{ name }}</span>
        <span class="im-bar" :class="{'im-bar--endless': !sending}"><span :style="{width: (sending ? share : 35) + '%'}"></span></span>
        <span class="a-meta" aria-live="polite">{{ sending ? words.sending : words.reading }}</span>
      </template>
      <template v-else>
        <q-icon name="o_upload_file" size="28px" />
        <span class="im-drop__title">{{ words.title }}</span>
        <span class="a-meta">{{ words.hint }}</span>
        <span v-if="problem || error" class="a-error" role="alert">{{ problem || error }}</span>
      </template>
    </div>`,
  data() {
    return { over: false, sending: false, share: 0, name: "", problem: "" };
  },
  methods: {
    choose() {
      if (!this.sending && !this.busy) this.$refs.input.click();
    },
    chosen(event) {
      const file = event.target.files[0];
      event.target.value = "";
      if (file) this.send(file);
    },
    dropped(event) {
      this.over = false;
      const file = event.dataTransfer.files[0];
      if (file && !this.sending && !this.busy) this.send(file);
    },
    send(file) {
      this.problem = "";
      if (file.size > this.limit) {
        this.problem = this.words.too_big;
        return;
      }
      Object.assign(this, { sending: true, share: 0, name: file.name });
      const form = new FormData();
      form.append("file", file, file.name);
      const request = new XMLHttpRequest();
      request.open("POST", (window.path_prefix || "") + this.url);
      request.upload.onprogress = (event) => { this.share = event.lengthComputable ? (100 * event.loaded) / event.total : 0; };
      request.onload = () => {
        this.sending = false;
        if (request.status === 200) this.$emit("begun");
        else this.problem = request.status === 413 ? this.words.too_big : this.words.failed;
      };
      request.onerror = () => Object.assign(this, { sending: false, problem: this.words.failed });
      request.send(form);
    },
  },
};
