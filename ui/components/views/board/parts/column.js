// One column: header with the server's numbers, quick add, cards.
import { fill } from "./words.js";

const ICONS = {
  plus: "M8 3.5v9M3.5 8h9",
  open: "M6 3.5H3.5v9h9V10M9 3.5h3.5V7M12.2 3.8 7.5 8.5",
  next: "M3.5 8h8.5M8.5 4.5 12 8l-3.5 3.5",
  done: "M3.5 8.5 6.5 11.5 12.5 4.8",
  due: "M3.5 5.2a1 1 0 0 1 1-1h7a1 1 0 0 1 1 1v6.3a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1zM3.5 7h9M6 3v2M10 3v2",
  age: "M8 4.8V8l2.2 1.4M8 13a5 5 0 1 0 0-10 5 5 0 0 0 0 10Z",
};

// Not a component: thousands of cards would make thousands of instances.
const icon = (name) => `<svg class="ab-icon" viewBox="0 0 16 16" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;

export const BoardColumn = {
  props: { column: Object, carried: Number, pointed: Number, settings: Object },
  inject: ["board"],
  emits: ["add"],
  template: `
    <section class="ab-col" :style="hue" :data-stage="column.code" :aria-label="column.name">
      <header class="ab-head">
        <div class="ab-headline">
          <i class="ab-dot"></i><h3 class="ab-name" :title="column.name">{{ column.name }}</h3>
          <span class="ab-count">{{ column.known ? formats.count(column.count) : '' }}</span>
          <button v-if="settings.mayAdd" type="button" class="ab-plus" :title="texts.add" :aria-label="addLabel"
            @click="begin">${icon("plus")}</button>
        </div>
        <div class="ab-sums" v-if="settings.sums" :title="sums">{{ sums }}</div>
      </header>
      <form v-if="column.adding" class="ab-add" @submit.prevent="submit" @keydown.esc.stop="close">
        <input ref="draft" class="ab-draft" v-model="column.draft" :placeholder="texts.draft" :aria-label="addLabel"
          maxlength="500" enterkeyhint="done" autocomplete="off" :readonly="column.busy" @blur="leave"
          :aria-invalid="!!column.problem">
        <div v-if="column.problem" class="ab-problem" role="alert">{{ column.problem }}</div>
      </form>
      <div class="ab-list" :data-stage="column.code">
        <div class="ab-cards" :class="{'ab-cards--short': !column.loaded}" ref="cards" role="list" :data-stage="column.code"
          :data-rev="column.rev" :aria-label="column.name">
          <article v-for="card in column.cards" :key="card.id" class="ab-card" :class="look(card)" :data-id="card.id"
            v-memo="[card, carried === card.id, pointed === card.id, settings.now]"
            role="listitem" tabindex="-1" :aria-label="label(card)" aria-describedby="ab-keys">
            <div class="ab-title">{{ card.title }}</div>
            <div class="ab-link" v-if="card.link">{{ card.link }}</div>
            <div class="ab-foot">
              <span v-if="card.owner" class="ab-avatar" :class="{'a-photo': card.owner.photo}" :style="{'--ab-who': card.owner.color, '--photo': card.owner.photo}"
                :title="card.owner.title">{{ card.owner.initials }}</span>
              <template v-for="when in [time(card)]">
                <span v-if="when" class="ab-when" :class="{'ab-late': when.late}" :title="when.hint">
                  <svg class="ab-icon" viewBox="0 0 16 16" aria-hidden="true"><path :d="when.icon"/></svg>{{ when.text }}</span>
              </template>
              <span v-if="card.pill" class="ab-pill" :style="{'--ab-pill': card.pill.color}">{{ card.pill.text }}</span>
              <span class="ab-money" v-if="card.money">{{ formats.money(card.money) }}</span>
            </div>
            <div class="ab-acts">
              <button v-if="next && !card.fixed" type="button" class="ab-act" data-act="next" tabindex="-1"
                :title="nextHint" :aria-label="nextHint">${icon("next")}</button>
              <button v-if="won && !card.fixed" type="button" class="ab-act" data-act="done" tabindex="-1"
                :title="wonHint" :aria-label="wonHint">${icon("done")}</button>
              <button type="button" class="ab-act" data-act="open" tabindex="-1"
                :title="texts.open" :aria-label="texts.open">${icon("open")}</button>
            </div>
          </article>
        </div>
        <div class="ab-bones" aria-hidden="true"><div v-for="n in bones" :key="n" class="ab-bone"><i></i><i></i><i></i></div></div>
        <button v-if="isBare" type="button" class="ab-void" :aria-label="addLabel" @click="begin">${icon("plus")}</button>
        <div class="ab-more" ref="more"></div>
      </div>
    </section>`,
  computed: {
    // Text, not an object: Vue sets an object's properties at every redraw, and a set variable restyles every card.
    hue() { return `--ab-stage: ${this.column.color}`; },
    formats() { return this.settings.formats; },
    addLabel() { return `${this.texts.add}: ${this.column.name}`; },
    texts() { return this.settings.texts; },
    sums() { return this.column.known ? this.formats.sums(this.column.sums) : ""; },
    isBare() {
      void this.column.rev; // the cards themselves are not reactive
      return this.column.loaded && !this.column.cards.length && this.settings.mayAdd && !this.column.adding;
    },
    bones() {
      if (this.column.loading && this.column.loaded) return 2;
      return this.column.loaded ? 0 : Math.min(4, this.column.known ? this.column.count : 4);
    },
    next() { return this.board.nextOf(this.column); },
    won() { return this.board.wonOf(this.column); },
    nextHint() { return fill(this.texts.to, { stage: this.next?.name }); },
    wonHint() { return fill(this.texts.to, { stage: this.won?.name }); },
  },
  methods: {
    look(card) {
      return {
        "ab-card--carried": this.carried === card.id, "ab-card--open": this.pointed === card.id, "ab-card--fixed": card.fixed,
      };
    },
    time(card) {
      const { formats, texts, settings: { now }, column } = this;
      if (card.due) {
        const due = formats.due(card.due, now);
        const late = due.late && column.kind === "open";
        return { text: due.text, icon: ICONS.due, hint: fill(late ? texts.overdue : texts.due, { date: due.full }), late };
      }
      if (!card.since) return null;
      const hint = fill(texts.since, { date: formats.full(new Date(card.since)) });
      return { text: formats.age(card.since, now), icon: ICONS.age, hint, late: false };
    },
    label(card) {
      const money = card.money && this.formats.money(card.money);
      const said = [card.title, card.link, money, this.time(card)?.hint, card.pill?.text, card.owner?.title];
      return said.filter(Boolean).join(", ");
    },
    begin() {
      this.column.adding = true;
      this.$nextTick(() => this.$refs.draft?.focus());
    },
    close() { Object.assign(this.column, { adding: false, draft: "", problem: "" }); },
    leave() { if (!this.column.draft.trim() && !this.column.busy) this.close(); },
    submit() {
      const title = this.column.draft.trim();
      if (!title || this.column.busy) return;
      Object.assign(this.column, { busy: true, problem: "" });
      this.$emit("add", title);
    },
  },
  mounted() { this.board.attach(this.column, this.$refs.cards, this.$refs.more); },
  updated() {
    this.board.watch(this.$refs.more);
    this.board.keepTabStop();
  },
  beforeUnmount() { this.board.detach(this.$refs.cards, this.$refs.more); },
};
