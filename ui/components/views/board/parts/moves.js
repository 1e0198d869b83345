// Moves that this browser has shown and the server has not yet answered.
import { adjust } from "./columns.js";

export class Moves {
  constructor(columns, send) {
    this.columns = columns;
    this.send = send;
    this.waiting = new Map(); // card id -> {op, truth, again}
    this.last = 0;
  }

  /** Notes that a card was moved here; `truth` is the place where the server still has it. */
  add(id, truth) {
    const { column, card } = this.columns.spot(id);
    const before = this.columns.of(truth.stage);
    if (before !== column) {
      adjust(before, card, -1);
      adjust(column, card, 1);
    }
    const wait = this.waiting.get(id);
    if (wait) wait.again = true; // sent when the first move is answered: only then its version is known
    else this.ask(id, { truth, again: false });
  }

  ask(id, wait) {
    const { card, stage, above, below } = this.columns.place(id);
    wait.op = `${Date.now().toString(36)}-${++this.last}`;
    wait.again = false;
    this.waiting.set(id, wait);
    this.send({ op: wait.op, id, from: wait.truth.stage, to: stage, above, below, version: card.version });
  }

  /** The server's word on a card. Returns the stage it left when this answers a move of ours, else null. */
  accept(place) {
    const id = place.card.id;
    const wait = this.waiting.get(id);
    if (!wait) {
      this.columns.settle(place);
      return null;
    }
    const { stage } = wait.truth;
    wait.truth = place;
    if (place.op !== wait.op) return null; // somebody else's change: shown once our own move is answered
    if (wait.again && this.columns.spot(id)) {
      this.renew(place.card);
      this.ask(id, wait);
    } else {
      this.waiting.delete(id);
      this.columns.settle(place);
    }
    return stage;
  }

  renew(card) {
    const { column, index } = this.columns.take(card.id);
    this.columns.put(column, index, card);
  }

  /** Takes a refused move back. Returns the place where the card is now, null when it is not waited for. */
  reject(op) {
    const found = [...this.waiting].find(([, wait]) => wait.op === op);
    if (!found) return null;
    const [id, { truth }] = found;
    this.waiting.delete(id);
    this.columns.settle(truth);
    return truth;
  }

  drop(id) {
    this.waiting.delete(id);
    this.columns.take(id);
  }
}
