// A preview that takes one picture: by a click, the keyboard or a drop.
export default {
  props: { url: String, accept: String, limit: Number, words: Object, picture: String, label: String, error: String, dark: Boolean },
  template: `
    <div class="a-logo">
      <div class="a-logo__drop" :class="{'is-over': over, 'is-busy': sending, 'is-dark': dark}" role="button" tabindex="0" :aria-label="label + ': ' + words.choose"
           @click="$refs.input.click()" @keydown.enter.prevent="$refs.input.click()" @keydown.space.prevent="$refs.input.click()"
           @dragover.prevent="over = true" @dragleave="over = false" @drop.prevent="dropped">
        <input ref="input" type="file" class="a-off-screen" tabindex="-1" aria-hidden="true" :accept="accept" @click.stop @change="chosen" />
        <img v-if="picture" :src="prefix + picture" :alt="label" />
        <template v-else><q-icon name="o_add_photo_alternate" size="24px" /><span class="a-meta">{{ words.choose }}</span></template>
      </div>
      <span v-if="problem || error" class="a-error" role="alert">{{ problem || error }}</span>
    </div>`,
  data() {
    return { over: false, sending: false, problem: "", prefix: window.path_prefix || "" };
  },
  methods: {
    chosen(event) {
      const file = event.target.files[0];
      event.target.value = "";
      if (file) this.send(file);
    },
    dropped(event) {
      this.over = false;
      if (event.dataTransfer.files[0]) this.send(event.dataTransfer.files[0]);
    },
    async send(file) {
      this.problem = file.size > this.limit ? this.words.too_big : "";
      if (this.problem || this.sending) return;
      this.sending = true;
      const form = new FormData();
      form.append("file", file, file.name);
      try {
        const answer = await fetch(this.prefix + this.url, { method: "POST", body: form });
        if (!answer.ok) this.problem = answer.status === 413 ? this.words.too_big : this.words.failed;
      } catch {
        this.problem = this.words.failed;
      }
      this.sending = false;
    },
  },
};
