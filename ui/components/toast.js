const STAYS = { undo: 8000, error: 8000, plain: 4000 };

export default {
  template: `
    <div class="a-toasts" role="status" aria-live="polite">
      <transition-group name="a-toast">
        <div v-for="note in notes" :key="note.id" :class="['a-toast', note.kind && 'a-toast--' + note.kind]"
             @mouseenter="hold(note)" @mouseleave="release(note)">
          <span class="a-toast__text">{{ note.text }}</span>
          <button v-if="note.undo" class="a-toast__undo" @click="undo(note)">{{ note.undo }}</button>
        </div>
      </transition-group>
    </div>`,
  emits: ["undo", "gone"],
  data() {
    return { notes: [] };
  },
  methods: {
    show(note) {
      this.notes = [...this.notes.slice(-2), note];
      this.release(note);
    },
    hold(note) {
      clearTimeout(note.timer);
    },
    release(note) {
      clearTimeout(note.timer);
      note.timer = setTimeout(() => this.drop(note), STAYS[note.undo ? "undo" : note.kind] || STAYS.plain);
    },
    undo(note) {
      this.$emit("undo", note.id);
      this.drop(note, true);
    },
    drop(note, silent) {
      clearTimeout(note.timer);
      this.notes = this.notes.filter((other) => other.id !== note.id);
      if (!silent) this.$emit("gone", note.id);
    },
  },
};
