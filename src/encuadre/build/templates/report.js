"use strict";
(() => {
  const root = document.documentElement;
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const { names, articles, own } = data;
  const SVG = "http://www.w3.org/2000/svg";
  const STANCE = { "-1": "unfavourable", 0: "neutral", 1: "favourable" };
  const KEYS = ["article", "event", "frame", "function", "ids", "q", "segment", "speaker", "stance", "target", "topic", "voice"];
  const PAGE = 40;

  const sentences = data.rows.map((row) => {
    const s = Object.fromEntries(data.columns.map((name, k) => [name, row[k]]));
    s.article = articles[s.article];
    s.plain = fold(s.text);
    return s;
  });
  const byId = new Map(sentences.map((s) => [s.id, s]));

  // Text is only ever set as text: nothing of the sources is read as HTML.
  function make(tag, options = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(options)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "onclick") element.addEventListener("click", value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }

  function drawSwatch(hue) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "sw");
    svg.setAttribute("viewBox", "0 0 12 12");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `#shape-${hue}`);
    svg.append(use);
    return svg;
  }

  function fold(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[‘’]/g, "'").replace(/[“”]/g, '"').toLowerCase();
  }
  const anchor = (id) => `s-${id.replace(/[^\w-]/g, "_")}`;
  const count = (n, word) => `${n.toLocaleString("en-GB")} ${word}${n === 1 ? "" : "s"}`;
  const dot = () => make("span", { class: "dot" }, "·");

  // ---------------------------------------------------------------- filters

  function parseFilters(text) {
    const found = {};
    for (const [key, value] of new URLSearchParams(text)) {
      if (KEYS.includes(key) && value) found[key] = value;
    }
    return found;
  }

  function writeFilters(filters) {
    return KEYS.filter((key) => filters[key])
      .map((key) => `${key}=${encodeURIComponent(filters[key]).replace(/%2C/g, ",")}`).join("&");
  }

  function findSentences(filters) {
    const wanted = Object.fromEntries(Object.entries(filters).map(([k, v]) => [k, k === "q" ? fold(v) : v.split(",")]));
    const has = (key, value) => !wanted[key] || wanted[key].includes(value);
    const speaks = (s) => !wanted.voice || wanted.voice.some((v) =>
      v === "own" ? s.voice === own : v === "quoted" ? s.voice && s.voice !== own : v === s.voice);
    const stands = (s) => {
      if (!wanted.target && !wanted.stance) return true;
      return (wanted.target || data.targets).some((t) => t in s.stance && has("stance", String(s.stance[t])));
    };
    return sentences.filter((s) =>
      has("article", s.article.id) && has("segment", s.segment) && has("speaker", s.speaker_id) &&
      has("frame", s.frame) && has("function", s.function) && has("topic", s.topic) && has("ids", s.id) &&
      (!wanted.event || wanted.event.some((e) => s.events.includes(e))) &&
      (!wanted.q || s.plain.includes(wanted.q)) && speaks(s) && stands(s));
  }

  function describeFilters(filters) {
    const name = (key, value) => (names[key] && names[key][value]) || value;
    const list = (key, say) => filters[key].split(",").map(say).join(", ");
    const parts = [];
    if (filters.ids) return "The sentences named in the text";
    if (filters.article) parts.push([...new Set(filters.article.split(",").map((id) => (articles.find((a) => a.id === id) || { outlet: id }).outlet))].join(", "));
    if (filters.segment) parts.push(list("segment", (v) => name("segment", v)));
    if (filters.voice) parts.push(list("voice", (v) => v === "own" ? "the outlet’s own voice" : v === "quoted" ? "quoted voices" : name("voice", v)));
    if (filters.speaker) parts.push(list("speaker", (v) => (sentences.find((s) => s.speaker_id === v) || { speaker: v }).speaker || v));
    if (filters.target) parts.push(`about ${list("target", (v) => name("target", v))}`);
    if (filters.stance) parts.push(list("stance", (v) => STANCE[v] || v));
    for (const key of ["frame", "function", "topic", "event"]) if (filters[key]) parts.push(`${key}: ${list(key, (v) => name(key, v))}`);
    if (filters.q) parts.push(`containing “${filters.q}”`);
    const text = parts.join(" · ");
    return text ? text[0].toUpperCase() + text.slice(1) : "All sentences";
  }

  // ---------------------------------------------------------------- evidence panel

  const panel = $("evidence");
  const roomy = matchMedia("(min-width:1360px)");
  let opener = null, shown = [], chosen = "", limit = PAGE;

  function openEvidence(filters) {
    shown = findSentences(filters);
    if (filters.target && !filters.stance) shown = [...shown].sort((a, b) => side(b, filters) - side(a, filters));
    chosen = "";
    limit = PAGE;
    $("evidence-filter").textContent = describeFilters(filters);
    $("evidence-all").setAttribute("href", `#explorer?${writeFilters(filters)}`);
    drawChips();
    drawEvidence();
    if (panel.open) panel.close();
    if (roomy.matches) panel.show();
    else panel.showModal();
    panel.scrollTop = 0;
    $("evidence-title").focus({ preventScroll: true });
  }

  const side = (s, filters) => Math.max(...filters.target.split(",").map((t) => Math.abs(s.stance[t] || 0)));

  function closeEvidence() {
    if (!panel.open) return;
    panel.close();
    if (location.hash.startsWith("#sentences")) history.replaceState(null, "", location.pathname + location.search);
    if (opener && opener.isConnected) opener.focus({ preventScroll: true });
  }

  function drawChips() {
    const outlets = new Map();
    for (const s of shown) outlets.set(s.article.outlet, [s.article.hue, (outlets.get(s.article.outlet) || [0, 0])[1] + 1]);
    const chips = [...outlets].map(([outlet, [hue, n]]) => make("li", {}, make("button", {
      type: "button", "aria-pressed": "false",
      onclick: (event) => {
        chosen = chosen === outlet ? "" : outlet;
        limit = PAGE;
        for (const b of $("evidence-chips").querySelectorAll("button")) b.setAttribute("aria-pressed", String(chosen !== "" && b === event.currentTarget));
        drawEvidence();
      },
    }, drawSwatch(hue), `${outlet} ${n}`)));
    $("evidence-chips").replaceChildren(...(outlets.size > 1 ? chips : []));
  }

  function drawEvidence() {
    const fitting = shown.filter((s) => !chosen || s.article.outlet === chosen);
    const from = new Set(fitting.map((s) => s.article.id)).size;
    const left = data.total > sentences.length ? ` This page holds ${sentences.length} of ${data.total} sentences.` : "";
    $("evidence-count").textContent = `${count(fitting.length, "sentence")} in ${count(from, "article")}.${left}`;
    $("evidence-list").replaceChildren(...fitting.slice(0, limit).map(drawQuote));
    $("evidence-more").hidden = fitting.length <= limit;
  }

  function drawQuote(s) {
    const meta = make("p", { class: "meta" }, drawSwatch(s.article.hue), s.article.outlet, dot(), sayVoice(s));
    for (const part of sayStances(s)) meta.append(dot(), part);
    if (s.frame && s.frame !== "none") meta.append(dot(), names.frame[s.frame] || s.frame);
    return make("li", {},
      make("p", { class: "said" }, s.text), meta,
      s.article.copy ? make("p", { class: "copy" }, "Copy is altered: not a verbatim quotation.") : "",
      make("a", { href: `#${anchor(s.id)}` }, "Read in the article"));
  }

  function sayVoice(s) {
    if (s.segment === "boilerplate") return "left out";
    if (s.voice === own) return "own voice";
    const voice = names.voice[s.voice] || s.voice || "voice not measured";
    return s.speaker ? `${s.speaker} (${voice})` : voice;
  }

  function sayStances(s) {
    return data.targets.filter((t) => t in s.stance).map((t) => {
      const value = s.stance[t];
      const word = make("b", { class: value < 0 ? "unfav" : value > 0 ? "fav" : null }, STANCE[value]);
      return make("span", {}, word, ` toward ${names.target[t]}`);
    });
  }

  $("evidence-close").addEventListener("click", closeEvidence);
  panel.addEventListener("cancel", (event) => { event.preventDefault(); closeEvidence(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeEvidence(); });
  $("evidence-more").addEventListener("click", () => {
    const first = limit;
    limit += PAGE;
    drawEvidence();
    const link = $("evidence-list").children[first];
    if (link) link.querySelector("a").focus();
  });

  // ---------------------------------------------------------------- articles

  const reader = $("reader"), toward = $("toward");
  toward.append(...data.targets.map((t) => make("option", { value: t }, names.target[t])));
  toward.closest("p").hidden = data.targets.length < 2;
  toward.addEventListener("change", () => { for (const d of reader.children) if (d.open) drawArticle(d); });

  articles.forEach((article, k) => {
    const facts = [article.author, article.date, article.genre, article.copy && `${article.copy}: not verbatim`].filter(Boolean).join(" · ");
    const headline = make("span", { class: "headline" }, article.title || article.id);
    const details = make("details", { class: "article", id: `article-${k}` },
      make("summary", {}, drawSwatch(article.hue), `${article.outlet}${facts ? " · " : ""}${facts}`, headline),
      make("div", { class: "body" }));
    details.addEventListener("toggle", () => { if (details.open && !details.lastChild.childNodes.length) drawArticle(details); });
    reader.append(details);
  });

  function drawArticle(details) {
    const article = articles[Number(details.id.slice(8))];
    const target = toward.value;
    const paragraphs = [];
    let last = null, p = null;
    for (const s of sentences) {
      if (s.article !== article) continue;
      if (s.paragraph !== last) { p = make("p"); paragraphs.push(p); last = s.paragraph; }
      p.append(drawSentence(s, target), " ");
    }
    details.lastChild.replaceChildren(...paragraphs);
  }

  function drawSentence(s, target) {
    const value = s.stance[target] || 0;
    const options = { id: anchor(s.id), class: `s ${s.segment}` };
    if (!value) return make("span", options, s.text);
    options.class += ` ${value < 0 ? "u" : "f"}${s.voice === own ? "" : " q"}`;
    const voice = s.voice === own ? "own voice" : names.voice[s.voice] || s.voice;
    return make("mark", options, s.text, make("small", {}, `${voice} ${value < 0 ? "−" : "+"}`));
  }

  function showSentence(id) {
    const s = sentences.find((x) => anchor(x.id) === id);
    if (!s) return;
    const details = $(`article-${articles.indexOf(s.article)}`);
    if (!details.lastChild.childNodes.length) drawArticle(details);
    details.open = true;
    if (panel.matches(":modal")) panel.close();
    for (const old of reader.querySelectorAll(".on")) old.classList.remove("on");
    const element = $(id);
    element.classList.add("on");
    element.setAttribute("tabindex", "-1");
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "center" });
  }

  // ---------------------------------------------------------------- explorer

  const form = $("filters");
  let explored = sentences, rows = PAGE;

  function addSelect(key, label, options) {
    if (options.length < 2) return;
    const select = make("select", { name: key }, make("option", { value: "" }, "any"), ...options.map(([v, text]) => make("option", { value: v }, text)));
    form.append(make("label", {}, label, select));
  }
  const outlets = [...new Set(articles.map((a) => a.outlet))];
  form.append(make("label", {}, "Text", make("input", { name: "q", type: "search", autocomplete: "off" })));
  addSelect("article", "Outlet", outlets.map((o) => [articles.filter((a) => a.outlet === o).map((a) => a.id).join(","), o]));
  addSelect("segment", "Segment", Object.entries(names.segment));
  addSelect("voice", "Voice", [["own", "own voice"], ["quoted", "any quoted voice"], ...Object.entries(names.voice).filter(([v]) => v !== own)]);
  addSelect("target", "About", Object.entries(names.target));
  addSelect("stance", "Stance", [["-1", STANCE["-1"]], ["0", STANCE[0]], ["1", STANCE[1]]]);
  addSelect("frame", "Frame", Object.entries(names.frame));
  addSelect("function", "Function", Object.entries(names.function));
  addSelect("topic", "Topic", Object.entries(names.topic));
  addSelect("event", "Event", Object.entries(names.event));

  function readForm() {
    const filters = form.kept ? { ...form.kept } : {};
    for (const field of form.elements) if (field.name) filters[field.name] = field.value;
    return filters;
  }

  // Filters that the form has no field for (ids, speaker) are kept until they are cleared.
  function fillForm(filters) {
    form.kept = {};
    for (const [key, value] of Object.entries(filters)) {
      const field = form.elements[key];
      if (!field) { form.kept[key] = value; continue; }
      if (field.tagName === "SELECT" && ![...field.options].some((o) => o.value === value)) field.append(make("option", { value }, describeFilters({ [key]: value })));
    }
    for (const field of form.elements) if (field.name) field.value = filters[field.name] || "";
  }

  function explore(write) {
    const filters = readForm();
    explored = findSentences(Object.fromEntries(Object.entries(filters).filter(([, v]) => v)));
    rows = PAGE;
    if (write) {
      const text = writeFilters(filters);
      history.replaceState(null, "", text ? `#explorer?${text}` : "#explorer");
    }
    drawRows();
  }

  function drawRows() {
    const rest = Object.keys(form.kept || {}).length ? ` Also: ${describeFilters(form.kept)}.` : "";
    $("explorer-count").textContent = `${count(explored.length, "sentence")} of ${data.total.toLocaleString("en-GB")}.${rest}`;
    $("explorer-rows").replaceChildren(...explored.slice(0, rows).map((s) => make("tr", {},
      make("td", {}, drawSwatch(s.article.hue), s.article.outlet),
      make("td", { class: "said" }, make("a", { href: `#${anchor(s.id)}` }, s.text), s.article.copy ? make("small", { class: "copy" }, " (altered copy)") : ""),
      make("td", {}, sayVoice(s)),
      make("td", {}, ...sayStances(s).flatMap((part, k) => (k ? [make("br"), part] : [part]))),
      make("td", {}, names.frame[s.frame] || s.frame),
      make("td", {}, names.topic[s.topic] || s.topic))));
    $("explorer-more").hidden = explored.length <= rows;
  }

  form.addEventListener("input", () => explore(true));
  form.addEventListener("submit", (event) => event.preventDefault());
  $("explorer-clear").addEventListener("click", () => { fillForm({}); explore(true); });
  $("explorer-more").addEventListener("click", () => {
    const first = rows;
    rows += PAGE * 5;
    drawRows();
    const row = $("explorer-rows").children[first];
    if (row) row.querySelector("a").focus();
  });

  // ---------------------------------------------------------------- downloads

  const quoteCell = (value) => {
    const text = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };

  function download(name, text) {
    const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
    const link = make("a", { href: url, download: `${name}.csv` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  $("explorer-csv").addEventListener("click", () => {
    const head = ["sentence_id", "article_id", "outlet", "copy", "segment", "text", "voice", "speaker", ...data.targets.map((t) => `stance_${t}`), "frame", "function", "topic", "events"];
    const lines = explored.map((s) => [s.id, s.article.id, s.article.outlet, s.article.copy || "as published", s.segment, s.text, s.voice, s.speaker,
      ...data.targets.map((t) => (t in s.stance ? s.stance[t] : "")), s.frame, s.function, names.topic[s.topic] || s.topic, s.events.join(" ")]);
    download("sentences-selected", [head, ...lines].map((line) => line.map(quoteCell).join(",")).join("\n") + "\n");
  });
  let tables = null;
  for (const button of document.querySelectorAll("button.file")) {
    button.addEventListener("click", () => {
      tables ??= JSON.parse($("tables").textContent);
      download(button.dataset.table, tables[button.dataset.table]);
    });
  }

  // ---------------------------------------------------------------- page

  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme:dark)").matches;
  const nameTheme = () => { $("theme").textContent = dark() ? "Light" : "Dark"; };
  $("theme").addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; nameTheme(); });
  matchMedia("(prefers-color-scheme:dark)").addEventListener("change", nameTheme);
  nameTheme();

  $("code").addEventListener("click", () => {
    const on = root.classList.toggle("show-code");
    $("code").setAttribute("aria-pressed", String(on));
    $("code").textContent = on ? "Hide code" : "Show code";
  });

  const contents = $("contents");
  const beside = matchMedia("(min-width:1180px)");
  const fit = () => { contents.open = beside.matches; };
  beside.addEventListener("change", fit);
  fit();

  const places = [...document.querySelectorAll("[data-chapter]")];
  const links = new Map([...contents.querySelectorAll("a")].map((a) => [a.getAttribute("href").slice(1), a]));
  function markChapter() {
    const at = [...places].reverse().find((p) => p.getBoundingClientRect().top < innerHeight * 0.35) || places[0];
    for (const [id, link] of links) {
      if (at && id === at.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; markChapter(); });
  }, { passive: true });
  markChapter();

  function route() {
    const [place, query = ""] = location.hash.slice(1).split(/\?(.*)/s);
    if (place === "sentences") openEvidence(parseFilters(query));
    else if (place === "explorer") {
      fillForm(parseFilters(query));
      explore(false);
      if (panel.open) panel.close();
      if (query) $("explorer").scrollIntoView();
    } else if (place.startsWith("s-")) showSentence(place);
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#"]');
    if (!link) return;
    if (link.hash.startsWith("#sentences")) {
      if (!panel.contains(link)) opener = link;
      if (link.hash === location.hash) { event.preventDefault(); route(); }
    } else if (link.hash === location.hash && link.hash.startsWith("#s-")) { event.preventDefault(); route(); }
    else if (panel.matches(":modal") && !link.hash.startsWith("#s-")) panel.close();
  });
  addEventListener("hashchange", route);
  explore(false);
  route();
})();
