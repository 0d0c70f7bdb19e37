// Adds to pages that work without it: keys, and suggestions while one types.
(() => {
  "use strict";
  const box = document.getElementById("q");
  const off = "searchsvc.keys.off";
  let keys = true;
  try { keys = localStorage.getItem(off) === null; } catch { /* storage may be forbidden */ }

  // Single-letter keys can be turned off: speech input presses them by accident (WCAG 2.1.4).
  const toggle = document.createElement("button");
  const tell = () => {
    toggle.textContent = keys ? "Turn off the keys / j k" : "Turn on the keys / j k";
  };
  toggle.type = "button";
  toggle.addEventListener("click", () => {
    keys = !keys;
    try { keys ? localStorage.removeItem(off) : localStorage.setItem(off, "1"); } catch { /* for this page, then */ }
    tell();
  });
  tell();
  document.querySelector(".colophon > p:last-of-type")?.append(toggle);

  // The newest bars matter most, and may lie outside of a narrow screen.
  for (const bars of document.querySelectorAll(".bars")) bars.scrollLeft = bars.scrollWidth;

  const stops = [...document.querySelectorAll(".hit h2 a, .hit h3 a, .part[data-match]")];
  let at = -1;
  const go = (step) => {
    const here = stops.indexOf(document.activeElement);
    at = Math.min(Math.max((here < 0 ? at : here) + step, 0), stops.length - 1);
    const stop = stops[at];
    if (!stop) return;
    if (!stop.matches("a")) stop.tabIndex = -1;
    stop.focus({ preventScroll: true });
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    stop.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
  };
  box?.setAttribute("aria-keyshortcuts", "Control+K Meta+K");
  const find = () => {
    box.focus();
    box.select();
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (box && event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      find();
      return;
    }
    if (!keys || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    if (event.key === "/" && box) {
      event.preventDefault();
      find();
    } else if (event.key === "j" || event.key === "k") {
      go(event.key === "j" ? 1 : -1);
    }
  });

  const form = box?.form;
  if (!form?.dataset.suggest) return;
  const list = document.createElement("ul");
  const status = document.createElement("p");
  list.id = "completions";
  list.className = "completions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  status.className = "away";
  status.setAttribute("role", "status");
  form.append(list, status);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");
  const names = { title: "article", speaker: "is quoted", word: "" };
  const pause = 150;
  let chosen = -1;
  let timer = 0;
  let asking = null;

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    asking = null;
    chosen = -1;
    list.hidden = true;
    status.textContent = "";
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const choose = (to) => {
    const items = list.children;
    chosen = (to + items.length) % items.length;
    [...items].forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
    box.setAttribute("aria-activedescendant", items[chosen].id);
    items[chosen].scrollIntoView({ block: "nearest" });
  };
  const item = (one, i) => {
    const made = document.createElement("li");
    const text = document.createElement("span");
    const kind = document.createElement("span");
    made.id = `completion-${i}`;
    made.dataset.href = one.href;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    text.textContent = one.text;
    kind.textContent = names[one.kind];
    kind.className = "kind";
    made.append(text, kind);
    return made;
  };
  const show = (suggestions) => {
    list.replaceChildren(...suggestions.map(item));
    chosen = -1;
    box.removeAttribute("aria-activedescendant");
    list.hidden = suggestions.length === 0;
    box.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = list.hidden ? "" : `${suggestions.length} suggestion${suggestions.length === 1 ? "" : "s"}`;
  };
  const ask = async (text) => {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(text)}`, { signal });
      if (answer.ok && !signal.aborted) show((await answer.json()).suggestions);
    } catch { /* suggestions are an extra: without them the box still searches */ }
  };
  const typed = () => {
    clearTimeout(timer);
    const text = box.value.trim();
    // Where letters are words, one is enough.
    const least = text.toLowerCase() === text.toUpperCase() ? 1 : 3;
    if (text.length < least) { close(); return; }
    timer = setTimeout(() => ask(box.value), pause);
  };
  // Letters that an input method has not settled are no words yet, and its keys are not ours.
  box.addEventListener("input", (event) => { if (!event.isComposing) typed(); });
  box.addEventListener("compositionend", typed);
  box.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? chosen + 1 : (chosen < 0 ? 0 : chosen) - 1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      location.assign(list.children[chosen].dataset.href);
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const one = event.target.closest("li");
    if (one) location.assign(one.dataset.href);
  });
  box.addEventListener("blur", close);
  form.addEventListener("submit", close);
})();
