// <news-search endpoint="https://archive.example/path">: a search box for any page, without dependencies.
// docs/embedding.md describes its attributes, parts and colours. It keeps nothing: no cookies, no storage.
(() => {
  "use strict";
  if (customElements.get("news-search")) return;

  // Attribute → the words that are shown without it. {n} is a number, {shown} another one.
  const WORDS = {
    "label": "Search the archive",
    "placeholder": "",
    "button": "Search",
    "searches": "Searches",
    "people": "People",
    "headlines": "Articles",
    "suggestions-found": "Suggestions: {n}",
    "searching": "Searching …",
    "results-found": "Articles found: {n}, shown: {shown}",
    "nothing-found": "Nothing found",
    "all-results": "All results in the archive",
    "failed": "The archive cannot be reached just now. Please try again in a moment.",
    "no-endpoint": "This search box has no address of an archive.",
  };
  // Language → the same in it. The service fills this in.
  const TRANSLATED = { /* words of other languages */ };
  // Kind of a suggestion → its group; any other kind is a search.
  const GROUPS = { speaker: "people", person: "people", title: "headlines", headline: "headlines" };
  const ORDER = ["searches", "people", "headlines"];
  const PAUSE = 150; // milliseconds from the last key to the request for suggestions
  const PATIENCE = 15000; // milliseconds until a request is given up
  const LEAST = 3; // letters from which on suggestions are asked for; of scripts without capitals, one
  const MOST = 100; // results at most

  const STYLE = `
:host { display: block; position: relative; font: inherit; color: inherit; text-align: start;
  --ink: var(--news-search-ink, CanvasText); --paper: var(--news-search-paper, Canvas);
  --accent: var(--news-search-accent, LinkText); --line: var(--news-search-line, GrayText);
  --active: var(--news-search-active, var(--ink)); --active-ink: var(--news-search-active-ink, var(--paper));
  --button: var(--news-search-button, ButtonFace); --button-ink: var(--news-search-button-ink, ButtonText);
  --mark: var(--news-search-mark, Mark); --mark-ink: var(--news-search-mark-ink, MarkText);
  --radius: var(--news-search-radius, 3px); }
:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }
form { position: relative; display: flex; gap: .5rem; margin: 0; }
.away { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
input, button { font: inherit; min-height: 2.5em; padding: .3em .7em; border: 1px solid var(--line); border-radius: var(--radius); }
input { flex: 1; min-width: 0; width: 100%; color: var(--ink); background: var(--paper); }
button { flex: none; max-width: 50%; cursor: pointer; color: var(--button-ink); background: var(--button); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.list { position: absolute; z-index: 10; top: calc(100% + 4px); inset-inline: 0; max-height: 60vh; overflow-y: auto; padding: .25rem 0;
  color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: 0 8px 24px rgb(0 0 0 / .2); }
.group { padding: .35rem .75rem .1rem; font-size: .8125em; font-weight: 600; }
.option { display: flex; justify-content: space-between; gap: 1em; padding: .4rem .75rem; min-height: 1.75em; cursor: pointer; overflow-wrap: anywhere; }
.option[aria-selected=true], .option:hover { color: var(--active-ink); background: var(--active); }
.more { font-size: .8125em; white-space: nowrap; }
.status { margin: .5rem 0 0; } .status:empty { margin: 0; }
ol { list-style: none; margin: .5rem 0 0; padding: 0; }
li { padding: .6rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: .15em; }
.title { font-weight: 700; display: inline-block; min-height: 1.5em; }
.facts { font-size: .875em; } .facts span + span::before { content: "·"; margin: 0 .45em; }
.snippet, .notice { margin: .3rem 0 0; } .all { margin: .6rem 0 0; }
.all a { display: inline-block; padding: .2rem 0; }
mark { color: var(--mark-ink); background: var(--mark); }
@media (forced-colors: active) { mark { outline: 1px solid; } }`;
  let sheet = null;

  const make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value != null) made.setAttribute(name, value);
    made.append(...children.filter((child) => child != null));
    return made;
  };
  // Marks are pairs of offsets in code points, which a string of JavaScript does not count in.
  const marked = (text, marks) => {
    const points = Array.from(text);
    const pieces = [];
    let at = 0;
    for (const [start, end] of marks ?? []) {
      pieces.push(points.slice(at, start).join(""), make("mark", { part: "mark" }, points.slice(start, end).join("")));
      at = end;
    }
    return [...pieces, points.slice(at).join("")];
  };
  const segment = (text) => text.split("/").map(encodeURIComponent).join("/");

  class NewsSearch extends HTMLElement {
    static observedAttributes = Object.keys(WORDS);
    #box = make("input", { id: "box", name: "q", type: "search", part: "input", role: "combobox", maxlength: 2000,
      autocomplete: "off", autocapitalize: "none", spellcheck: "false", enterkeyhint: "search",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "list" });
    #label = make("label", { for: "box", class: "away", part: "label" });
    #button = make("button", { type: "submit", part: "button" });
    #list = make("div", { id: "list", class: "list", role: "listbox", part: "suggestions", hidden: "" });
    #form = make("form", { role: "search", part: "form" }, this.#label, this.#box, this.#button, this.#list);
    #told = make("p", { class: "away", role: "status" });
    #status = make("p", { class: "status", role: "status", part: "status" });
    #results = make("div", { part: "results" });
    #active = -1;
    #timer = 0;
    #typing = null; // request for suggestions on its way
    #asking = null; // request for results on its way

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      if (!sheet) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(STYLE);
      }
      root.adoptedStyleSheets = [sheet];
      root.append(this.#form, this.#told, this.#status, this.#results);
      this.#form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.#search();
      });
      this.#box.addEventListener("input", (event) => { if (!event.isComposing) this.#typed(); });
      this.#box.addEventListener("compositionend", () => this.#typed());
      this.#box.addEventListener("keydown", (event) => this.#pressed(event));
      this.#box.addEventListener("blur", () => this.#close());
      // Shortcuts of the page see the element instead of its input, and would take letters for theirs.
      for (const name of ["keydown", "keypress", "keyup"]) {
        this.#box.addEventListener(name, (event) => {
          if (event.key?.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
        });
      }
      this.#list.addEventListener("mousedown", (event) => event.preventDefault());
      this.#list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.#take(option);
      });
    }

    connectedCallback() { this.#name(); }
    attributeChangedCallback() { this.#name(); }
    disconnectedCallback() {
      this.#close();
      this.#asking?.abort();
      this.#asking = null;
    }
    focus(options) { this.#box.focus(options); }

    #name() {
      this.#label.textContent = this.#words("label");
      this.#button.textContent = this.#words("button");
      this.#box.placeholder = this.#words("placeholder");
      this.#list.setAttribute("aria-label", this.#words("label"));
    }
    #words(name, values = {}) {
      const language = this.#language() ?? "";
      const translated = TRANSLATED[language] ?? TRANSLATED[language.split("-")[0]];
      const text = this.getAttribute(name) ?? translated?.[name] ?? WORDS[name];
      return text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? this.#number(values[key]) : whole));
    }
    #language() {
      const lang = this.closest("[lang]")?.lang || document.documentElement.lang;
      try { return Intl.getCanonicalLocales(lang)[0]; } catch { return undefined; }
    }
    #number(value) { return new Intl.NumberFormat(this.#language()).format(value); }
    #date(text) {
      const date = new Date(text);
      const style = { dateStyle: "long", timeZone: "UTC" };
      const language = this.#language();
      // As the pages of the archive: 4 March 2025, unless the page says whose English it is in.
      const locale = language === "en" ? "en-GB" : language;
      return Number.isNaN(date.getTime()) ? text : new Intl.DateTimeFormat(locale, style).format(date);
    }

    // The address of the archive, with a slash at its end; null if the attribute is none.
    #archive() {
      try {
        const url = new URL(this.getAttribute("endpoint") || "about:blank", document.baseURI);
        if (!/^https?:$/.test(url.protocol)) return null;
        return new URL(url.pathname.replace(/\/*$/, "/"), url.origin);
      } catch { return null; }
    }
    #page(query) {
      const url = new URL("./", this.#archive());
      if (query) url.searchParams.set("q", query);
      return url.href;
    }
    // An address that the archive gave, if it leads to a page of the archive.
    #within(href) {
      try {
        const url = new URL(href, this.#archive());
        if (url.origin === this.#archive().origin) return url.href;
      } catch { /* it is no address */ }
      return this.#page("");
    }
    #link(href, attributes, ...children) {
      const target = this.getAttribute("target");
      return make("a", { ...attributes, href, target, rel: target ? "noopener" : null }, ...children);
    }
    // By a link: the page's policy for forms (`form-action`) need not name the archive.
    #go(href) {
      const link = this.#link(href, { hidden: "" });
      this.shadowRoot.append(link);
      link.click();
      link.remove();
    }

    async #ask(path, values, controller) {
      const url = new URL(path, this.#archive());
      for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
      const timer = setTimeout(() => controller.abort(), PATIENCE);
      try {
        const answer = await fetch(url, { credentials: "omit", referrerPolicy: "no-referrer", signal: controller.signal });
        return { status: answer.status, body: await answer.json() };
      } finally { clearTimeout(timer); }
    }

    #typed() {
      clearTimeout(this.#timer);
      this.#typing?.abort();
      const text = this.#box.value.trim();
      const least = text.toLowerCase() === text.toUpperCase() ? 1 : LEAST;
      if (text.length < least) { this.#close(); return; }
      this.#timer = setTimeout(() => this.#complete(), PAUSE);
    }
    async #complete() {
      if (!this.#archive()) return;
      this.#typing?.abort();
      const controller = this.#typing = new AbortController();
      try {
        const { status, body } = await this.#ask("api/suggest", { q: this.#box.value }, controller);
        if (status === 200 && controller === this.#typing && this.shadowRoot.activeElement) this.#show(body.suggestions);
      } catch { /* suggestions are an extra: without them the box still searches */ }
    }
    #show(suggestions) {
      const groups = Object.fromEntries(ORDER.map((name) => [name, []]));
      for (const one of suggestions) groups[GROUPS[one.kind] ?? "searches"].push(one);
      let count = 0;
      this.#list.replaceChildren(...ORDER.filter((name) => groups[name].length).map((name) => {
        const heading = make("div", { id: `group-${name}`, class: "group", part: "group", role: "presentation" }, this.#words(name));
        const options = groups[name].map((one) => {
          const more = one.published ? this.#date(one.published) : one.count == null ? null : this.#number(one.count);
          const option = make("div", { id: `option-${count++}`, class: "option", part: "option", role: "option", "aria-selected": "false" },
            make("span", { dir: "auto" }, one.text), more && make("span", { class: "more" }, more));
          option.suggestion = one;
          return option;
        });
        return make("div", { role: "group", "aria-labelledby": heading.id }, heading, ...options);
      }));
      this.#active = -1;
      this.#box.removeAttribute("aria-activedescendant");
      this.#list.hidden = count === 0;
      this.#box.setAttribute("aria-expanded", String(count > 0));
      this.#told.textContent = count ? this.#words("suggestions-found", { n: count }) : "";
    }
    #close() {
      clearTimeout(this.#timer);
      this.#typing?.abort();
      this.#typing = null;
      this.#active = -1;
      this.#list.hidden = true;
      this.#told.textContent = "";
      this.#box.setAttribute("aria-expanded", "false");
      this.#box.removeAttribute("aria-activedescendant");
    }
    #activate(to) {
      const options = [...this.#list.querySelectorAll("[role=option]")];
      this.#active = (to + options.length) % options.length;
      options.forEach((option, i) => {
        option.setAttribute("aria-selected", String(i === this.#active));
        option.part.toggle("active", i === this.#active);
      });
      this.#box.setAttribute("aria-activedescendant", options[this.#active].id);
      options[this.#active].scrollIntoView({ block: "nearest" });
    }
    #pressed(event) {
      // Keys of an input method choose letters; some browsers send its last one with the code 229 only.
      if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey) return;
      if (this.#list.hidden) {
        if (event.key !== "ArrowDown" || !this.#box.value.trim()) return;
        event.preventDefault();
        this.#complete();
        return;
      }
      const last = this.#list.querySelectorAll("[role=option]").length - 1;
      const at = this.#active;
      const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? last : at - 1, Home: 0, End: last }[event.key];
      if (event.key === "Escape") {
        this.#close();
      } else if (event.key === "Enter" && at >= 0) {
        this.#take(this.#list.querySelector(`#option-${at}`));
      } else if (to !== undefined && (event.key.startsWith("Arrow") || at >= 0)) {
        this.#activate(to);
      } else { return; }
      event.preventDefault();
      event.stopPropagation();
    }
    #take({ suggestion }) {
      this.#close();
      if ((GROUPS[suggestion.kind] ?? "searches") !== "searches") { this.#go(this.#within(suggestion.href)); return; }
      this.#box.value = suggestion.text;
      this.#search();
    }

    async #search() {
      this.#close();
      const query = this.#box.value.trim();
      if (!this.#archive()) { this.#tell(this.#words("no-endpoint")); return; }
      const size = Math.min(parseInt(this.getAttribute("results"), 10) || 0, MOST);
      if (size < 1) { this.#go(this.#page(query)); return; }
      if (!query) { this.#tell(""); return; }
      this.#asking?.abort();
      const controller = this.#asking = new AbortController();
      this.#tell(this.#words("searching"));
      try {
        const { status, body } = await this.#ask("api/search", { q: query, size }, controller);
        if (controller !== this.#asking) return;
        if (status === 200) this.#fill(query, body);
        else this.#tell(status < 500 && body.detail || this.#words("failed"));
      } catch {
        if (controller === this.#asking) this.#tell(this.#words("failed"));
      }
    }
    #tell(text) {
      this.#status.textContent = text;
      this.#results.replaceChildren();
    }
    #fill(query, { total, hits, query: read }) {
      this.#tell(total ? this.#words("results-found", { n: total, shown: hits.length }) : this.#words("nothing-found"));
      const notices = (read?.notices ?? []).map((notice) => make("p", { class: "notice", part: "notice" }, notice.text));
      this.#results.append(...notices);
      if (!total) return;
      const all = this.#link(this.#page(query), { part: "all-results" }, this.#words("all-results"));
      this.#results.append(make("ol", { part: "list" }, ...hits.map((hit) => this.#hit(query, hit))), make("p", { class: "all" }, all));
    }
    #hit(query, hit) {
      const url = new URL(`a/${segment(hit.id)}`, this.#archive());
      url.searchParams.set("q", query);
      const [snippet] = hit.snippets ?? [];
      if (snippet?.anchor) url.hash = snippet.anchor;
      const day = hit.published_day ?? hit.updated_day;
      const facts = [hit.outlet, day && this.#date(day)].filter(Boolean);
      return make("li", { part: "result" },
        this.#link(url.href, { class: "title", part: "title", dir: "auto", lang: hit.language }, ...marked(hit.title, hit.title_marks)),
        facts.length ? make("div", { class: "facts", part: "facts" }, ...facts.map((fact) => make("span", {}, make("bdi", {}, fact)))) : null,
        snippet && make("p", { class: "snippet", part: "snippet", dir: "auto", lang: hit.language },
          snippet.cut_before ? "… " : "", ...marked(snippet.text, snippet.marks), snippet.cut_after ? " …" : ""));
    }
  }
  customElements.define("news-search", NewsSearch);
})();
