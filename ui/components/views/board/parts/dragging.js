// Drag by mouse and touch, on the SortableJS that comes with NiceGUI.

export class Dragging {
  /** `board` offers started() and dropped(id, stage, index); `root` is the element that scrolls sideways. */
  constructor(board) {
    this.board = board;
    this.group = `board-${Math.random().toString(36).slice(2)}`;
    this.lists = new Map();
    this.ready = import("nicegui-sortable").then(({ Sortable }) => (this.Sortable = Sortable));
    this.escape = (event) => event.key === "Escape" && this.cancel();
  }

  async attach(list) {
    this.lists.set(list, null);
    await this.ready;
    if (this.lists.get(list) === null) this.lists.set(list, this.Sortable.create(list, this.options()));
  }

  detach(list) {
    this.lists.get(list)?.destroy();
    this.lists.delete(list);
  }

  options() {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    return {
      group: this.group, draggable: ".ab-card", filter: ".ab-act, .ab-card--fixed", preventOnFilter: false,
      animation: calm ? 0 : 140, easing: "ease-out",
      // One pointer-based code path for mouse and touch; a long press starts it on touch, so that a swipe scrolls.
      forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4, fallbackClass: "ab-flying",
      delay: 180, delayOnTouchOnly: true, touchStartThreshold: 5,
      scroll: true, forceAutoScrollFallback: true, scrollSensitivity: 72, scrollSpeed: 14, bubbleScroll: true,
      ghostClass: "ab-ghost", chosenClass: "ab-chosen",
      onStart: (event) => this.start(event),
      onMove: (event) => this.tint(event.to),
      onEnd: (event) => this.end(event),
    };
  }

  start({ item, from }) {
    this.after = item.nextSibling;
    this.cancelled = false;
    document.addEventListener("keydown", this.escape, true);
    document.body.classList.add("ab-busy");
    this.tint(from);
    this.board.started();
  }

  tint(list) {
    if (this.tinted === list) return;
    this.tinted?.closest(".ab-col")?.removeAttribute("data-over");
    list?.closest(".ab-col")?.setAttribute("data-over", "");
    this.tinted = list;
  }

  cancel() {
    this.cancelled = true;
    document.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
  }

  end({ item, from, to, oldDraggableIndex, newDraggableIndex }) {
    document.removeEventListener("keydown", this.escape, true);
    document.body.classList.remove("ab-busy");
    this.tint(null);
    // SortableJS has moved the node behind Vue's back: it goes home first, then Vue moves it by the data.
    from.insertBefore(item, this.after);
    const stays = this.cancelled || (from === to && oldDraggableIndex === newDraggableIndex);
    this.board.dropped(Number(item.dataset.id), stays ? null : to.dataset.stage, newDraggableIndex);
  }
}
