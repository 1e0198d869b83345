// Somebody's photo: choose a file, drag and zoom it inside the square, send the square.
const SIDE = 512;
const VIEW = 280;
export default {
  props: { url: String, limit: Number, words: Object, photo: String, initials: String, color: String, busy: Boolean, error: String },
  emits: ["remove"],
  template: `
    <div class="pp-photo">
      <button type="button" class="a-avatar pp-photo__face" :class="{'a-photo': photo}" :style="{'--s': '72px', '--c': color, '--photo': photo}"
        :aria-label="words.choose" :title="words.choose" @click="$refs.input.click()">{{ initials }}</button>
      <div class="a-col a-gap-4">
        <div class="a-row">
          <q-btn unelevated no-caps :ripple="false" class="a-small" @click="$refs.input.click()" :label="photo ? words.change : words.choose" />
          <q-btn v-if="photo" unelevated no-caps :ripple="false" class="a-small a-quiet" @click="$emit('remove')" :label="words.remove" />
        </div>
        <span v-if="problem || error" class="a-error" role="alert">{{ problem || error }}</span>
        <span v-else class="a-meta">{{ words.hint }}</span>
      </div>
      <input ref="input" type="file" class="a-off-screen" tabindex="-1" aria-hidden="true" accept="image/png,image/jpeg,image/webp" @change="chosen" />
      <q-dialog v-model="open" transition-duration="120">
        <q-card class="pp-crop">
          <div class="a-title">{{ words.crop }}</div>
          <canvas ref="canvas" class="pp-crop__view" width="${VIEW}" height="${VIEW}" tabindex="0" :aria-label="words.keys" role="img"
            @pointerdown="grab" @pointermove="drag" @pointerup="drop" @pointercancel="drop" @wheel.prevent="wheel" @keydown="key"></canvas>
          <label class="a-row"><q-icon name="o_photo_size_select_small" size="18px" class="a-faint" />
            <input type="range" class="a-grow" min="1" max="4" step="0.01" :value="zoom" :aria-label="words.zoom" @input="scale(+$event.target.value)" />
            <q-icon name="o_photo_size_select_large" size="18px" class="a-faint" /></label>
          <div class="a-row a-full" style="justify-content:flex-end">
            <q-btn unelevated no-caps :ripple="false" :label="words.cancel" @click="open = false" />
            <q-btn unelevated no-caps :ripple="false" class="a-primary" :loading="sending" :label="words.save" @click="send" />
          </div>
        </q-card>
      </q-dialog>
    </div>`,
  data() {
    return { open: false, zoom: 1, x: 0, y: 0, held: null, sending: false, problem: "" };
  },
  methods: {
    async chosen(event) {
      const file = event.target.files[0];
      event.target.value = "";
      this.problem = "";
      if (!file) return;
      if (!["image/png", "image/jpeg", "image/webp"].includes(file.type)) return void (this.problem = this.words.wrong);
      if (file.size > this.limit) return void (this.problem = this.words.too_big);
      try {
        this.image = await createImageBitmap(file);
      } catch {
        this.problem = this.words.wrong;
        return;
      }
      Object.assign(this, { open: true, zoom: 1, x: 0, y: 0 });
      await this.$nextTick();
      requestAnimationFrame(() => { this.paint(); this.$refs.canvas?.focus(); });
    },
    paint(canvas = this.$refs.canvas) {
      if (!canvas || !this.image) return;
      const side = canvas.width;
      const least = (Math.max(side / this.image.width, side / this.image.height)) * this.zoom;
      const [width, height] = [this.image.width * least, this.image.height * least];
      const [roomX, roomY] = [(width - side) / 2, (height - side) / 2];
      this.x = Math.min(1, Math.max(-1, this.x));
      this.y = Math.min(1, Math.max(-1, this.y));
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, side, side);
      pen.imageSmoothingQuality = "high";
      pen.drawImage(this.image, -roomX + this.x * roomX, -roomY + this.y * roomY, width, height);
      this.room = [roomX, roomY];
    },
    scale(zoom) {
      this.zoom = Math.min(4, Math.max(1, zoom));
      this.paint();
    },
    wheel(event) {
      this.scale(this.zoom - event.deltaY / 500);
    },
    grab(event) {
      event.target.setPointerCapture(event.pointerId);
      this.held = [event.clientX, event.clientY];
    },
    drag(event) {
      if (!this.held) return;
      this.shift(event.clientX - this.held[0], event.clientY - this.held[1]);
      this.held = [event.clientX, event.clientY];
    },
    drop() {
      this.held = null;
    },
    shift(dx, dy) {
      if (this.room[0] > 0) this.x += dx / this.room[0];
      if (this.room[1] > 0) this.y += dy / this.room[1];
      this.paint();
    },
    key(event) {
      const step = { ArrowLeft: [-10, 0], ArrowRight: [10, 0], ArrowUp: [0, -10], ArrowDown: [0, 10] }[event.key];
      if (step) this.shift(...step);
      else if (event.key === "+") this.scale(this.zoom + 0.1);
      else if (event.key === "-") this.scale(this.zoom - 0.1);
      else if (event.key === "Enter") this.send();
      else return;
      event.preventDefault();
    },
    async send() {
      const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
      this.paint(canvas);
      this.sending = true;
      const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
      const form = new FormData();
      form.append("file", blob, "photo.png");
      try {
        const answer = await fetch((window.path_prefix || "") + this.url, { method: "POST", body: form });
        if (!answer.ok) throw new Error(String(answer.status));
        this.open = false;
      } catch {
        this.open = false;
        this.problem = this.words.failed;
      }
      this.sending = false;
    },
  },
};
