// ---------------------------------------------------------------- explorer

const form = $("filters");
let explored = sentences, rows = PAGE, sorted = "";

function addSelect(key, label, options) {
  if (options.length < 2) return;
  const select = make("select", { name: key }, make("option", { value: "" }, "any"),
    ...options.map(([value, text]) => make("option", { value, "data-text": text }, text)));
  form.append(make("label", {}, label, select));
}
const outlets = [...new Set(articles.map((a) => a.outlet))];
const heard = [...speakers].map(([id, text]) => [id, text, sentences.filter((s) => s.speaker_id === id).length])
  .sort((a, b) => b[2] - a[2] || (a[1] < b[1] ? -1 : 1));
form.append(make("label", {}, "Text", make("input", { name: "q", type: "search", autocomplete: "off" })));
addSelect("article", "Outlet", outlets.map((o) => [articles.filter((a) => a.outlet === o).map((a) => a.id).join(","), o]));
addSelect("segment", "Segment", Object.entries(names.segment));
addSelect("voice", "Voice", [["own", "own voice"], ["quoted", "any quoted voice"], ...Object.entries(names.voice).filter(([v]) => v !== own)]);
addSelect("speaker", "Speaker", heard);
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

// Filters that the form has no field for (ids) are kept until they are cleared.
function fillForm(filters) {
  form.kept = {};
  sorted = filters.sort || "";
  for (const [key, value] of Object.entries(filters)) {
    if (key === "sort") continue;
    const field = form.elements[key];
    if (!field) { form.kept[key] = value; continue; }
    if (field.tagName === "SELECT" && ![...field.options].some((o) => o.value === value)) {
      const text = describeFilters({ [key]: value });
      field.append(make("option", { value, "data-text": text }, text));
    }
  }
  for (const field of form.elements) if (field.name) field.value = filters[field.name] || "";
}

// How many sentences each choice would leave, the other filters given.
function countChoices(filters) {
  for (const select of form.querySelectorAll("select")) {
    for (const option of select.options) {
      if (!option.value) continue;
      const n = findSentences({ ...filters, [select.name]: option.value }).length;
      option.textContent = `${option.dataset.text} (${n})`;
      option.disabled = !n && option.value !== select.value;
    }
  }
}

const ORDERS = {
  outlet: (s) => s.article.outlet,
  voice: (s) => sayVoice(s),
  stance: (s) => {
    const target = readForm().target || data.targets.find((t) => t in s.stance);
    return target in s.stance ? s.stance[target] : null;
  },
  frame: (s) => (s.frame && s.frame !== "none" ? name("frame", s.frame) : null),
  topic: (s) => (s.topic ? name("topic", s.topic) : null),
};

// In the order of the articles, or by a column; what was not measured goes last.
function sortSentences(found) {
  const by = ORDERS[sorted.replace(/^-/, "")];
  if (!by) return found;
  const turn = sorted.startsWith("-") ? -1 : 1;
  return found.map((s) => [by(s), s]).sort(([a], [b]) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return turn * (typeof a === "number" ? a - b : a.localeCompare(b, "en"));
  }).map(([, s]) => s);
}

function explore(write) {
  const filters = readForm();
  explored = sortSentences(findSentences(filters));
  rows = PAGE;
  countChoices(filters);
  if (write) {
    const text = writeFilters({ ...filters, sort: sorted });
    history.replaceState(null, "", text ? `#explorer?${text}` : "#explorer");
  }
  for (const button of document.querySelectorAll(".explorer th button")) {
    const on = sorted.replace(/^-/, "") === button.dataset.sort;
    if (on) button.parentElement.setAttribute("aria-sort", sorted.startsWith("-") ? "descending" : "ascending");
    else button.parentElement.removeAttribute("aria-sort");
  }
  $("explorer-said").textContent = "";
  $("explorer-address").hidden = true;
  drawRows();
}

function drawRows() {
  const rest = Object.keys(form.kept || {}).length ? ` Also: ${describeFilters(form.kept)}.` : "";
  const from = new Set(explored.map((s) => s.article.outlet)).size;
  $("explorer-count").textContent = `${count(explored.length, "sentence")} of ${data.total.toLocaleString("en-GB")}, from ${count(from, "outlet")}.${rest}`;
  $("explorer-rows").replaceChildren(...explored.slice(0, rows).map((s) => make("tr", {},
    make("td", {}, drawSwatch(s.article.hue), s.article.outlet),
    make("td", { class: "said" }, make("a", { href: `#${anchor(s.id)}` }, s.text), s.article.copy ? make("small", { class: "copy" }, " (altered copy)") : ""),
    make("td", {}, sayVoice(s)),
    make("td", {}, ...sayStances(s).flatMap((part, k) => (k ? [make("br"), part] : [part]))),
    make("td", {}, name("frame", s.frame)),
    make("td", {}, name("topic", s.topic), ...s.events.map((e) => make("small", { class: "event" }, name("event", e)))))));
  $("explorer-more").hidden = explored.length <= rows;
}

form.addEventListener("input", () => explore(true));
form.addEventListener("submit", (event) => event.preventDefault());
$("explorer-clear").addEventListener("click", () => { fillForm({}); explore(true); });
for (const button of document.querySelectorAll(".explorer th button")) {
  button.addEventListener("click", () => {
    const key = button.dataset.sort;
    sorted = key && sorted === key ? `-${key}` : sorted === `-${key}` ? "" : key;
    explore(true);
  });
}
$("explorer-more").addEventListener("click", () => {
  const first = rows;
  rows += PAGE * 5;
  drawRows();
  const row = $("explorer-rows").children[first];
  if (row) row.querySelector("a").focus();
});
// Where the browser gives no access to the clipboard, the address is shown to be copied by hand.
$("explorer-link").addEventListener("click", async () => {
  const text = writeFilters({ ...readForm(), sort: sorted });
  const address = `${location.href.split("#")[0]}#explorer${text ? "?" : ""}${text}`;
  try {
    await navigator.clipboard.writeText(address);
    $("explorer-said").textContent = "Link copied.";
  } catch {
    const field = $("explorer-address");
    field.hidden = false;
    field.value = address;
    field.select();
  }
});
