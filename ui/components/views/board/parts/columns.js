// The board's columns and the cards that this browser has loaded, in the order of the server.
import { markRaw, shallowReactive, toRaw } from "vue";

// Cards and props arrive as deep proxies of NiceGUI's element store. Unwrapped and marked, a card is plain data:
// it is never changed in place, a new version is a new object, which is what v-memo compares.
const plain = (card) => markRaw(toRaw(card));

function open(stage, before) {
  const { adding = false, draft = "", busy = false, problem = "" } = before ?? {}; // what is being typed stays
  return shallowReactive({
    ...toRaw(stage), adding, draft, busy, problem, count: 0, sums: [], known: false,
    cards: markRaw([]), cursor: null, loaded: false, loading: false,
    rev: 0, // cards are not reactive: raising this number redraws the column
  });
}

export class Columns {
  constructor(stages, before) {
    this.list = markRaw(stages.map((stage) => open(stage, before?.of(stage.code))));
    this.homes = new Map(); // card id -> column
  }

  of(code) {
    return this.list.find((column) => column.code === code);
  }

  /** Where a card is: its column, its index and the card itself; null when it is not loaded. */
  spot(id) {
    const column = this.homes.get(id);
    if (!column) return null;
    const index = column.cards.findIndex((card) => card.id === id);
    return { column, index, card: column.cards[index] };
  }

  /** The place of a card in words of the protocol: its stage and the cards right above and below it. */
  place(id) {
    const { column, index, card } = this.spot(id);
    return { card, stage: column.code, above: column.cards[index - 1]?.id ?? null, below: column.cards[index + 1]?.id ?? null };
  }

  /** Appends a page, without the cards that are already somewhere: news of a move may outrun the page. */
  append(column, { cards, cursor }) {
    for (const card of cards) if (!this.homes.has(card.id)) this.put(column, column.cards.length, card);
    Object.assign(column, { cursor, loaded: true, loading: false, rev: column.rev + 1 });
  }

  put(column, index, card) {
    column.cards.splice(index, 0, plain(card));
    this.homes.set(card.id, column);
    column.rev++;
  }

  take(id) {
    const spot = this.spot(id);
    if (!spot) return null;
    spot.column.cards.splice(spot.index, 1);
    spot.column.rev++;
    this.homes.delete(id);
    return spot;
  }

  /** Puts a card where the server says. A place beyond the loaded part of the column is left to its page. */
  settle({ card, stage, above, below }) {
    this.take(card.id);
    const column = this.of(stage);
    if (!column) return;
    const index = this.indexBetween(column, above, below);
    if (index !== null) this.put(column, index, card);
  }

  indexBetween(column, above, below) {
    if (!column.loaded) return null; // its first page will bring the card
    if (above === null) return 0;
    if (this.homes.get(above) === column) return this.spot(above).index + 1;
    if (this.homes.get(below) === column) return this.spot(below).index;
    return column.cursor === null ? column.cards.length : null;
  }

  total(totals) {
    for (const [code, { count, sums }] of Object.entries(totals ?? {})) {
      const column = this.of(code);
      if (column) Object.assign(column, { count, sums, known: true });
    }
  }
}

/** Counts a card in (`sign` 1) or out (-1) until the server's numbers arrive. */
export function adjust(column, card, sign) {
  column.count += sign;
  if (!card.money) return;
  const { amount, currency } = card.money;
  const known = column.sums.find((sum) => sum.currency === currency);
  const sum = Number(known?.amount ?? 0) + sign * Number(amount);
  const fresh = { currency, amount: String(Math.round(sum * 100) / 100) };
  column.sums = known ? column.sums.map((old) => (old === known ? fresh : old)) : [...column.sums, fresh];
}
