// ---------------------------------------------------------------- the sentences, and words for them

const root = document.documentElement;
const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const { names, articles, own } = data;
const SVG = "http://www.w3.org/2000/svg";
const STANCE = { "-1": "unfavourable", 0: "neutral", 1: "favourable" };
const PAGE = 40;

const sentences = data.rows.map((row) => {
  const s = Object.fromEntries(data.columns.map((name, k) => [name, row[k]]));
  s.article = articles[s.article];
  s.plain = fold(s.text);
  return s;
});
const byId = new Map(sentences.map((s) => [s.id, s]));
for (const article of articles) {
  article.sentences = sentences.filter((s) => s.article === article);
  article.sentences.forEach((s, k) => { s.place = k; });
}

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

function drawMark(id) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "sw");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${id}`);
  svg.append(use);
  return svg;
}
const drawSwatch = (hue) => drawMark(`shape-${hue}`);

function fold(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[‘’]/g, "'").replace(/[“”]/g, '"').toLowerCase();
}
const slug = (id) => id.replace(/[^\w-]/g, "_");
const anchor = (id) => `s-${slug(id)}`;
const count = (n, word) => `${n.toLocaleString("en-GB")} ${word}${n === 1 ? "" : "s"}`;
const dot = () => make("span", { class: "dot" }, "·");
const name = (key, value) => (names[key] && names[key][value]) || value;

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

const sayPlace = (s) => `sentence ${s.place + 1} of ${s.article.sentences.length}`;
