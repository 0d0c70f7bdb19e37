// Adds to pages that work without it: keys, and suggestions while one types.
(() => {
  "use strict";
  const box = document.getElementById("q");
  const words = JSON.parse(document.currentScript.dataset.words);
  const language = document.documentElement.lang;
  const locale = language === "en" ? "en-GB" : language;
  const counts = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  const counted = (name, n) => (words[name][counts.select(n)] ?? words[name].other).replace("{n}", number.format(n));
  // Links keep the language.
  const asked = new URLSearchParams(location.search).get("ui");
  const kept = (href) => {
    const address = new URL(href, location.href);
    if (asked) address.searchParams.set("ui", asked);
    return address.href;
  };
  const off = "searchsvc.keys.off";
  let keys = true;
  try { keys = localStorage.getItem(off) === null; } catch { /* storage may be forbidden */ }

  // Single-letter keys can be turned off: speech input presses them by accident (WCAG 2.1.4).
  const toggle = document.createElement("button");
  const tell = () => {
    toggle.textContent = words[keys ? "keys-off" : "keys-on"];
  };
  toggle.type = "button";
  toggle.addEventListener("click", () => {
    keys = !keys;
    try { keys ? localStorage.removeItem(off) : localStorage.setItem(off, "1"); } catch { /* for this page, then */ }
    tell();
  });
  tell();
  document.querySelector(".colophon > p:last-of-type")?.append(toggle);

  // What can be taken along is copied with one click.
  for (const text of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = words.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent.trim());
      button.textContent = words.copied;
    });
    text.after(button);
  }

  // A link to this page, or to a place of it, becomes one that is copied; without a clipboard it stays a link.
  if (navigator.clipboard) {
    for (const link of document.querySelectorAll(".copy-link")) link.textContent = words["copy-link"];
    document.addEventListener("click", async (event) => {
      const link = event.target.closest(".copy-link, a.handle");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (link.matches(".copy-link")) event.preventDefault();
      await navigator.clipboard.writeText(link.href);
      link.classList.add("copied");
      if (link.matches(".copy-link")) link.textContent = words.copied;
    });
  }

  // The tab of this page may lie outside of a narrow screen, too.
  const tab = document.querySelector(".rooms [aria-current]");
  if (tab) {
    const [own, row] = [tab, tab.closest("ul")].map((one) => one.getBoundingClientRect());
    tab.closest("ul").scrollLeft += Math.max(0, own.right - row.right) + Math.min(0, own.left - row.left);
  }

  // The chosen bars matter most, else the newest, and may lie outside of a narrow screen.
  const showBars = () => {
    for (const bars of document.querySelectorAll(".bars")) {
      const chosen = bars.querySelector(".chosen");
      bars.scrollLeft = chosen ? chosen.offsetLeft - (bars.clientWidth - chosen.offsetWidth) / 2 : bars.scrollWidth;
    }
  };
  showBars();

  // Filters are applied at once, and the reader stays where he is: hits and filters are taken from the page that the
  // form leads to. On a narrow screen the filters are a sheet over the hits.
  const narrow = document.getElementById("narrow");
  const narrowScreen = matchMedia("(max-width: 56rem)");
  const told = document.createElement("p");
  told.className = "away";
  told.setAttribute("role", "status");
  let newest = 0;
  const take = (page, selector) => {
    const [here, there] = [document.querySelector(selector), page.querySelector(selector)];
    if (!here || !there) return false;
    here.replaceChildren(...there.childNodes);
    return true;
  };
  const apply = async (address) => {
    const mine = ++newest;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== newest) return;
      const focused = document.activeElement;
      const again = focused?.name && `[name="${CSS.escape(focused.name)}"][value="${CSS.escape(focused.value)}"]`;
      const folds = new Map([...document.querySelectorAll("#narrow details")].map((one) => [one.id, one.open]));
      if (!answer.ok || !page.getElementById("narrow") || !take(page, ".found")) throw new Error(answer.status);
      take(page, "#narrow");
      for (const one of document.querySelectorAll("#narrow details")) one.open = folds.get(one.id) ?? one.open;
      if (again && narrow.contains(document.querySelector(again))) document.querySelector(again).focus({ preventScroll: true });
      const carried = "form.search input[type=hidden]";
      document.querySelectorAll(carried).forEach((one) => one.remove());
      box?.form.append(...page.querySelectorAll(carried));
      if (box) box.value = page.getElementById("q")?.value ?? box.value;
      document.title = page.title;
      history.pushState({ filtered: true }, "", address);
      showBars();
      told.textContent = document.querySelector(".total strong")?.textContent ?? "";
      const seen = document.querySelector(".sheet-head button");
      if (seen) seen.textContent = words.show.replace("{shown}", told.textContent);
    } catch { location.assign(address); }
  };
  const addressOf = (form) => {
    const address = new URL(form.action);
    const given = [...new FormData(form)].filter(([, value]) => value !== "");
    address.search = new URLSearchParams(given).toString();
    return address.href;
  };
  if (narrow) {
    document.body.append(told);
    narrow.classList.add("live");
    narrow.addEventListener("change", (event) => {
      if (event.target.type === "checkbox") apply(addressOf(event.target.form));
    });
    narrow.addEventListener("submit", (event) => {
      if (!event.target.matches(".filter")) return;
      event.preventDefault();
      apply(addressOf(event.target));
    });
    narrow.addEventListener("click", (event) => {
      const link = event.target.closest("a.except");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      apply(link.href);
    });
    addEventListener("popstate", () => location.reload());
    document.addEventListener("click", (event) => {
      if (!narrowScreen.matches || !event.target.closest(".to-narrow")) return;
      event.preventDefault();
      const sheet = document.createElement("dialog");
      const head = document.createElement("div");
      const close = document.createElement("button");
      const place = document.createComment("");
      sheet.className = "sheet";
      sheet.setAttribute("aria-label", words.filters);
      head.className = "sheet-head";
      close.type = "button";
      close.textContent = words.show.replace("{shown}", document.querySelector(".total strong")?.textContent ?? "×");
      close.addEventListener("click", () => sheet.close());
      head.append(words.filters, close);
      narrow.before(place);
      sheet.append(head, narrow);
      sheet.addEventListener("click", (one) => { if (one.target === sheet) sheet.close(); });
      sheet.addEventListener("close", () => {
        place.replaceWith(narrow);
        sheet.remove();
        document.querySelector(".to-narrow")?.focus({ preventScroll: true });
      });
      document.body.append(sheet);
      for (const one of narrow.querySelectorAll("details.facet")) one.open = one.querySelector(":checked") !== null;
      sheet.showModal();
    });
  }

  // What is printed says when.
  addEventListener("beforeprint", () => {
    const day = new Date();
    const printed = document.getElementById("printed");
    printed.dateTime = day.toISOString().slice(0, 10);
    printed.textContent = day.toLocaleDateString(locale, { day: "numeric", month: "long", year: "numeric" });
    document.querySelector(".on-paper").firstChild.data = location.href;
  });

  let at = -1;
  const go = (step) => {
    const stops = [...document.querySelectorAll(".hit h2 a, .hit h3 a, .part[data-match]")];
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
    } else if (event.key === "n" || event.key === "p") {
      document.querySelector(`.walk a[rel=${event.key === "n" ? "next" : "prev"}]`)?.click();
    } else if (event.key === "?") {
      document.getElementById("help")?.click();
    }
  });

  const facts = (one, of) => {
    if (one.kind === "title") return one.day ?? words.undated;
    if (one.count === null) return "";
    return counted(one.kind === "speaker" || of === "quotes" ? "quotes" : "articles", one.count);
  };
  const pause = 150;

  // Suggestions for a field, in groups. `holder` says in its data where to ask, and for what.
  const complete = (field, holder, id) => {
    const list = document.createElement("div");
    const status = document.createElement("p");
    list.id = id;
    list.className = "completions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", words.suggestions);
    status.className = "away";
    status.setAttribute("role", "status");
    holder.append(list, status);
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-expanded", "false");
    const items = () => [...list.querySelectorAll("[role=option]")];
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
      field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    };
    const choose = (to) => {
      const all = items();
      chosen = (to + all.length) % all.length;
      all.forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
      field.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    };
    const item = (one, i) => {
      const made = document.createElement("div");
      const text = document.createElement("span");
      const told = document.createElement("span");
      made.id = `${id}-${i}`;
      made.className = "completion";
      made.dataset.href = one.href;
      made.setAttribute("role", "option");
      made.setAttribute("aria-selected", "false");
      text.textContent = one.text;
      text.dir = "auto";
      told.textContent = facts(one, holder.dataset.for);
      told.className = "kind";
      made.append(text, told);
      return made;
    };
    const group = (kind, found) => {
      const made = document.createElement("div");
      const name = document.createElement("div");
      made.setAttribute("role", "group");
      made.setAttribute("aria-label", words[kind]);
      name.className = "group";
      name.setAttribute("aria-hidden", "true");
      name.textContent = words[kind];
      made.append(name, ...found);
      return made;
    };
    const show = (suggestions) => {
      const found = suggestions.map((one, i) => [one.kind, item(one, i)]);
      const kinds = [...new Set(found.map(([kind]) => kind))];
      list.replaceChildren(...kinds.map((kind) => group(kind, found.filter((one) => one[0] === kind).map((one) => one[1]))));
      chosen = -1;
      field.removeAttribute("aria-activedescendant");
      list.hidden = suggestions.length === 0;
      field.setAttribute("aria-expanded", String(!list.hidden));
      status.textContent = list.hidden ? "" : counted("found", suggestions.length);
    };
    const ask = async (text) => {
      asking?.abort();
      asking = new AbortController();
      const { signal } = asking;
      const what = new URLSearchParams({ q: text, ...(holder.dataset.for ? { for: holder.dataset.for } : {}) });
      try {
        const answer = await fetch(`${holder.dataset.suggest}?${what}`, { signal });
        if (answer.ok && !signal.aborted) show((await answer.json()).suggestions);
      } catch { /* suggestions are an extra: without them the field still searches */ }
    };
    const typed = () => {
      clearTimeout(timer);
      const text = field.value.trim();
      // Where letters are words, one is enough.
      const least = text.toLowerCase() === text.toUpperCase() ? 1 : 3;
      if (text.length < least) { close(); return; }
      timer = setTimeout(() => ask(field.value), pause);
    };
    // Letters that an input method has not settled are no words yet, and its keys are not ours.
    field.addEventListener("input", (event) => { if (!event.isComposing) typed(); });
    field.addEventListener("compositionend", typed);
    field.addEventListener("keydown", (event) => {
      if (list.hidden || event.isComposing || event.keyCode === 229) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(event.key === "ArrowDown" ? chosen + 1 : (chosen < 0 ? 0 : chosen) - 1);
      } else if (event.key === "Escape") {
        event.preventDefault();
        close();
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        location.assign(kept(items()[chosen].dataset.href));
      }
    });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const one = event.target.closest("[role=option]");
      if (one) location.assign(kept(one.dataset.href));
    });
    field.addEventListener("blur", close);
    field.form.addEventListener("submit", close);
  };
  for (const [i, holder] of [...document.querySelectorAll("[data-suggest]")].entries()) {
    complete(holder.querySelector("input:not([type=hidden])"), holder, i ? `completions-${i}` : "completions");
  }
})();
