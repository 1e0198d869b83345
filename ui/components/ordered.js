// A list that is put in order by dragging a grip, or by the arrow keys on it.
export default {
  template: `<div class="a-ordered" @keydown="pressed" @focusout="left"><slot></slot></div>`,
  emits: ["move"],
  async mounted() {
    const { Sortable } = await import("nicegui-sortable");
    if (!this.$el.isConnected) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.sortable = Sortable.create(this.$el, {
      draggable: "[data-key]", handle: ".a-grip", animation: calm ? 0 : 140, easing: "ease-out", forceFallback: true, fallbackTolerance: 3,
      ghostClass: "a-ordered__ghost", chosenClass: "a-ordered__chosen", scroll: true, forceAutoScrollFallback: true,
      onStart: ({ item }) => (this.after = item.nextSibling),
      onEnd: ({ item, oldDraggableIndex: from, newDraggableIndex: to }) => {
        // SortableJS has moved the node behind Vue's back: it goes home first, then the server says the new order.
        this.$el.insertBefore(item, this.after);
        if (from !== to) this.$emit("move", { key: item.dataset.key, by: to - from });
      },
    });
  },
  updated() {
    // A line that is moved in the page loses the focus: its grip gets it back before another key can be pressed.
    if (!this.held || this.$el.contains(document.activeElement)) return;
    this.$el.querySelector(`[data-key="${CSS.escape(this.held)}"] .a-grip`)?.focus();
  },
  beforeUnmount() {
    this.sortable?.destroy();
  },
  methods: {
    left(event) {
      if (event.relatedTarget) this.held = "";
    },
    pressed(event) {
      const row = event.target.closest(".a-grip")?.closest("[data-key]");
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!row || !by) {
        this.held = "";
        return;
      }
      event.preventDefault();
      this.held = row.dataset.key;
      this.$emit("move", { key: row.dataset.key, by });
    },
  },
};
