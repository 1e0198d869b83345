// The organisation as a tree: folded and unfolded, moved by dragging, by keys, or from the menu of a line.
export default {
  props: { units: Array, selected: Number, editable: Boolean, words: Object },
  emits: ["pick", "move", "act"],
  template: `
    <ul class="og-tree" role="tree" :aria-label="words.tree" @dragover.prevent @drop.prevent>
      <li v-for="(unit, place) in shown" :key="unit.id" class="og-row" role="treeitem" :style="{'--depth': unit.depth}" :data-id="unit.id"
        :class="{'is-dragged': dragged === unit.id, ['is-' + zone]: over === unit.id}" :draggable="editable"
        :aria-level="unit.depth + 1" :aria-expanded="unit.children ? String(!folded[unit.id]) : null" :aria-selected="String(unit.id === selected)"
        :tabindex="unit.id === (focused || selected || shown[0].id) ? 0 : -1" :aria-keyshortcuts="editable ? 'Alt+ArrowUp Alt+ArrowDown Alt+ArrowLeft Alt+ArrowRight' : null"
        @click="pick(unit)" @keydown.self="key($event, unit, place)" @focus="focused = unit.id"
        @dragstart="start($event, unit)" @dragend="end" @dragover.prevent="hover($event, unit)" @drop.prevent.stop="drop(unit)">
        <button type="button" class="og-fold" :class="{'is-open': !folded[unit.id], 'og-fold--none': !unit.children}" tabindex="-1"
          :aria-label="words.fold" @click.stop="fold(unit.id)"><q-icon name="o_chevron_right" /></button>
        <span class="og-name"><b>{{ unit.name }}</b><span class="a-meta a-ellipsis">{{ unit.note }}</span></span>
        <span class="og-faces" aria-hidden="true"><span v-for="who in unit.faces" class="at-face" :class="{'a-photo': who.p}"
          :style="{'--at-who': who.c, '--photo': who.p}" :title="who.t">{{ who.i }}</span></span>
        <span class="og-count" :title="unit.countNote">{{ unit.count || "" }}</span>
        <button v-if="editable" type="button" class="og-more" tabindex="-1" :aria-label="words.more + ': ' + unit.name" @click.stop>
          <q-icon name="o_more_horiz" size="18px" />
          <q-menu auto-close anchor="bottom right" self="top right">
            <div class="q-item a-menu-item" v-for="act in acts" :key="act" role="menuitem" tabindex="0" @click="$emit('act', {id: unit.id, act})"
              @keydown.enter="$emit('act', {id: unit.id, act})"><span :class="{'a-danger': act === 'remove'}">{{ words[act] }}</span></div>
          </q-menu>
        </button>
      </li>
    </ul>`,
  data() {
    return { folded: {}, dragged: null, over: null, zone: "", focused: null, acts: ["add", "move", "remove"] };
  },
  computed: {
    byId() {
      return Object.fromEntries(this.units.map((unit) => [unit.id, unit]));
    },
    shown() {
      return this.units.filter((unit) => {
        for (let up = unit.parent; up; up = this.byId[up].parent) if (this.folded[up]) return false;
        return true;
      });
    },
  },
  updated() {
    // A line that is moved in the page loses the focus, and gets it back before another key can be pressed.
    if (this.held && (document.activeElement === document.body || !document.activeElement)) this.$el.querySelector(`[data-id="${this.held}"]`)?.focus();
  },
  methods: {
    fold(id) {
      this.folded = { ...this.folded, [id]: !this.folded[id] };
    },
    pick(unit) {
      this.focused = unit.id;
      this.$emit("pick", unit.id);
    },
    beside(unit) {
      return this.units.filter((one) => one.parent === unit.parent);
    },
    isBelow(unit, top) {
      for (let at = unit; at; at = this.byId[at.parent]) if (at.id === top) return true;
      return false;
    },
    start(event, unit) {
      this.dragged = unit.id;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", String(unit.id));
    },
    end() {
      Object.assign(this, { dragged: null, over: null, zone: "" });
    },
    hover(event, unit) {
      if (!this.dragged || this.isBelow(unit, this.dragged)) {
        this.over = null;
        return;
      }
      const box = event.currentTarget.getBoundingClientRect();
      const share = (event.clientY - box.top) / box.height;
      this.over = unit.id;
      this.zone = share < 0.25 ? "before" : share > 0.75 && !(unit.children && !this.folded[unit.id]) ? "after" : "into";
    },
    drop(unit) {
      const [id, zone] = [this.dragged, this.zone];
      this.end();
      if (!id || this.isBelow(unit, id)) return;
      if (zone === "into") this.$emit("move", { id, parent: unit.id, before: null });
      else if (zone === "before") this.$emit("move", { id, parent: unit.parent, before: unit.id });
      else {
        const rest = this.beside(unit).filter((one) => one.id !== id);
        const next = rest[rest.findIndex((one) => one.id === unit.id) + 1];
        this.$emit("move", { id, parent: unit.parent, before: next ? next.id : null });
      }
    },
    key(event, unit, place) {
      const go = (to) => to && this.$nextTick(() => this.$el.querySelector(`[data-id="${to.id}"]`)?.focus());
      if (event.altKey && this.editable) {
        if (!this.shift(event.key, unit)) return;
        this.$nextTick(() => go(unit));
      } else if (event.key === "ArrowDown") go(this.shown[place + 1]);
      else if (event.key === "ArrowUp") go(this.shown[place - 1]);
      else if (event.key === "Home") go(this.shown[0]);
      else if (event.key === "End") go(this.shown[this.shown.length - 1]);
      else if (event.key === "ArrowRight") unit.children && this.folded[unit.id] ? this.fold(unit.id) : unit.children && go(this.shown[place + 1]);
      else if (event.key === "ArrowLeft") unit.children && !this.folded[unit.id] ? this.fold(unit.id) : go(this.byId[unit.parent]);
      else if (event.key === "Enter" || event.key === " ") this.pick(unit);
      else if (event.key === "Delete" && this.editable) this.$emit("act", { id: unit.id, act: "remove" });
      else return;
      event.preventDefault();
    },
    shift(key, unit) {
      this.held = unit.id;
      const beside = this.beside(unit);
      const at = beside.findIndex((one) => one.id === unit.id);
      const up = this.byId[unit.parent];
      if (key === "ArrowUp" && at > 0) this.$emit("move", { id: unit.id, parent: unit.parent, before: beside[at - 1].id });
      else if (key === "ArrowDown" && at < beside.length - 1)
        this.$emit("move", { id: unit.id, parent: unit.parent, before: beside[at + 2] ? beside[at + 2].id : null });
      else if (key === "ArrowRight" && at > 0) this.$emit("move", { id: unit.id, parent: beside[at - 1].id, before: null });
      else if (key === "ArrowLeft" && up) {
        const above = this.beside(up);
        const next = above[above.findIndex((one) => one.id === up.id) + 1];
        this.$emit("move", { id: unit.id, parent: up.parent, before: next ? next.id : null });
      } else return false;
      return true;
    },
  },
};
