// ---------------------------------------------------------------- articles, with one highlight at a time

const reader = $("reader"), legend = $("legend");
const voices = Object.keys(names.voice);
const modes = [
  ["voice", "Voices"],
  ...data.targets.map((t) => [`stance ${t}`, `Stance toward ${names.target[t]}`]),
  ["frame", "Frames"],
].filter(([mode]) => sentences.some((s) => marks(mode, s)));
let mode = (modes.find(([m]) => m.startsWith("stance")) || modes[0] || [""])[0], frame = "";

// Whether a sentence is marked in a mode.
function marks(mode, s) {
  if (mode === "voice") return s.voice && s.voice !== own;
  if (mode === "frame") return s.frame && s.frame !== "none";
  return Boolean(s.stance[mode.slice(7)]);
}

const choice = make("fieldset", { class: "choice" }, make("legend", {}, "Highlight"),
  ...modes.map(([value, label], k) => make("span", {},
    make("input", { type: "radio", name: "highlight", id: `highlight-${k}`, value }),
    make("label", { for: `highlight-${k}` }, label))));
choice.addEventListener("change", (event) => highlight(event.target.value));
$("highlights").prepend(choice);

function highlight(next, only = "") {
  mode = next;
  frame = only;
  for (const input of choice.querySelectorAll("input")) input.checked = input.value === mode;
  drawLegend();
  for (const details of reader.children) if (details.lastChild.childNodes.length) drawArticle(details);
}

function drawLegend() {
  const key = (kind, words) => make("li", {}, make("span", { class: `key ${kind}`, "aria-hidden": "true" }, "Aa"), words);
  if (mode === "voice") {
    const used = voices.filter((v) => v !== own && sentences.some((s) => s.voice === v));
    legend.replaceChildren(make("ul", {}, key("", "the outlet’s own voice"), ...used.map((v) => key(`v${voices.indexOf(v) % 5 + 1}`, names.voice[v]))));
  } else if (mode === "frame") {
    const used = Object.keys(names.frame).map((f) => [f, sentences.filter((s) => s.frame === f).length]).filter(([f, n]) => n && f !== "none");
    const pick = (f, words) => make("li", {}, make("button", {
      type: "button", "data-frame": f, "aria-pressed": String(frame === f),
      onclick: () => { highlight("frame", f); legend.querySelector(`[data-frame="${CSS.escape(f)}"]`).focus(); },
    }, words));
    legend.replaceChildren(make("ul", { class: "chips", "aria-label": "Frames" }, pick("", "all frames"), ...used.map(([f, n]) => pick(f, `${names.frame[f]} ${n}`))));
  } else {
    legend.replaceChildren(make("ul", {}, key("u", "unfavourable, own voice"), key("u q", "unfavourable, quoted"), key("f", "favourable, own voice"), key("f q", "favourable, quoted")));
  }
}

articles.forEach((article) => {
  const facts = [article.author, article.date, article.genre].filter(Boolean).join(" · ");
  const copy = article.copy ? make("span", { class: "copy" }, drawMark("struck"), `${article.copy}: not verbatim`) : "";
  const headline = make("span", { class: "headline" }, article.title || article.id);
  const details = make("details", { class: "article", id: `article-${slug(article.id)}` },
    make("summary", {}, drawSwatch(article.hue), `${article.outlet}${facts ? " · " : ""}${facts}`, copy ? " · " : "", copy, headline),
    make("div", { class: "body" }));
  details.article = article;
  details.addEventListener("toggle", () => { if (details.open && !details.lastChild.childNodes.length) drawArticle(details); });
  reader.append(details);
});

function drawArticle(details) {
  const on = details.querySelector(".on");
  const paragraphs = [];
  let last = null, p = null, before = "";
  for (const s of details.article.sentences) {
    if (s.paragraph !== last) { p = make("p"); paragraphs.push(p); last = s.paragraph; before = ""; }
    p.append(drawSentence(s, before), " ");
    before = marks(mode, s) ? sayMark(s) : "";
  }
  details.lastChild.replaceChildren(...paragraphs);
  if (on) $(on.id).classList.add("on");
}

function sayMark(s) {
  if (mode === "voice") return sayVoice(s);
  if (mode === "frame") return name("frame", s.frame);
  return `${s.voice === own ? "own voice" : names.voice[s.voice] || s.voice} ${s.stance[mode.slice(7)] < 0 ? "−" : "+"}`;
}

// The label stands once where neighbours share it; stances are labelled one by one.
function drawSentence(s, before) {
  const options = { id: anchor(s.id), class: `s ${s.segment}` };
  if (!marks(mode, s) || (mode === "frame" && frame && s.frame !== frame)) return make("span", options, s.text);
  if (mode === "voice") options.class += ` v${voices.indexOf(s.voice) % 5 + 1}`;
  else if (mode === "frame") options.class += frame ? " fr only" : " fr";
  else options.class += ` ${s.stance[mode.slice(7)] < 0 ? "u" : "f"}${s.voice === own ? "" : " q"}`;
  const label = sayMark(s);
  return make("mark", options, label !== before || mode.startsWith("stance") ? make("small", {}, label) : "", s.text);
}

function showSentence(id) {
  const s = sentences.find((x) => anchor(x.id) === id);
  if (!s) return;
  const details = $(`article-${slug(s.article.id)}`);
  if (panel.open) followPanel();
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

// What the panel asked for is what the article shows.
function followPanel() {
  const target = asked.target && asked.target.split(",")[0];
  const wanted = asked.frame ? "frame" : target ? `stance ${target}` : asked.voice || asked.speaker ? "voice" : mode;
  if (wanted !== mode && modes.some(([m]) => m === wanted)) highlight(wanted);
}

if (modes.length) highlight(mode);
else $("highlights").hidden = true;
