// ---------------------------------------------------------------- theme, code, contents, addresses

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
  else {
    if (panel.matches(":modal")) panel.close();
    if (place.startsWith("article-") && $(place)) $(place).open = true;
  }
}
document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest('a[href^="#"]');
  if (!link) return;
  if (link.hash.startsWith("#sentences")) {
    if (!panel.contains(link)) opener = link;
    if (link.hash === location.hash) { event.preventDefault(); route(); }
  } else if (link.hash === location.hash && link.hash.startsWith("#s-")) { event.preventDefault(); route(); }
});
addEventListener("hashchange", route);
explore(false);
route();
