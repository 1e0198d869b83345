// The kanban board: one NiceGUI element that receives its cards as data.
// The protocol is described in element.py.
import { markRaw, nextTick, toRaw } from "vue";
import { BoardColumn, Columns, Dragging, fill, Formats, Keyboard, Moves } from "artel-board";

const MINUTE = 60_000;

export default {
  components: { BoardColumn },
  props: { stages: Array, first: Object, options: Object },
  // Undeclared listeners would fall through to the root node, where SortableJS dispatches DOM events of its own.
  emits: ["ready", "load", "card_move", "card_open", "quick_add", "clear_filter"],
  template: `
    <div class="ab-board" :class="{'ab-board--held': held}" role="group" :aria-label="settings.texts.board"
      @click="clicked" @keydown="pressed" @pointerdown.capture="touched">
      <BoardColumn v-for="column in columns" :key="column.code" :column="column" :carried="carried" :pointed="pointed"
        :settings="settings" @add="add(column, $event)"/>
      <div v-if="hidden" class="ab-hint" role="status">{{ settings.texts.nothing }}
        <button type="button" @click="$emit('clear_filter', {})">{{ settings.texts.clear }}</button></div>
      <div id="ab-keys" class="ab-unseen">{{ settings.texts.keys }}</div>
      <div class="ab-unseen" aria-live="polite">{{ said }}</div>
      <div class="ab-unseen" aria-live="assertive">{{ warned }}</div>
    </div>`,
  provide() { return { board: this }; },
  data() {
    return { columns: [], settings: {}, carried: null, pointed: null, held: false, filtered: false, said: "", warned: "" };
  },
  computed: {
    hidden() { return this.filtered && this.columns.every((column) => column.known && column.count === 0); },
  },
  created() {
    const options = toRaw(this.options);
    this.settings = { ...options, formats: markRaw(new Formats(options.locale, options.zone)), now: new Date() };
    this.generation = 0;
    this.queue = []; // news that arrived while a card was in the hand
    this.dragging = new Dragging(this);
    this.keyboard = new Keyboard({
      columns: () => this.state, root: () => this.$el, movable: (id) => !this.state.spot(id).card.fixed,
      started: () => this.started(), carrying: (id) => (this.carried = id), finished: (id, origin) => this.release(id, origin),
      say: (text, values) => this.say(text, values), open: (id) => this.$emit("card_open", { id }),
    });
    this.build(toRaw(this.stages));
    if (this.first) this.show(toRaw(this.first));
  },
  mounted() {
    this.clock = setInterval(() => (this.settings.now = new Date()), MINUTE);
    this.keepTabStop();
    this.$emit("ready", {});
  },
  unmounted() {
    clearInterval(this.clock);
    this.watcher?.disconnect();
  },
  methods: {
    // ---- what the columns use
    attach(column, list, more) {
      // `scrollMargin` also widens the column's own scroll box, so that a page is asked for before its end is seen.
      this.watcher ??= new IntersectionObserver(
        (seen) => seen.filter((one) => one.isIntersecting).forEach((one) => this.want(one.target)),
        { root: list.closest(".ab-board"), rootMargin: "0px 320px", scrollMargin: "600px" },
      );
      more.stage = column.code;
      this.watch(more);
      this.dragging.attach(list);
    },
    detach(list, more) {
      this.watcher?.unobserve(more);
      this.dragging.detach(list);
    },
    watch(more) {
      this.watcher.unobserve(more); // a sentinel that is still in sight fires again
      this.watcher.observe(more);
    },
    nextOf(column) {
      const next = this.columns[this.columns.indexOf(column) + 1];
      return column.kind === "open" && next?.kind === "open" ? next : null;
    },
    wonOf(column) { return column.kind === "open" ? this.columns.find((other) => other.kind === "won") : null; },
    want(more) {
      const column = this.state.of(more.stage);
      if (!column || column.loading || (column.loaded && column.cursor === null)) return;
      column.loading = true;
      this.$emit("load", { stage: column.code, after: column.cursor, generation: this.generation });
    },
    // ---- from the server
    build(stages) {
      this.state = new Columns(stages, this.state);
      this.columns = this.state.list;
      this.moves = new Moves(this.state, (move) => this.$emit("card_move", move));
    },
    show({ columns, totals, filtered, generation }) {
      this.filtered = filtered;
      this.generation = generation;
      this.state.total(totals);
      for (const [code, page] of Object.entries(columns)) this.state.append(this.state.of(code), page);
    },
    reset(stages, snapshot) {
      if (this.later("reset", stages, snapshot)) return;
      this.build(stages);
      this.show(snapshot);
    },
    page(stage, page, generation) {
      const column = this.state.of(stage);
      if (column && generation === this.generation) this.state.append(column, page);
    },
    apply(ops, totals) {
      if (this.later("apply", ops, totals)) return;
      for (const op of ops) {
        if (op.kind === "remove") this.moves.drop(op.id);
        else this.upsert(op);
      }
      this.state.total(totals);
    },
    upsert(op) {
      const known = this.state.spot(op.card.id);
      const left = this.moves.accept(op);
      if (left === null && known?.card.version !== op.card.version) this.flash(op.card.id, "ab-card--news");
      const won = this.state.of(op.stage)?.kind === "won";
      if (left !== null && left !== op.stage && won) this.flash(op.card.id, "ab-card--won");
    },
    reject(op, message, totals) {
      if (this.later("reject", op, message, totals)) return;
      const back = this.moves.reject(op);
      this.state.total(totals);
      if (!back) return;
      const { name } = this.state.of(back.stage) ?? {};
      this.warned = fill(this.settings.texts.refused, { title: back.card.title, stage: name, reason: message });
      this.flash(back.card.id, "ab-card--refused");
    },
    added(stage, problem) {
      const column = this.state.of(stage);
      if (!column) return;
      Object.assign(column, { busy: false, problem }, problem ? {} : { draft: "" });
    },
    point(id) { this.pointed = id; },
    later(method, ...args) {
      if (this.held) this.queue.push([method, args]);
      return this.held;
    },
    // ---- a card in the hand
    started() { this.held = true; },
    dropped(id, stage, index) {
      if (stage === null) return this.finish();
      const truth = this.state.place(id);
      const { card } = this.state.take(id);
      this.state.put(this.state.of(stage), index, card);
      this.release(id, truth);
    },
    release(id, origin) {
      const place = this.state.place(id);
      const moved = place.stage !== origin.stage || place.above !== origin.above || place.below !== origin.below;
      if (moved) this.moves.add(id, origin);
      this.finish();
    },
    finish() {
      this.held = false;
      for (const [method, args] of this.queue.splice(0)) this[method](...args);
    },
    moveTo(id, column) {
      const truth = this.state.place(id);
      const { card } = this.state.take(id);
      this.state.put(column, 0, card);
      this.moves.add(id, truth);
    },
    // ---- the reader's hands
    clicked(event) {
      const node = event.target.closest(".ab-card");
      if (!node || this.held) return;
      const id = Number(node.dataset.id);
      const { column } = this.state.spot(id);
      const act = event.target.closest("[data-act]")?.dataset.act ?? "open";
      if (act === "open" && (event.ctrlKey || event.metaKey)) window.open(`${window.path_prefix || ""}${this.settings.address}/${id}`, "_blank", "noopener");
      else if (act === "open") this.$emit("card_open", { id });
      else this.moveTo(id, act === "next" ? this.nextOf(column) : this.wonOf(column));
    },
    pressed(event) {
      const node = event.target.closest(".ab-card");
      if (node && event.target === node && this.keyboard.press(Number(node.dataset.id), event)) event.preventDefault();
    },
    touched() { if (this.keyboard.carrying) this.keyboard.back(); },
    add(column, title) { this.$emit("quick_add", { stage: column.code, title }); },
    // ---- small signs
    say(text, values) { this.said = fill(this.settings.texts[text], values); },
    flash(id, look) {
      nextTick(() => {
        const node = this.keyboard.node(id);
        if (!node) return;
        node.classList.remove(look);
        void node.offsetWidth; // starts the animation anew
        node.classList.add(look);
        node.addEventListener("animationend", () => node.classList.remove(look), { once: true });
      });
    },
    keepTabStop() {
      nextTick(() => {
        if (!this.$el?.querySelector || this.$el.querySelector('.ab-card[tabindex="0"]')) return;
        const first = this.$el.querySelector(".ab-card");
        if (first) first.tabIndex = 0;
      });
    },
  },
};
