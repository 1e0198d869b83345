// The board without a pointer: arrows walk, Space picks up and drops, arrows carry, Escape puts back.
import { nextTick } from "vue";

const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export class Keyboard {
  /** `board` offers columns(), root(), movable(id), started(), carrying(id), finished(id, origin), say(text, values), open(id). */
  constructor(board) {
    this.board = board;
    this.origin = null; // the place a carried card was picked up from
    this.id = null;
  }

  get carrying() {
    return this.origin !== null;
  }

  /** Handles a key on a card. Returns whether it was one of ours. */
  press(id, event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (this.carrying) return this.carry(event.key);
    if (event.key in STEPS) return this.walk(id, ...STEPS[event.key]);
    if (event.key === "Home" || event.key === "End") return this.leap(id, event.key === "Home");
    if (event.key === "Enter") return this.board.open(id), true;
    if (event.key === " ") return this.pick(id), true;
    return false;
  }

  walk(id, sideways, down) {
    const { column, index } = this.board.columns().spot(id);
    if (down) return this.focus(column.cards[index + down]?.id), true;
    const list = this.board.columns().list;
    for (let i = list.indexOf(column) + sideways; i >= 0 && i < list.length; i += sideways) {
      const { cards } = list[i];
      if (cards.length) return this.focus(cards[Math.min(index, cards.length - 1)].id), true;
    }
    return true;
  }

  leap(id, first) {
    this.focus(this.board.columns().spot(id).column.cards.at(first ? 0 : -1).id);
    return true;
  }

  focus(id) {
    const node = id === undefined ? null : this.node(id);
    if (!node) return;
    this.board.root().querySelectorAll('.ab-card[tabindex="0"]').forEach((other) => (other.tabIndex = -1));
    node.tabIndex = 0;
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  node(id) {
    return this.board.root().querySelector(`.ab-card[data-id="${id}"]`);
  }

  pick(id) {
    if (!this.board.movable(id)) return;
    this.id = id;
    this.origin = { ...this.board.columns().place(id), index: this.board.columns().spot(id).index };
    this.board.started();
    this.board.carrying(id);
    this.tell("picked");
  }

  carry(key) {
    if (key === " " || key === "Enter") return this.finish("dropped"), true;
    if (key === "Escape") return this.back(), true;
    if (!(key in STEPS)) return key === "Tab"; // a carried card keeps the focus
    const [sideways, down] = STEPS[key];
    const { column, index, card } = this.board.columns().spot(this.id);
    const list = this.board.columns().list;
    const target = list[list.indexOf(column) + sideways];
    if (!target) return true;
    const room = target.cards.length - (target === column ? 1 : 0);
    const to = Math.max(0, Math.min(index + down, room));
    this.shift(card, target, to);
    this.tell("carried");
    return true;
  }

  shift(card, column, index) {
    this.board.columns().take(card.id);
    this.board.columns().put(column, index, card);
    nextTick(() => this.focus(card.id)); // a moved node loses the focus
  }

  back() {
    const { origin } = this;
    this.shift(origin.card, this.board.columns().of(origin.stage), origin.index);
    this.finish("back");
  }

  finish(text) {
    const { id, origin } = this;
    this.tell(text);
    this.origin = this.id = null;
    this.board.carrying(null);
    this.board.finished(id, origin);
    nextTick(() => this.focus(id));
  }

  tell(text) {
    const { column, index, card } = this.board.columns().spot(this.id);
    const count = Math.max(column.count, column.cards.length);
    this.board.say(text, { title: card.title, stage: column.name, place: index + 1, count });
  }
}
