// The settings: the form, and the same as an address that can be kept and passed on.
import { element, make } from "./elements.js";
import * as conditions from "./conditions.js";
import * as source from "./source.js";

const form = element("form");
const limits = ["guidance-first", "guidance-last"];
let model;

/**
 * Makes the form of a model, and fills it from the page's address; gives a sentence for everything there that cannot be. `failed` gets what
 * goes wrong later.
 */
export function of(served, failed) {
  model = served;
  for (const sampler of model.samplers) {
    const input = make("input", { type: "radio", name: "sampler", value: sampler.name, id: `sampler-${sampler.name}` });
    input.addEventListener("change", () => choose(sampler));
    element("samplers").append(make("label", {}, input, sampler.title));
  }
  pair("count", model.maxCount, value => value, value => value, value => `${value} ${value === "1" ? "picture" : "pictures"}`);
  // A step more matters at 5 and not at 500: the slider is logarithmic.
  const scale = Math.log(Math.max(2, model.maxSteps)) / 1000;
  pair("steps", model.maxSteps, value => Math.log(value) / scale, value => Math.exp(value * scale), value => `${value} steps`);
  element("count-range").max = model.maxCount;
  set("count", Math.min(16, model.maxCount));
  if (model.classes > 0) {
    element("label-field").hidden = false;
    const options = [...Array(model.classes).keys()].map(k => new Option(name(k), k));
    element("label").append(...(model.needsClass ? [] : [new Option("any", "")]), ...options);
    element("label").addEventListener("change", showGuidance);
  }
  pair("guidance", 20, value => value, value => value, value => `guidance ${value}`);
  for (const id of limits) element(id).max = model.timesteps - 1;
  element("guidance-last").value = model.timesteps - 1;
  showGuidance();
  element("dice").addEventListener("click", anotherSeed);
  element("spacing").append(...model.spacings.map(rule => new Option(rule)));
  source.of(model, failed, partly);
  conditions.of(model, failed);
  select(model.samplers[0]);
  anotherSeed();
  return fromAddress();
}

/** The settings as the server takes them; throws an Error with a sentence where a picture is missing. */
export function settings() {
  const chosen = { ...plain(), ...source.fields(), ...conditions.fields() };
  // Guidance is to the class, or away from a weaker model, which has all conditions too. Whether the model can do without its conditions, nobody here knows.
  return chosen.conditions && (chosen.guidance ?? 1) !== 1 && !model.autoguidance ? { ...chosen, keptConditions: conditions.kept() } : chosen;
}

// All but pictures: what an address can hold.
function plain() {
  const chosen = { sampler: form.elements.sampler.value, steps: Number(element("steps").value), seed: Number(element("seed").value), count: Number(element("count").value) };
  if (model.classes > 0 && element("label").value !== "") chosen.label = Number(element("label").value);
  if (guides()) chosen.guidance = Number(element("guidance").value);
  const [first, last] = limits.map(id => Number(element(id).value));
  if (chosen.guidance !== undefined && chosen.guidance !== 1 && (first > 0 || last < model.timesteps - 1)) chosen.guidanceInterval = [first, last];
  if (element("spacing").value !== sampler().defaultSpacing) chosen.spacing = element("spacing").value;
  if (!element("eta-field").hidden && Number(element("eta").value) !== 0) chosen.eta = Number(element("eta").value);
  if (element("begin").value === "seeds") chosen.toSeed = Number(element("to-seed").value);
  return chosen;
}

/** Puts settings of an earlier run into the form. */
export async function restore(run) {
  const { sampler, steps, seed, count, label, guidance, guidanceInterval, spacing, eta } = run;
  select(model.samplers.find(other => other.name === sampler) ?? model.samplers[0]);
  if (spacing !== undefined) element("spacing").value = spacing;
  element("eta").value = eta ?? 0;
  await source.restore(run);
  await conditions.restore(run);
  set("steps", steps);
  set("count", count);
  element("seed").value = seed;
  if (model.classes > 0) element("label").value = label ?? "";
  set("guidance", guidance ?? 1);
  limit(guidanceInterval ?? [0, model.timesteps - 1]);
  showGuidance();
  address();
}

/** The settings in a line, as people say them. */
export function describe(run) {
  const { sampler, steps, count, seed, label, guidance, guidanceInterval, spacing, eta } = run;
  const title = model.samplers.find(other => other.name === sampler)?.title ?? sampler;
  return [title, `${steps} ${steps === 1 ? "step" : "steps"}`, label === undefined ? "" : name(label), guidance === undefined || guidance === 1 ? "" : `guidance ${guidance}`,
    guidanceInterval ? `at t = ${guidanceInterval.join(" to ")}` : "",
    spacing ?? "", eta === undefined ? "" : `η = ${eta}`, `${count} ${count === 1 ? "picture" : "pictures"}`, `seed ${seed}`, source.words(run), conditions.words(run)].filter(part => part).join(" · ");
}

/** Writes the settings into the page's address, without a new entry for the back button. */
export function address() {
  const query = new URLSearchParams(Object.entries(plain()).map(([key, value]) => [key, key === "label" ? name(value) : value]));
  history.replaceState(null, "", `?${query}`);
}

export const count = () => Math.min(model.maxCount, Math.max(1, Math.round(Number(element("count").value)) || 1));

function fromAddress() {
  const wrong = [];
  const whole = (key, least, most, take) => value => /^\d{1,16}$/.test(value) && Number(value) >= least && Number(value) <= most ? take(Number(value)) : `${least} to ${most}`;
  const classes = [...Array(model.classes).keys()];
  const real = (id, most, shown, why) => value => shown && value !== "" && Number(value) >= 0 && Number(value) <= most ? set(id, value) : shown ? `0 to ${most}` : `absent, ${why}`;
  const known = {
    sampler: value => { const found = model.samplers.find(other => other.name === value); return found ? select(found) : `one of ${model.samplers.map(other => other.name).join(", ")}`; },
    steps: whole("steps", 1, model.maxSteps, value => set("steps", value)),
    count: whole("count", 1, model.maxCount, value => set("count", value)),
    seed: whole("seed", 0, Number.MAX_SAFE_INTEGER, value => { element("seed").value = value; }),
    label: value => {
      const found = classes.find(k => name(k) === value) ?? classes.find(k => name(k).toLowerCase() === value.toLowerCase()) ?? classes.find(k => `${k}` === value);
      if (found === undefined) return model.classes === 0 ? "absent, for the model knows no classes" : `one of ${classes.map(name).join(", ")}`;
      element("label").value = found;
      showGuidance();
    },
    guidance: real("guidance", 20, model.guidance, "for the model cannot be guided"),
    guidanceInterval: value => {
      if (!model.guidance) return "absent, for the model cannot be guided";
      const [first, last, more] = value.split(",").map(part => /^\d{1,9}$/.test(part) ? Number(part) : NaN);
      if (more !== undefined || !(first <= last && last < model.timesteps)) return `a first and a last timestep of 0 to ${model.timesteps - 1}, as in 200,800`;
      limit([first, last]);
    },
    spacing: value => { if (!model.spacings.includes(value)) return `one of ${model.spacings.join(", ")}`; element("spacing").value = value; },
    eta: value => real("eta", 1, sampler().name === "ddim", "for only DDIM has η")(value),
    toSeed: whole("toSeed", 0, Number.MAX_SAFE_INTEGER, value => source.restore({ toSeed: value })),
  };
  // The sampler first: choosing one sets its steps.
  const asked = [...new URLSearchParams(location.search)].sort(([a], [b]) => (a !== "sampler") - (b !== "sampler"));
  for (const [key, value] of asked) {
    const expected = Object.hasOwn(known, key) ? known[key](value) : "absent";
    if (typeof expected === "string") wrong.push(`The address asks for ${key}=${value}, which must be ${expected}.`);
  }
  return wrong.join(" ");
}

const sampler = () => model.samplers.find(other => other.name === form.elements.sampler.value);

const name = k => model.classNames?.[k] ?? `${k}`;

function select(sampler) {
  element(`sampler-${sampler.name}`).checked = true;
  choose(sampler);
}

function choose(sampler) {
  element("about").textContent = sampler.about + ".";
  element("spacing").value = sampler.defaultSpacing;
  element("eta-field").hidden = sampler.name !== "ddim";
  set("steps", sampler.defaultSteps);
}

// Only DDPM goes back and forth, as drawing a part anew takes; each step of it is many.
function partly(is) {
  if (is && sampler().name !== "ddpm") select(model.samplers.find(other => other.name === "ddpm"));
  for (const input of form.elements.sampler) input.disabled = is && input.value !== "ddpm";
  if (is) set("steps", Math.min(50, model.maxSteps));
}

function pair(id, maximum, toRange, fromRange, spoken) {
  const number = element(id), range = element(`${id}-range`);
  const speak = () => range.setAttribute("aria-valuetext", spoken(number.value));
  number.max = maximum;
  number.addEventListener("input", () => { if (number.validity.valid) { range.value = toRange(Number(number.value)); speak(); } });
  range.addEventListener("input", () => { number.value = id === "guidance" ? range.value : Math.round(fromRange(Number(range.value))); speak(); });
  Object.assign(number, { toRange, speak });
}

function set(id, value) {
  const number = element(id);
  number.value = value;
  if (!number.toRange) return;
  element(`${id}-range`).value = number.toRange(value);
  number.speak();
}

function anotherSeed() { element("seed").value = Math.floor(Math.random() * 1e6); }

// A class is guided to; a weaker model is led away from, with a class or without.
function guides() { return model.guidance && (model.autoguidance || (model.classes > 0 && element("label").value !== "")); }

function showGuidance() {
  for (const id of ["guidance-field", "interval-field"]) element(id).hidden = !guides();
}

function limit(interval) { limits.forEach((id, k) => { element(id).value = interval[k]; }); }
