// A list that is put in order by dragging a grip, or by the arrow keys on it.
export default {
  template: `<div class="a-ordered" @keydown="pressed"><slot></slot></div>`,
  emits: ["order"],
  async mounted() {
    const { Sortable } = await import("nicegui-sortable");
    if (!this.$el.isConnected) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.sortable = Sortable.create(this.$el, {
      draggable: "[data-key]", handle: ".a-grip", animation: calm ? 0 : 140, easing: "ease-out", forceFallback: true, fallbackTolerance: 3,
      ghostClass: "a-ordered__ghost", chosenClass: "a-ordered__chosen", scroll: true, forceAutoScrollFallback: true,
      onStart: ({ item }) => (this.after = item.nextSibling),
      onEnd: ({ item, oldDraggableIndex: from, newDraggableIndex: to }) => {
        // SortableJS has moved the node behind Vue's back: it goes home first, then the server draws the new order.
        this.$el.insertBefore(item, this.after);
        this.move(from, to);
      },
    });
  },
  updated() {
    if (!this.held) return;
    this.$el.querySelector(`[data-key="${CSS.escape(this.held)}"] .a-grip`)?.focus();
  },
  beforeUnmount() {
    this.sortable?.destroy();
  },
  methods: {
    keys() {
      return [...this.$el.children].filter((row) => row.dataset.key !== undefined).map((row) => row.dataset.key);
    },
    move(from, to) {
      const keys = this.keys();
      if (from === to || to < 0 || to >= keys.length) return;
      keys.splice(to, 0, ...keys.splice(from, 1));
      this.$emit("order", keys);
    },
    pressed(event) {
      const row = event.target.closest(".a-grip")?.closest("[data-key]");
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!row || !by) {
        this.held = "";
        return;
      }
      event.preventDefault();
      const from = this.keys().indexOf(row.dataset.key);
      this.held = row.dataset.key;
      this.move(from, from + by);
    },
  },
};
