// ---------------------------------------------------------------- downloads

// Text that a spreadsheet would take for a formula starts with an apostrophe; numbers stay numbers.
const quoteCell = (value) => {
  const text = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
};
const writeCsv = (lines) => lines.map((line) => line.map(quoteCell).join(",")).join("\n") + "\n";

function download(file, text) {
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  const link = make("a", { href: url, download: `${file}.csv` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

$("explorer-csv").addEventListener("click", () => {
  const head = ["sentence_id", "article_id", "outlet", "copy", "segment", "text", "voice", "speaker", ...data.targets.map((t) => `stance_${t}`), "frame", "function", "topic", "events"];
  const lines = explored.map((s) => [s.id, s.article.id, s.article.outlet, s.article.copy || "as published", s.segment, s.text, s.voice, s.speaker,
    ...data.targets.map((t) => (t in s.stance ? s.stance[t] : "")), s.frame, s.function, name("topic", s.topic), s.events.join(" ")]);
  download("sentences-selected", writeCsv([head, ...lines]));
});

let tables = null;
for (const button of document.querySelectorAll("button.file")) {
  button.addEventListener("click", () => {
    tables ??= JSON.parse($("tables").textContent);
    download(button.dataset.table, tables[button.dataset.table]);
  });
}
for (const button of document.querySelectorAll("button.csv")) {
  button.addEventListener("click", () => {
    const lines = [...$(button.dataset.table).querySelectorAll("tr")].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
    download(button.dataset.table.replace(/^tbl-/, ""), writeCsv(lines));
  });
}
