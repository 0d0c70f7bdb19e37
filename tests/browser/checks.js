// What a reviewer's tool would find: returns a list of complaints about the page it runs in.
() => {
  const complaints = [];
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return box.width > 1 && box.height > 1 && style.visibility !== "hidden" && !element.closest(".away, [hidden], details:not([open]) > :not(summary)");
  };
  const name = (element) => `${element.tagName.toLowerCase()}.${element.className.baseVal ?? element.className} "${element.textContent.trim().slice(0, 30)}"`;

  // Colours: text against the nearest painted ground, WCAG 2.2 contrast 4.5:1, or 3:1 for large text.
  const numbers = (colour) => {
    const found = colour.match(/[\d.]+/g).map(Number);
    return { rgb: found.slice(0, 3), alpha: found.length > 3 ? found[3] : 1 };
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => value / 255).map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { rgb, alpha } = numbers(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return rgb;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !shown(element) || element.closest(".skip, script")) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = contrast(numbers(style.color).rgb, ground(element));
    if (ratio < (large ? 3 : 4.5)) complaints.push(`contrast ${ratio.toFixed(2)}: ${name(element)}`);
  }
  for (const field of document.querySelectorAll("input:not([type=hidden]), select")) {
    if (!shown(field)) continue;
    const ratio = contrast(numbers(getComputedStyle(field).borderTopColor).rgb, ground(field.parentElement));
    if (ratio < 3) complaints.push(`border contrast ${ratio.toFixed(2)}: ${name(field)}`);
  }

  // Targets: 24 by 24 pixels, but for links inside a sentence (WCAG 2.5.8).
  const inline = "p.snippet, .matches p, .facts, .suggestion, .nothing li, .nothing p, .told p, .told li, .why, .speaker, .byline";
  for (const target of document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")) {
    if (!shown(target) || target.closest(inline) || target.matches(".skip")) continue;
    // The label around a box is clicked, too.
    const box = (target.closest("label") ?? target).getBoundingClientRect();
    if (box.height < 24 || box.width < 24) complaints.push(`target ${box.width.toFixed(0)}x${box.height.toFixed(0)}: ${name(target)}`);
  }

  // Names, headings, languages.
  for (const element of document.querySelectorAll("a[href], button, summary")) {
    if (!element.textContent.trim() && !element.getAttribute("aria-label")) complaints.push(`no name: ${element.outerHTML.slice(0, 60)}`);
  }
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) complaints.push(`heading level skipped: ${name(heading)}`);
    level = own;
  }
  if (document.querySelectorAll("h1").length !== 1) complaints.push("not exactly one h1");
  if (!document.documentElement.lang || !document.title) complaints.push("no language or no title");
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  if (new Set(ids).size !== ids.length) complaints.push("an id stands twice");
  for (const element of document.querySelectorAll("[aria-labelledby], [aria-controls]")) {
    const other = element.getAttribute("aria-labelledby") ?? element.getAttribute("aria-controls");
    if (!document.getElementById(other)) complaints.push(`points nowhere: ${other}`);
  }

  // Nothing is wider than the window.
  if (document.documentElement.scrollWidth > innerWidth) complaints.push(`page is ${document.documentElement.scrollWidth} wide in ${innerWidth}`);
  return complaints;
}
