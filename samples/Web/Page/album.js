// What was drawn on this machine, kept by the browser: settings and pictures of the last runs, newest first.
import { element, make } from "./elements.js";

const most = 24;
let runs = [], place, describe, show;

/** Shows what is kept of a model. `show` gets a run that is pressed. */
export function of(model, describeRun, showRun) {
  [place, describe, show] = [`ddpm-album:${model.name}`, describeRun, showRun];
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? "[]");
    runs = Array.isArray(kept) ? kept.filter(run => run?.settings && run.sheet) : [];
  } catch {
    runs = [];
  }
  element("forget").addEventListener("click", () => { runs = []; keep(); list(); });
  list();
}

/** Adds a finished run, { settings, sheet, columns }, whose sheet is a data URL. */
export function add(run) {
  runs = [run, ...runs.filter(other => JSON.stringify(other.settings) !== JSON.stringify(run.settings))].slice(0, most);
  keep();
  list();
}

// The browser gives a page some megabytes: what does not fit is forgotten, the oldest first.
function keep() {
  for (; ; runs.pop()) {
    try {
      if (runs.length === 0) localStorage.removeItem(place);
      else localStorage.setItem(place, JSON.stringify(runs));
      return;
    } catch {
      if (runs.length === 0) return;
    }
  }
}

function list() {
  element("album").hidden = runs.length === 0;
  element("runs").replaceChildren(...runs.map(run => {
    const button = make("button", { type: "button", className: "plain run" }, make("img", { src: run.sheet, alt: "" }), make("span", { textContent: describe(run.settings) }));
    button.addEventListener("click", () => show(run));
    return make("li", {}, button);
  }));
}
