// A list of any length on ag-grid's infinite row model: rows come from the server in blocks, everything is drawn as text
// nodes, never as HTML. The server hears only what people decide: a row opened, an order, a layout, an action on a selection.
import * as AgGrid from "nicegui-aggrid";

const BLOCK = 100;
const el = (tag, cls, text) => {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  if (text !== undefined) node.textContent = text;
  return node;
};
const color = (value) => (/^#[0-9a-f]{3,8}$/i.test(value || "") ? value : "");

const CELLS = {
  title(value, p) {
    const link = el("a", "at-title", value || p.context.texts.untitled);
    link.href = p.context.url(p.data.id);
    link.tabIndex = -1;
    if (!p.data.b) return link;
    const box = el("span", "at-named");
    link.classList.add("at-cut");
    box.append(link, el("span", "at-badge", p.data.b));
    return box;
  },
  pills(value) {
    const box = el("span", "at-pills");
    for (const item of value) {
      const pill = el("span", "at-pill", item.t);
      if (color(item.c)) pill.style.setProperty("--at-c", item.c);
      box.append(pill);
    }
    return box;
  },
  stage(value) {
    const box = el("span", "at-stage");
    const dot = el("span", "at-dot");
    if (color(value.c)) dot.style.setProperty("--at-c", value.c);
    box.append(dot, el("span", "at-cut", value.t));
    return box;
  },
  person(value) {
    const box = el("span", "at-person");
    const face = el("span", "at-face", value.i);
    if (color(value.c)) face.style.setProperty("--at-who", value.c);
    if (/^url\([\w\/.~-]+\)$/.test(value.p || "")) {
      face.classList.add("a-photo");
      face.style.setProperty("--photo", value.p);
    }
    box.append(face, el("span", "at-cut", value.t));
    return box;
  },
  link(value) {
    if (!value.h) return el("span", "at-cut", value.t);
    const link = el("a", "at-link at-cut", value.t);
    link.href = (window.path_prefix || "") + value.h;
    link.dataset.visit = value.h;
    link.tabIndex = -1;
    return link;
  },
  check: (value) => el("span", "at-check", value ? "✓" : ""),
};

class Cell {
  init(params) { this.gui = el("span", "at-cell"); this.refresh(params); }
  getGui() { return this.gui; }
  refresh(params) {
    if (!params.data) { this.gui.replaceChildren(el("span", "at-bone")); return true; }
    const { value, kind } = params;
    const empty = value === undefined || value === null;
    const made = kind === "title" || !empty ? CELLS[kind]?.(value ?? "", params) ?? document.createTextNode(String(value)) : "";
    this.gui.replaceChildren(made);
    this.gui.title = typeof value === "string" ? value : "";
    return true;
  }
}

class Head {
  init(params) {
    this.params = params;
    this.gui = el("div", "at-head" + (params.right ? " at-right" : ""));
    this.name = el("span", "at-cut", params.displayName);
    this.arrow = el("span", "at-arrow");
    this.more = el("button", "at-more", "⌄");
    this.more.type = "button";
    this.more.setAttribute("aria-label", params.context.texts.menu + ": " + params.displayName);
    this.gui.append(this.name, this.arrow, this.more);
    this.gui.addEventListener("click", (e) => { if (e.target !== this.more && params.enableSorting) params.progressSort(false); });
    this.gui.addEventListener("contextmenu", (e) => { e.preventDefault(); this.open(); });
    this.more.addEventListener("click", () => this.open());
    this.sorted = () => this.show();
    params.column.addEventListener("sortChanged", this.sorted);
    this.show();
  }
  open() { this.params.context.menu(this.params.column.getColId(), this.more); }
  show() {
    const way = this.params.column.getSort();
    this.arrow.textContent = way === "asc" ? "↑" : way === "desc" ? "↓" : "";
  }
  getGui() { return this.gui; }
  refresh() { return false; }
  destroy() { this.params.column.removeEventListener("sortChanged", this.sorted); }
}

export default {
  props: {
    catalog: String, columns: Array, layout: Array, sort: String, filter: String, text: String,
    texts: Object, actions: Array, deletable: Boolean,
  },
  emits: ["open", "visit", "sorted", "layout", "everyone", "bulk", "create", "clear"],
  template: `
    <div class="at-root">
      <div class="at-grid" ref="grid" @click="keep"></div>
      <div v-if="total === 0" class="at-empty">
        <div>{{ narrowed ? texts.nothing : texts.empty }}</div>
        <button v-if="narrowed" type="button" class="at-button" @click="$emit('clear')">{{ texts.clear }}</button>
        <button v-else-if="texts.create" type="button" class="at-button at-primary" @click="$emit('create')">{{ texts.create }}</button>
      </div>
      <div v-if="fault" class="at-empty"><div>{{ fault }}</div><button type="button" class="at-button" @click="again">{{ texts.again }}</button></div>
      <div class="at-foot"><span class="at-total">{{ totalText }}</span>
        <button type="button" class="at-button at-small" @click="picking = true" ref="pick">{{ texts.columns }}</button></div>
      <transition name="at-bar">
        <div v-if="chosen" class="at-bar" role="toolbar" :aria-label="texts.selected">
          <span class="at-count">{{ every ? texts.every.replace('%', totalText) : texts.chosen.replace('%', chosenText) }}</span>
          <button v-if="!every && total > chosen" type="button" class="at-button at-text" @click="takeAll">{{ texts.takeAll.replace('%', totalText) }}</button>
          <span class="at-gap"></span>
          <button v-for="a in actions" :key="a.key" type="button" class="at-button" :class="{'at-danger': a.danger}" @click="bulk(a.key)">{{ a.label }}</button>
          <button type="button" class="at-button at-text" :aria-label="texts.unselect" @click="unselect">×</button>
        </div>
      </transition>
      <q-menu v-model="menuShown" :target="menuTarget" no-parent-event class="af-menu at-menu" anchor="bottom right" self="top right" :key="menuCode">
        <button v-for="m in menuItems" :key="m.label" type="button" class="at-menu-item" @click="m.run(); menuShown = false">{{ m.label }}</button>
      </q-menu>
      <q-menu v-model="picking" :target="pickTarget" no-parent-event class="af-menu at-picker" anchor="top right" self="bottom right" :offset="[0, 6]">
        <input class="at-search" v-model="word" :placeholder="texts.search" :aria-label="texts.search">
        <div class="at-choices">
          <label v-for="c in choosable" :key="c.code" class="at-choice">
            <input type="checkbox" :checked="visible[c.code]" :disabled="c.code === 'title'" @change="show(c.code, $event.target.checked)">
            <span class="at-cut">{{ c.label }}</span></label>
        </div>
        <div class="at-reset"><button v-if="texts.everyone" type="button" class="at-menu-item" @click="everyone">{{ texts.everyone }}</button>
          <button type="button" class="at-menu-item" @click="reset">{{ texts.reset }}</button></div>
      </q-menu>
    </div>`,
  data() {
    return {
      total: null, totalText: "", chosen: 0, every: false, fault: "", menuShown: false, menuTarget: false, menuCode: "",
      picking: false, pickTarget: false, word: "", visible: {},
    };
  },
  computed: {
    narrowed() { return Boolean(this.ask.filter || this.ask.text); },
    chosenText() { return new Intl.NumberFormat(document.documentElement.lang || undefined).format(this.chosen); },
    choosable() {
      const word = this.word.trim().toLowerCase();
      return this.columns.filter((c) => !word || c.label.toLowerCase().includes(word));
    },
    menuItems() {
      const code = this.menuCode, t = this.texts, column = this.columns.find((c) => c.code === code);
      const way = (sort) => () => this.api.applyColumnState({ state: [{ colId: code, sort }], defaultState: { sort: null } });
      const items = column?.sortable ? [{ label: t.up, run: way("asc") }, { label: t.down, run: way("desc") }, { label: t.unsort, run: way(null) }] : [];
      if (code !== "title") items.push({ label: t.hide, run: () => this.show(code, false) });
      return [...items, { label: t.columns, run: () => { setTimeout(() => { this.picking = true; }, 150); } }];
    },
  },
  created() { this.ask = Vue.reactive({ filter: this.filter || "", text: this.text || "" }); this.cursors = new Map(); this.openId = null; },
  mounted() {
    AgGrid.ModuleRegistry.registerModules([AgGrid.AllCommunityModule]);
    this.pickTarget = this.$refs.pick;
    const narrow = window.innerWidth < 700;
    const saved = new Map((this.layout || []).map((c, i) => [c.code, { ...c, place: i }]));
    const ordered = [...this.columns].sort((a, b) => (saved.get(a.code)?.place ?? 1e6) - (saved.get(b.code)?.place ?? 1e6));
    const [first, way] = [this.sort.replace(/^-/, ""), this.sort.startsWith("-") ? "desc" : "asc"];
    const columnDefs = ordered.map((c) => ({
      colId: c.code, headerName: c.label, headerTooltip: c.label, width: (narrow && c.code === "title" ? 190 : saved.get(c.code)?.width) || c.width,
      hide: !saved.has(c.code), sortable: c.sortable, sort: this.sort && c.code === first ? way : null, sortingOrder: ["asc", "desc", null],
      pinned: c.code === "title" && !narrow ? "left" : null, lockPosition: c.code === "title" ? "left" : false, minWidth: 70,
      valueGetter: (p) => p.data?.c[c.code], equals: (a, b) => JSON.stringify(a) === JSON.stringify(b),
      cellRenderer: Cell, cellRendererParams: { kind: c.kind }, headerComponent: Head, headerComponentParams: { right: c.right },
      cellClass: c.right ? "at-right" : "", suppressMovable: c.code === "title",
    }));
    this.visible = Object.fromEntries(this.columns.map((c) => [c.code, saved.has(c.code)]));
    const prefix = window.path_prefix || "";
    this.api = AgGrid.createGrid(this.$refs.grid, {
      columnDefs, theme: this.look(), rowModelType: "infinite", cacheBlockSize: BLOCK, maxBlocksInCache: 30, blockLoadDebounceMillis: 40,
      infiniteInitialRowCount: 30, rowBuffer: 20, getRowId: (p) => String(p.data.id), datasource: { getRows: (p) => this.load(p) },
      rowHeight: 36, headerHeight: 32, animateRows: false, suppressCellFocus: false, suppressDragLeaveHidesColumns: true,
      rowSelection: { mode: "multiRow", headerCheckbox: false, enableClickSelection: false },
      selectionColumnDef: { width: 40, minWidth: 40, maxWidth: 40, pinned: narrow ? null : "left", resizable: false, lockPosition: "left", suppressHeaderMenuButton: true },
      rowClassRules: { "at-open": (p) => p.data && p.data.id === this.openId },
      context: { texts: this.texts, url: (id) => `${prefix}/c/${this.catalog}/${id}`, menu: (code, at) => this.menu(code, at) },
      onCellClicked: (e) => this.clicked(e), onCellKeyDown: (e) => this.keyed(e), suppressNoRowsOverlay: true,
      onSortChanged: () => this.ordered(), onColumnResized: (e) => e.finished && ["uiColumnResized", "autosizeColumns"].includes(e.source) && this.remember(),
      onColumnMoved: (e) => e.finished && this.remember(), onSelectionChanged: () => this.selected(),
      tooltipShowDelay: 600,
    });
    this.stretch(narrow);
    addEventListener("pagehide", this.tell);
  },
  beforeUnmount() {
    // Whoever comes back from a record finds the list where it was.
    const row = this.api?.getFirstDisplayedRowIndex() || 0;
    if (row > 0) sessionStorage.setItem(this.place(), String(row));
    clearTimeout(this.later);
    removeEventListener("pagehide", this.tell);
    this.tell();
    this.api?.destroy();
  },
  methods: {
    look() {
      return AgGrid.themeQuartz.withParams({
        backgroundColor: "var(--a-surface)", foregroundColor: "var(--a-text)", borderColor: "var(--a-border)", browserColorScheme: "inherit",
        headerBackgroundColor: "var(--a-surface)", headerTextColor: "var(--a-text-2)", headerFontWeight: 500, rowHoverColor: "var(--a-hover)",
        selectedRowBackgroundColor: "var(--a-accent-soft)", accentColor: "var(--a-accent)", wrapperBorder: false, wrapperBorderRadius: 0,
        fontFamily: "inherit", fontSize: 13, headerFontSize: 12, spacing: 6, cellHorizontalPadding: 12, columnBorder: false, headerColumnBorder: false,
        headerColumnResizeHandleColor: "transparent", oddRowBackgroundColor: "var(--a-surface)", rangeSelectionBorderColor: "var(--a-accent)",
        iconSize: 14, checkboxBorderRadius: 4, checkboxUncheckedBorderColor: "var(--a-border-strong)",
      });
    },
    codes() { return this.api.getAllDisplayedColumns().map((c) => c.getColId()).filter((c) => c in this.visible); },
    order() { const s = this.api.getColumnState().find((c) => c.sort); return s ? (s.sort === "desc" ? "-" : "") + s.colId : ""; },
    async load(p) {
      const ask = { ...this.ask }, sort = this.order(), first = p.startRow === 0 || this.total === null;
      try {
        const answer = await fetch(`${window.path_prefix || ""}/_rows/${this.catalog}`, {
          method: "POST", headers: { "Content-Type": "application/json", "X-Artel": "1" },
          body: JSON.stringify({ ...ask, sort, start: p.startRow, end: p.endRow, columns: this.codes(), count: first, after: this.cursors.get(p.startRow) }),
        });
        const page = await answer.json();
        if (ask.filter !== this.ask.filter || ask.text !== this.ask.text || sort !== this.order()) { p.failCallback(); return; }
        if (!answer.ok) throw new Error(page.error);
        if (first) { this.total = page.total; this.totalText = page.total_text; }
        if (page.cursor) this.cursors.set(p.endRow, page.cursor);
        this.fault = "";
        p.successCallback(page.rows, page.cursor ? this.total : p.startRow + page.rows.length);
        if (!this.back) { this.back = true; this.comeBack(); }
      } catch (error) { this.fault = error instanceof TypeError ? this.texts.offline : error.message; p.failCallback(); }
    },
    // Columns nobody has sized yet fill the width there is; they never shrink below their own.
    stretch(narrow) {
      const free = this.$refs.grid.clientWidth - this.api.getAllDisplayedColumns().reduce((sum, c) => sum + c.getActualWidth(), 0);
      if (free > 0 && !narrow && !(this.layout || []).some((c) => c.width)) this.api.sizeColumnsToFit();
    },
    place() { return ["artel-list", this.catalog, this.order(), this.ask.filter, this.ask.text].join(" "); },
    comeBack() {
      const place = this.place(), row = Number(sessionStorage.getItem(place) || 0);
      sessionStorage.removeItem(place);
      if (row > 0 && row < this.total) setTimeout(() => this.api?.ensureIndexVisible(row, "top"), 30);
    },
    again() { this.fault = ""; this.reload(); },
    reload() { this.cursors.clear(); this.total = null; this.unselect(); this.api.purgeInfiniteCache(); this.api.ensureIndexVisible(0, "top"); },
    // ---- server -> browser
    narrow(filter, text) {
      if (filter === this.ask.filter && text === this.ask.text) return;
      Object.assign(this.ask, { filter, text });
      this.reload();
    },
    patch(rows, gone) {
      for (const row of rows) this.api.getRowNode(String(row.id))?.setData(row);
      if (gone.some((id) => this.api.getRowNode(String(id))) || rows.some((row) => !this.api.getRowNode(String(row.id)))) this.refresh();
    },
    refresh() {
      clearTimeout(this.later);
      this.later = setTimeout(() => {
        const empty = !this.total;
        this.cursors.clear(); this.total = null;
        // A cache of no rows has no block to refresh: the first record made elsewhere would never show.
        if (empty) this.api?.purgeInfiniteCache(); else this.api?.refreshInfiniteCache();
      }, 250);
    },
    mark(id) {
      const before = this.openId;
      this.openId = id;
      const nodes = [before, id].filter(Boolean).map((x) => this.api.getRowNode(String(x))).filter(Boolean);
      if (nodes.length) this.api.redrawRows({ rowNodes: nodes });
    },
    unselect() { this.every = false; this.api.deselectAll(); this.chosen = 0; },
    state() { return { ...this.ask, sort: this.order(), columns: this.codes() }; },
    // ---- browser -> server
    clicked(e) {
      if (!e.data || !this.columns.some((c) => c.code === e.column.getColId())) return;
      if (e.event.ctrlKey || e.event.metaKey || e.event.shiftKey || e.event.altKey) return;
      const link = e.event.target.closest("a");
      if (link?.dataset.visit) this.$emit("visit", link.dataset.visit);
      else this.$emit("open", e.data.id);
    },
    // A plain click on a name opens it beside the list; the grid has heard it by now, the page must not follow the link too.
    keep(event) {
      if (event.target.closest("a") && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    keyed(e) {
      if (!e.data) return;
      if (e.event.key === "Enter") this.$emit("open", e.data.id);
    },
    ordered() { this.cursors.clear(); this.$emit("sorted", this.order()); },
    remember() {
      clearTimeout(this.saving);
      this.saving = setTimeout(() => this.tell(), 400);
    },
    tell() {
      // Whoever leaves before the pause is over has chosen too.
      if (!this.saving) return;
      this.forget();
      this.$emit("layout", this.api.getAllDisplayedColumns().filter((c) => c.getColId() in this.visible).map((c) => ({ code: c.getColId(), width: Math.round(c.getActualWidth()) })));
    },
    forget() { clearTimeout(this.saving); this.saving = null; },
    show(code, on) {
      this.visible[code] = on;
      this.api.setColumnsVisible([code], on);
      if (on) { this.api.moveColumns([code], this.api.getAllDisplayedColumns().length - 1); this.cursors.clear(); this.api.refreshInfiniteCache(); this.api.ensureColumnVisible(code); }
      this.remember();
      this.tell();
    },
    everyone() { this.picking = false; this.$emit("everyone", this.codes()); },
    reset() { this.picking = false; this.forget(); this.$emit("layout", null); },
    menu(code, at) { this.menuCode = code; this.menuTarget = at; this.$nextTick(() => { this.menuShown = true; }); },
    selected() { this.chosen = this.api.getSelectedNodes().length; if (this.every) this.every = false; },
    takeAll() { this.every = true; },
    bulk(key) { this.$emit("bulk", { key, every: this.every, ids: this.every ? [] : this.api.getSelectedNodes().map((n) => n.data.id) }); },
  },
};
