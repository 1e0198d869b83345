// The editor of a record page: parts that are not on it at the left, the page with its tabs at the right.
// Everything is dragged, moved by Alt and the arrow keys, or from the menu of a part; each step is told and can be undone.
const clone = (value) => JSON.parse(JSON.stringify(value));
const GROUPS = { palette: "field", f: "field", modules: "block", b: "block", tabs: "tab" };
export default {
  template: `
    <div :class="['le-root', role && 'le-root--seen']" @keydown="undoKey">
      <aside v-show="!role" class="le-palette" :aria-label="words.palette">
        <section>
          <h2 class="le-caption">{{ words.off }}</h2>
          <input v-if="off.length > 8" v-model="asked" type="search" class="le-find" :placeholder="words.find" :aria-label="words.find" />
          <div class="le-list" data-list="palette">
            <button v-for="code in found" :key="code" type="button" class="le-chip" :data-key="code" :data-focus="'p:' + code" :title="words.add" @click="place(code)">
              <q-icon :name="'o_' + fields[code].icon" size="16px" /><span class="a-ellipsis">{{ fields[code].label }}</span><q-icon class="le-plus" name="o_add" size="16px" /></button>
          </div>
          <p v-if="!off.length" class="le-hint">{{ words.all_on }}</p>
        </section>
        <section>
          <h2 class="le-caption">{{ words.modules }}</h2>
          <div class="le-list" data-list="modules">
            <button v-for="one in spare" :key="one.key" type="button" class="le-chip" :data-key="one.key" data-module="1" :title="words.add" @click="placeModule(one.key)">
              <q-icon :name="'o_' + one.icon" size="16px" /><span class="a-ellipsis">{{ one.label }}</span><q-icon class="le-plus" name="o_add" size="16px" /></button>
          </div>
        </section>
        <p class="le-hint">{{ words.how }}</p>
      </aside>
      <div class="le-main">
        <div class="le-bar">
          <button v-show="!role" type="button" class="at-button" :disabled="!past.length" :title="words.undo + ' (Ctrl+Z)'" @click="undo()"><q-icon name="o_undo" size="16px" /> {{ words.undo }}</button>
          <span v-show="!role" class="a-meta" role="status">{{ state ? words[state] : "" }}</span>
          <span class="a-grow"></span>
          <label v-show="!role" class="le-switch"><input type="checkbox" :checked="layout.beside" @change="change((all) => (all.beside = !all.beside))" />{{ words.beside }}</label>
          <label class="le-as"><span class="a-meta">{{ words.see_as }}</span>
            <select v-model="role" class="le-select"><option value="">{{ words.nobody }}</option><option v-for="one in roles" :key="one.key" :value="one.key">{{ one.label }}</option></select></label>
        </div>
        <p v-if="seer" class="le-note">{{ seer.note }} <a v-if="seer.href" class="a-link" :href="prefix + seer.href">{{ words.open }}</a></p>
        <div class="le-page">
          <div class="le-head" aria-hidden="true"><span class="le-name">{{ words.record }}</span><span class="le-stages"><i></i><i></i><i></i><i></i></span></div>
          <div class="le-columns">
            <div v-if="left" class="le-left"><div class="le-tabline"><span v-if="role" class="le-caption">{{ name(left) }}</span>
              <template v-else><input class="le-title" :value="typed?.code === left.code ? typed.text : name(left)" @input="typed = { code: left.code, text: $event.target.value }" @blur="typed = null" :aria-label="words.tab_name" @change="rename(left, $event)" maxlength="200" /><span class="a-meta le-fixed">{{ words.at_left }}</span>
              <button type="button" class="le-more" :aria-label="words.more + ': ' + name(left)"><q-icon name="o_more_horiz" size="18px" /><q-menu auto-close><div v-for="act in tabActs(left)" :key="act.key" class="q-item a-menu-item" role="menuitem" tabindex="0" @click="act.run" @keydown.enter="act.run"><span :class="{'a-danger': act.danger}">{{ act.label }}</span></div></q-menu></button></template></div>
            </div>
            <div class="le-right">
              <div class="le-tabs" data-list="tabs" role="tablist">
                <button v-for="tab in strip" :key="tab.code" type="button" role="tab" :class="['le-tab', tab.code === current && 'le-tab--on']" :aria-selected="tab.code === current" :data-key="tab.code" :data-focus="'t:' + tab.code" aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight"
                  @click="at = chosen = tab.code" @keydown.alt.left.prevent="shiftTab(tab, -1)" @keydown.alt.right.prevent="shiftTab(tab, 1)">{{ name(tab) }}</button>
                <button v-if="!role" type="button" class="le-add" :aria-label="words.add_tab" :title="words.add_tab" @click="addTab()"><q-icon name="o_add" size="18px" /></button>
              </div>
            </div>
            <div v-for="tab in layout.tabs" v-show="tab === left || tab.code === current" :key="tab.code" :class="['le-pane', tab === left ? 'le-pane--left' : 'le-pane--right']">
              <div v-if="tab !== left && !role" class="le-tabline">
                <input class="le-title" :data-focus="'n:' + tab.code" :value="typed?.code === tab.code ? typed.text : name(tab)" @input="typed = { code: tab.code, text: $event.target.value }" @blur="typed = null" :aria-label="words.tab_name" @change="rename(tab, $event)" maxlength="200" />
                <button type="button" class="le-more" :aria-label="words.more + ': ' + name(tab)"><q-icon name="o_more_horiz" size="18px" /><q-menu auto-close><div v-for="act in tabActs(tab)" :key="act.key" class="q-item a-menu-item" role="menuitem" tabindex="0" @click="act.run" @keydown.enter="act.run"><span :class="{'a-danger': act.danger}">{{ act.label }}</span></div></q-menu></button>
              </div>
              <div class="le-blocks" :data-list="'b:' + tab.code">
                <section v-for="block in tab.blocks" v-show="!role || !isEmpty(block)" :key="block.code" class="le-block" :data-key="block.code" :data-module="block.module || null">
                  <div class="le-block__head" :class="{'le-block__head--bare': role && !blockName(block)}">
                    <button v-show="!role" type="button" class="le-grip" :data-focus="'b:' + block.code" :aria-label="words.block + ' ' + (blockName(block) || words.untitled) + '. ' + words.keys" aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Alt+ArrowLeft Alt+ArrowRight"
                      @keydown.alt.up.prevent="shiftBlock(block, -1)" @keydown.alt.down.prevent="shiftBlock(block, 1)" @keydown.alt.left.prevent="sendBlock(block, -1)" @keydown.alt.right.prevent="sendBlock(block, 1)" @keydown.delete.prevent="removeBlock(block)"><q-icon name="o_drag_indicator" size="18px" /></button>
                    <q-icon v-if="block.module" :name="'o_' + module(block).icon" size="16px" class="le-quiet" />
                    <span v-if="role" class="le-block__name">{{ blockName(block) }}</span>
                    <input v-else class="le-title" :data-focus="'n:' + block.code" :value="typed?.code === block.code ? typed.text : name(block)" @input="typed = { code: block.code, text: $event.target.value }" @blur="typed = null" :placeholder="block.module ? module(block).label : words.untitled" :aria-label="words.block_name" @change="rename(block, $event)" maxlength="200" />
                    <q-icon v-if="block.folded" name="o_unfold_less" size="16px" class="le-quiet" :title="words.folded" />
                    <button v-show="!role" type="button" class="le-more" :aria-label="words.more + ': ' + (blockName(block) || words.untitled)"><q-icon name="o_more_horiz" size="18px" />
                      <q-menu auto-close><div v-for="act in blockActs(block, tab)" :key="act.key" class="q-item a-menu-item" role="menuitem" tabindex="0" @click="act.run" @keydown.enter="act.run"><span :class="{'a-danger': act.danger}">{{ act.label }}</span></div></q-menu></button>
                  </div>
                  <div v-if="block.module === 'related'" class="le-links">
                    <div v-for="(link, index) in block.links" :key="link" class="le-link"><span class="a-grow a-ellipsis">{{ linkName(link) }}</span>
                      <template v-if="!role"><button type="button" class="le-more" :disabled="!index" :aria-label="words.up" :title="words.up" @click="shiftLink(block, index, -1)"><q-icon name="o_arrow_upward" size="16px" /></button>
                      <button type="button" class="le-more" :disabled="index === block.links.length - 1" :aria-label="words.down" :title="words.down" @click="shiftLink(block, index, 1)"><q-icon name="o_arrow_downward" size="16px" /></button>
                      <button type="button" class="le-more" :aria-label="words.take_off" :title="words.take_off" @click="change(() => block.links.splice(index, 1))"><q-icon name="o_close" size="16px" /></button></template></div>
                    <span v-if="!block.links.length" class="a-meta">{{ words.every_link }}</span>
                    <button v-if="!role && links.some((one) => !block.links.includes(one.key))" type="button" class="at-button le-choose"><q-icon name="o_add" size="16px" /> {{ words.choose_link }}
                      <q-menu auto-close><template v-for="one in links" :key="one.key"><div v-if="!block.links.includes(one.key)" class="q-item a-menu-item" role="menuitem" tabindex="0" @click="change(() => block.links.push(one.key))" @keydown.enter="change(() => block.links.push(one.key))">{{ one.label }}</div></template></q-menu></button>
                  </div>
                  <div v-else-if="block.module" class="le-bones" aria-hidden="true"><i></i><i></i><i></i></div>
                  <div v-else :class="['le-fields', block.columns === 1 && 'le-fields--one']" :data-list="'f:' + block.code" :data-empty="words.drop">
                    <div v-for="code in shown(block)" :key="code" :class="['le-field', fields[code].wide && 'le-field--wide']" tabindex="0" :data-key="code" :data-required="fields[code].required ? 1 : null" :data-focus="'f:' + code"
                      role="group" :aria-label="fields[code].label + '. ' + words.keys" aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Alt+ArrowLeft Alt+ArrowRight" @focus="chosen = block.code"
                      @keydown.alt.up.prevent="shift(code, -1)" @keydown.alt.down.prevent="shift(code, 1)" @keydown.alt.left.prevent="send(code, -1)" @keydown.alt.right.prevent="send(code, 1)" @keydown.delete.self.prevent="takeOff(code)">
                      <span class="le-field__label"><span class="a-ellipsis">{{ fields[code].label }}</span><b v-if="fields[code].required" class="af-required" :title="words.required">*</b>
                        <q-icon v-if="level(code) === 10 || fields[code].readonly" name="o_lock" size="13px" :title="words.read_only" /></span>
                      <span class="le-field__type"><q-icon :name="'o_' + fields[code].icon" size="14px" /> {{ fields[code].type }}</span>
                      <button v-show="!role" type="button" class="le-more" tabindex="-1" :aria-label="words.more + ': ' + fields[code].label"><q-icon name="o_more_horiz" size="16px" />
                        <q-menu auto-close><div v-for="act in fieldActs(code, block)" :key="act.key" class="q-item a-menu-item" role="menuitem" tabindex="0" @click="act.run" @keydown.enter="act.run"><span :class="{'a-danger': act.danger}">{{ act.label }}</span></div></q-menu></button>
                    </div>
                  </div>
                </section>
              </div>
              <button v-if="!role" type="button" class="at-button le-new" @click="addBlock(tab)"><q-icon name="o_add" size="16px" /> {{ words.add_block }}</button>
            </div>
          </div>
        </div>
        <div class="a-off-screen" aria-live="polite">{{ said }}</div>
      </div>
    </div>`,
  props: { given: Object, fields: Object, modules: Array, links: Array, roles: Array, names: Object, language: String, words: Object },
  emits: ["change", "translate"],
  data() {
    const layout = clone(this.given);
    return { layout, at: "", chosen: "", role: "", asked: "", past: [], state: "", said: "", typed: null, prefix: window.path_prefix || "" };
  },
  computed: {
    left() { return this.layout.beside && this.layout.tabs.length > 1 ? this.layout.tabs[0] : null; },
    strip() { return this.left ? this.layout.tabs.slice(1) : this.layout.tabs; },
    current() { return this.strip.some((tab) => tab.code === this.at) ? this.at : this.strip[0]?.code; },
    blocks() { return this.layout.tabs.flatMap((tab) => tab.blocks); },
    on() { return new Set(this.blocks.flatMap((block) => block.fields)); },
    off() { return Object.keys(this.fields).filter((code) => !this.on.has(code)); },
    found() {
      const asked = this.asked.toLocaleLowerCase().trim();
      return asked ? this.off.filter((code) => this.fields[code].label.toLocaleLowerCase().includes(asked)) : this.off;
    },
    spare() { return this.modules.filter((one) => one.key === "related" || !this.blocks.some((block) => block.module === one.key)); },
    seer() { return this.roles.find((one) => one.key === this.role); },
  },
  async mounted() {
    const { Sortable } = await import("nicegui-sortable");
    if (!this.$el.isConnected) return;
    this.Sortable = Sortable;
    this.drags = new Map();
    this.sync();
  },
  updated() { this.sync(); },
  beforeUnmount() { this.drags?.forEach((drag) => drag.destroy()); },
  methods: {
    // Dragging

    sync() {
      if (!this.Sortable) return;
      for (const [list, drag] of this.drags) if (!list.isConnected) { drag.destroy(); this.drags.delete(list); }
      for (const list of this.$el.querySelectorAll("[data-list]")) if (!this.drags.has(list)) this.drags.set(list, this.draggable(list));
      this.drags.forEach((drag) => drag.option("disabled", !!this.role));
    },
    draggable(list) {
      const kind = list.dataset.list.split(":")[0];
      const isPalette = kind === "palette" || kind === "modules";
      const takes = { palette: (el) => !el.dataset.required, modules: (el) => !!el.dataset.module }[kind];
      return this.Sortable.create(list, {
        group: { name: GROUPS[kind], put: takes ? (to, from, el) => GROUPS[from.el.dataset.list.split(":")[0]] === GROUPS[kind] && takes(el) : [GROUPS[kind]] },
        sort: !isPalette, draggable: "[data-key]", handle: kind === "b" ? ".le-grip" : undefined, filter: "input,.le-more", preventOnFilter: false,
        animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 140, forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4,
        delay: 150, delayOnTouchOnly: true, touchStartThreshold: 5, ghostClass: "le-ghost", fallbackClass: "le-dragged", scroll: true, forceAutoScrollFallback: true, emptyInsertThreshold: 12,
        onStart: ({ item }) => { this.after = item.nextSibling; this.watchTabs(kind !== "tabs"); },
        onEnd: ({ item, from, to, newDraggableIndex: place, oldDraggableIndex: before }) => {
          this.watchTabs(false);
          // SortableJS has moved the node behind Vue's back: it goes home first, then the new page is drawn.
          from.insertBefore(item, this.after);
          if (from !== to || place !== before) this.dropped(item.dataset.key, from.dataset.list, to.dataset.list, place);
        },
      });
    },
    // While something is dragged over a tab for a moment, the tab opens.
    watchTabs(on) {
      clearTimeout(this.timer);
      document.removeEventListener("pointermove", this.over);
      if (!on) return;
      let before = null;
      this.over = (event) => {
        const tab = document.elementsFromPoint(event.clientX, event.clientY).map((one) => one.closest(".le-tab")).find((one) => one && this.$el.contains(one));
        if (tab === before) return;
        before = tab;
        clearTimeout(this.timer);
        if (tab) this.timer = setTimeout(() => (this.at = tab.dataset.key), 350);
      };
      document.addEventListener("pointermove", this.over);
    },
    dropped(key, from, to, place) {
      const goal = to.split(":")[1];
      if (to === "palette") this.takeOff(key);
      else if (to === "tabs") this.change((all) => { const first = this.left ? 1 : 0; const tab = all.tabs.splice(all.tabs.findIndex((one) => one.code === key), 1)[0]; all.tabs.splice(place + first, 0, tab); });
      else if (to === "modules") this.removeBlock(this.blocks.find((one) => one.code === key));
      else if (from === "modules") this.change(() => this.tab(goal).blocks.splice(place, 0, this.fresh({ module: key })));
      else if (to.startsWith("f:")) this.put(key, this.blocks.find((one) => one.code === goal), place);
      else this.change(() => { const block = this.cut(key); this.tab(goal).blocks.splice(place, 0, block); });
    },
    // Changing: every step goes through here

    change(work, focus = "") {
      this.past.push(clone(this.layout));
      if (this.past.length > 100) this.past.shift();
      work(this.layout);
      this.keepRequired();
      this.tell();
      if (focus) this.$nextTick(() => { const goal = this.$el.querySelector(`[data-focus="${CSS.escape(focus)}"]`); goal?.focus(); if (goal?.select) goal.select(); });
    },
    tell() {
      this.layout.left_out = this.off.filter((code) => !this.fields[code].about);
      this.state = "saving";
      this.$emit("change", clone(this.layout));
    },
    saved() { this.state = "saved"; },
    refused(layout) { this.layout = clone(layout); this.past = []; this.state = ""; },
    named(kind, code, label, labels) {
      this.change(() => Object.assign(kind === "tab" ? this.tab(code) : this.blocks.find((one) => one.code === code), { label, labels }));
    },
    undo() {
      if (!this.past.length || this.role) return;
      this.layout = this.past.pop();
      this.tell();
      this.say(this.words.undone);
    },
    undoKey(event) {
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.code === "KeyZ" && event.target.tagName !== "INPUT") {
        event.preventDefault();
        this.undo();
      }
    },
    keepRequired() {
      const lost = Object.keys(this.fields).filter((code) => this.fields[code].required && !this.on.has(code));
      if (!lost.length) return;
      let goal = this.blocks.find((block) => !block.module);
      if (!goal) { goal = this.fresh({}); this.layout.tabs[0].blocks.push(goal); goal = this.layout.tabs[0].blocks.at(-1); }
      goal.fields.push(...lost);
    },
    say(words) { this.said = words; },
    // Names

    name(part) { return part.labels[this.language] || this.names[part.label] || part.label; },
    blockName(block) { return this.name(block) || (block.module ? this.module(block).label : ""); },
    module(block) { return this.modules.find((one) => one.key === block.module) || { label: block.module, icon: "widgets" }; },
    linkName(key) { return this.links.find((one) => one.key === key)?.label || key; },
    rename(part, event) {
      const name = event.target.value.trim();
      this.typed = null; // until now it was kept: what is saved meanwhile draws the page anew
      const isTab = this.layout.tabs.includes(part);
      if (name === this.name(part)) return;
      if (!name && isTab) { event.target.value = this.name(part); return; }
      this.change(() => {
        if (!name) Object.assign(part, { label: "", labels: {} });
        else if (part.labels[this.language]) part.labels[this.language] = name;
        else part.label = name;
      });
    },
    // Parts

    tab(code) { return this.layout.tabs.find((one) => one.code === code); },
    home(block) { return this.layout.tabs.find((tab) => tab.blocks.includes(block)); },
    level(code) { return this.seer?.levels[code]; },
    shown(block) { return this.role ? block.fields.filter((code) => this.level(code) !== 0) : block.fields; },
    isEmpty(block) { return !block.module && !this.shown(block).length; },
    code(letter) {
      const taken = new Set([...this.layout.tabs, ...this.blocks].map((one) => one.code));
      for (let place = 1; ; place++) if (!taken.has(letter + place)) return letter + place;
    },
    fresh(more) { return { code: this.code("b"), label: "", labels: {}, module: "", fields: [], links: [], columns: 2, folded: false, ...more }; },
    cut(code) {
      const tab = this.layout.tabs.find((one) => one.blocks.some((block) => block.code === code));
      return tab.blocks.splice(tab.blocks.findIndex((block) => block.code === code), 1)[0];
    },
    put(code, block, place) {
      this.change(() => {
        for (const one of this.blocks) { const at = one.fields.indexOf(code); if (at >= 0) one.fields.splice(at, 1); }
        block.fields.splice(place, 0, code);
      }, "f:" + code);
      const tab = this.home(block);
      if (tab !== this.left) this.at = tab.code;
      this.say(`${this.fields[code].label}: ${this.name(tab)}, ${this.blockName(block) || this.words.untitled}, ${block.fields.indexOf(code) + 1}`);
    },
    // Where a click adds to: the block or the tab that was chosen last, else the last block in sight.
    place(code) {
      const here = this.tab(this.current);
      const tabs = this.chosen === here?.code ? [here] : [this.left, here].filter(Boolean);
      const inSight = tabs.flatMap((tab) => tab.blocks).filter((block) => !block.module);
      const block = inSight.find((one) => one.code === this.chosen) || inSight.at(-1);
      if (block) this.put(code, block, block.fields.length);
      else this.change(() => here.blocks.push(this.fresh({ fields: [code] })), "f:" + code);
    },
    placeModule(key) { this.change(() => this.tab(this.current).blocks.push(this.fresh({ module: key }))); this.say(this.modules.find((one) => one.key === key).label); },
    takeOff(code) {
      if (this.fields[code].required) return;
      this.change(() => { for (const one of this.blocks) { const at = one.fields.indexOf(code); if (at >= 0) one.fields.splice(at, 1); } });
      this.say(`${this.words.taken_off}: ${this.fields[code].label}`);
    },
    shift(code, by) {
      const block = this.blocks.find((one) => one.fields.includes(code));
      const at = block.fields.indexOf(code) + by;
      if (at >= 0 && at < block.fields.length) { this.put(code, block, at); return; }
      const beside = this.home(block).blocks.filter((one) => !one.module);
      const next = beside[beside.indexOf(block) + by];
      if (next) this.put(code, next, by > 0 ? 0 : next.fields.length);
    },
    send(code, by) {
      const tab = this.home(this.blocks.find((one) => one.fields.includes(code)));
      const goal = this.layout.tabs[this.layout.tabs.indexOf(tab) + by];
      if (goal) this.sendTo(code, goal);
    },
    sendTo(code, tab) {
      const block = tab.blocks.filter((one) => !one.module).at(-1);
      if (block) { this.put(code, block, block.fields.length); return; }
      this.change(() => { for (const one of this.blocks) { const at = one.fields.indexOf(code); if (at >= 0) one.fields.splice(at, 1); } tab.blocks.push(this.fresh({ fields: [code] })); }, "f:" + code);
      if (tab !== this.left) this.at = tab.code;
    },
    shiftBlock(block, by) {
      const blocks = this.home(block).blocks;
      const at = blocks.indexOf(block) + by;
      if (at < 0 || at >= blocks.length) return;
      this.change(() => { this.cut(block.code); blocks.splice(at, 0, block); }, "b:" + block.code);
      this.say(`${this.blockName(block) || this.words.untitled}: ${at + 1}`);
    },
    sendBlock(block, by) {
      const goal = this.layout.tabs[this.layout.tabs.indexOf(this.home(block)) + by];
      if (goal) this.blockTo(block, goal);
    },
    blockTo(block, tab) {
      if (tab !== this.left) this.at = tab.code;
      this.change(() => { this.cut(block.code); tab.blocks.push(block); }, "b:" + block.code);
      this.say(`${this.blockName(block) || this.words.untitled}: ${this.name(tab)}`);
    },
    shiftLink(block, index, by) { this.change(() => block.links.splice(index + by, 0, block.links.splice(index, 1)[0])); },
    removeBlock(block) { this.change(() => this.cut(block.code)); this.say(`${this.words.taken_off}: ${this.blockName(block) || this.words.untitled}`); },
    addBlock(tab) { const block = this.fresh({ label: this.words.new_block }); this.chosen = block.code; this.change(() => tab.blocks.push(block), "n:" + block.code); },
    addTab() {
      const tab = { code: this.code("t"), label: this.words.new_tab, labels: {}, blocks: [] };
      this.at = this.chosen = tab.code;
      this.change((all) => all.tabs.push(tab), "n:" + tab.code);
    },
    shiftTab(tab, by) {
      const at = this.layout.tabs.indexOf(tab) + by;
      if (at < 0 || at >= this.layout.tabs.length) return;
      this.change((all) => { all.tabs.splice(all.tabs.indexOf(tab), 1); all.tabs.splice(at, 0, tab); }, "t:" + tab.code);
      this.say(`${this.name(tab)}: ${at + 1}`);
    },
    tabActs(tab) {
      const at = this.layout.tabs.indexOf(tab);
      const last = this.layout.tabs.length - 1;
      return [
        { key: "words", label: this.words.translate, run: () => this.$emit("translate", { kind: "tab", code: tab.code, label: tab.label, labels: tab.labels }) },
        at > 0 && { key: "left", label: this.words.move_left, run: () => this.shiftTab(tab, -1) },
        at < last && { key: "right", label: this.words.move_right, run: () => this.shiftTab(tab, 1) },
        last > 0 && { key: "gone", label: this.words.remove_tab, danger: true, run: () => this.change((all) => all.tabs.splice(at, 1)) },
      ].filter(Boolean);
    },
    blockActs(block, tab) {
      return [
        { key: "words", label: this.words.translate, run: () => this.$emit("translate", { kind: "block", code: block.code, label: block.label, labels: block.labels }) },
        !block.module && { key: "columns", label: block.columns === 1 ? this.words.two_columns : this.words.one_column, run: () => this.change(() => (block.columns = 3 - block.columns)) },
        { key: "fold", label: block.folded ? this.words.unfold : this.words.fold, run: () => this.change(() => (block.folded = !block.folded)) },
        ...this.layout.tabs.filter((one) => one !== tab).map((one) => ({ key: one.code, label: this.words.to_tab.replace("{tab}", this.name(one)), run: () => this.blockTo(block, one) })),
        { key: "gone", label: this.words.remove_block, danger: true, run: () => this.removeBlock(block) },
      ].filter(Boolean);
    },
    fieldActs(code, block) {
      const tabs = this.layout.tabs.filter((one) => one !== this.home(block));
      const near = this.home(block).blocks.filter((one) => !one.module && one !== block);
      return [
        ...near.map((one) => ({ key: one.code, label: this.words.to_block.replace("{block}", this.blockName(one) || this.words.untitled), run: () => this.put(code, one, one.fields.length) })),
        ...tabs.map((one) => ({ key: one.code, label: this.words.to_tab.replace("{tab}", this.name(one)), run: () => this.sendTo(code, one) })),
        !this.fields[code].required && { key: "off", label: this.words.take_off, danger: true, run: () => this.takeOff(code) },
        this.fields[code].required && { key: "stays", label: this.words.stays, run: () => {} },
      ].filter(Boolean);
    },
  },
};
