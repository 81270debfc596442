// ---------------------------------------------------------------- filters

const KEYS = ["article", "event", "frame", "function", "ids", "q", "segment", "sort", "speaker", "stance", "target", "topic", "voice"];

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
  const wanted = Object.fromEntries(Object.entries(filters).filter(([, v]) => v)
    .map(([k, v]) => [k, k === "q" ? fold(v) : v.split(",")]));
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
  const list = (key, say) => filters[key].split(",").map(say).join(", ");
  const parts = [];
  if (filters.ids) return "The sentences named in the text";
  if (filters.article) parts.push([...new Set(filters.article.split(",").map((id) => (articles.find((a) => a.id === id) || { outlet: id }).outlet))].join(", "));
  if (filters.segment) parts.push(list("segment", (v) => name("segment", v)));
  if (filters.voice) parts.push(list("voice", (v) => v === "own" ? "the outlet’s own voice" : v === "quoted" ? "quoted voices" : name("voice", v)));
  if (filters.speaker) parts.push(list("speaker", (v) => speakers.get(v) || v));
  if (filters.target) parts.push(`about ${list("target", (v) => name("target", v))}`);
  if (filters.stance) parts.push(list("stance", (v) => STANCE[v] || v));
  for (const key of ["frame", "function", "topic", "event"]) if (filters[key]) parts.push(`${key}: ${list(key, (v) => name(key, v))}`);
  if (filters.q) parts.push(`containing “${filters.q}”`);
  const text = parts.join(" · ");
  return text ? text[0].toUpperCase() + text.slice(1) : "All sentences";
}

// The longest name by which each speaker is called.
const speakers = new Map();
for (const s of sentences) {
  if (s.speaker_id && s.speaker.length > (speakers.get(s.speaker_id) || "").length) speakers.set(s.speaker_id, s.speaker);
}
