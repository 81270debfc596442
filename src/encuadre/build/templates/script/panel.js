// ---------------------------------------------------------------- evidence panel

const panel = $("evidence");
const roomy = matchMedia("(min-width:1360px)");
let opener = null, asked = {}, shown = [], chosen = "", limit = PAGE;

function openEvidence(filters) {
  asked = filters;
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
  if (s.frame && s.frame !== "none") meta.append(dot(), name("frame", s.frame));
  meta.append(dot(), sayPlace(s));
  const near = (step) => {
    const other = s.article.sentences[s.place + step];
    return other ? make("p", { class: "near" }, make("span", { class: "sr" }, step < 0 ? "Before: " : "After: "), other.text) : "";
  };
  return make("li", {}, near(-1), make("p", { class: "said" }, s.text), near(1), meta,
    s.article.copy ? make("p", { class: "copy" }, drawMark("struck"), "Copy is altered: not a verbatim quotation.") : "",
    make("a", { href: `#${anchor(s.id)}` }, "Read in the article"));
}

$("evidence-near").addEventListener("click", (event) => {
  const on = panel.classList.toggle("alone");
  event.currentTarget.setAttribute("aria-pressed", String(!on));
});
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
