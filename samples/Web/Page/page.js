// The page's only script. State is one run at a time: `run` is null, or the run that is watched.
const element = id => document.getElementById(id);
const form = element("form"), gallery = element("gallery");
// What the last run showed, step by step: its sheets of estimates, for the slider from noise to picture.
let model, run = null, sheets = [];

// ---- the form

const response = await fetch("/api/model");
model = await response.json();
element("model").textContent = `${model.name} · ${model.width}×${model.height} ${model.channels === 1 ? "grayscale" : "colour"} · ${short(model.parameters)} parameters · T = ${model.timesteps}`;
// Small pictures show their pixels; large ones are smoothed by the browser.
document.documentElement.style.setProperty("--rendering", model.height <= 64 ? "pixelated" : "auto");
document.documentElement.style.setProperty("--ratio", `${model.width} / ${model.height}`);

for (const sampler of model.samplers) {
  const label = document.createElement("label"), input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "sampler", value: sampler.name, id: `sampler-${sampler.name}` });
  input.addEventListener("change", () => choose(sampler));
  label.append(input, sampler.title);
  element("samplers").append(label);
}

pair("count", model.maxCount, value => value, value => value);
// A step more matters at 5 and not at 500: the slider is logarithmic.
pair("steps", model.maxSteps, value => 1000 * Math.log(value) / Math.log(Math.max(2, model.maxSteps)), value => Math.exp(value / 1000 * Math.log(Math.max(2, model.maxSteps))));
element("count-range").max = model.maxCount;
set("count", Math.min(16, model.maxCount));
if (model.classes > 0) {
  element("label-field").hidden = false;
  const options = [...Array(model.classes).keys()].map(k => new Option(model.classNames?.[k] ?? k, k));
  element("label").append(...(model.guidance ? [new Option("any", "")] : []), ...options);
  element("label").addEventListener("change", showGuidance);
  pair("guidance", 20, value => value, value => value);
}
element("samplers").querySelector("input").checked = true;
choose(model.samplers[0]);
anotherSeed();
element("dice").addEventListener("click", () => { anotherSeed(); if (!run) showNoise(); });
element("count").addEventListener("input", () => { if (!run) showNoise(); });
element("count-range").addEventListener("input", () => { if (!run) showNoise(); });
form.addEventListener("submit", event => { event.preventDefault(); draw(); });
element("cancel").addEventListener("click", cancel);
element("replay").addEventListener("input", replay);
// Whoever leaves takes the work along.
addEventListener("pagehide", () => { if (run) fetch(`/api/jobs/${run.id}`, { method: "DELETE", keepalive: true }); });
showNoise();
element("draw").disabled = false;

function choose(sampler) {
  element("about").textContent = sampler.about + ".";
  set("steps", sampler.defaultSteps);
}

function pair(name, maximum, toRange, fromRange) {
  const number = element(name), range = element(`${name}-range`);
  number.max = maximum;
  number.addEventListener("input", () => { if (number.validity.valid) range.value = toRange(Number(number.value)); });
  range.addEventListener("input", () => { number.value = name === "guidance" ? range.value : Math.round(fromRange(Number(range.value))); });
  number.toRange = toRange;
}

function set(name, value) {
  element(name).value = value;
  element(`${name}-range`).value = element(name).toRange(value);
}

function anotherSeed() { element("seed").value = Math.floor(Math.random() * 1e6); }

function showGuidance() { element("guidance-field").hidden = !model.guidance || element("label").value === ""; }

function settings() {
  const chosen = { sampler: form.elements.sampler.value, steps: Number(element("steps").value), seed: Number(element("seed").value), count: Number(element("count").value) };
  if (model.classes > 0 && element("label").value !== "") {
    chosen.label = Number(element("label").value);
    if (model.guidance) chosen.guidance = Number(element("guidance").value);
  }
  return chosen;
}

// ---- a run

async function draw() {
  element("error").textContent = "";
  busy(true);
  let answer;
  try {
    answer = await fetch("/api/jobs", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(settings()) });
  } catch {
    return stop("The server cannot be reached.");
  }
  const body = await answer.json();
  if (!answer.ok) return stop(body.detail ?? body.title);
  run = { id: body.id, count: body.count, steps: body.steps, source: new EventSource(`/api/jobs/${body.id}/events`) };
  element("after").hidden = true;
  sheets = [];
  tiles(run.count);
  noise();
  element("stage").scrollIntoView({ block: "nearest" });
  for (const state of ["queued", "running", "finished", "failed", "cancelled"]) run.source.addEventListener(state, event => inTurn(JSON.parse(event.data)));
  // A line that drops is taken up again by the browser; an answer that is an error is not.
  run.source.addEventListener("error", () => { if (run?.source.readyState === EventSource.CLOSED) stop("The run is gone: the server has forgotten it."); });
}

// One event after the other: the end must not overtake the last preview, which takes its time to decode.
let shown = Promise.resolve();
function inTurn(event) { shown = shown.then(() => show(event)).catch(console.error); }

async function show({ job, preview, previewColumns }) {
  if (run?.id !== job.id) return;
  if (job.state === "queued") {
    say(job.position === 0 ? "Next in line …" : `Waiting: ${job.position} ${job.position === 1 ? "run" : "runs"} before yours.`);
    return;
  }
  progress(job.step / job.steps);
  number(job, job.state === "running" ? left(job.remainingSeconds) : `${job.elapsedSeconds.toFixed(1)} s`);
  if (preview) await take(preview, previewColumns, job);
  if (run?.id !== job.id) return;
  if (job.state === "running") say("Drawing …");
  else if (job.state === "finished") finish(job);
  else stop(job.state === "failed" ? job.reason : "", job.reason);
}

function finish(job) {
  gallery.classList.remove("noise");
  gallery.querySelectorAll("canvas").forEach((canvas, k) => {
    const link = document.createElement("a"), image = document.createElement("img");
    Object.assign(image, { src: job.links.images[k], alt: `Picture ${k + 1} of ${job.count}, seed ${job.seed}` });
    Object.assign(link, { href: job.links.images[k], download: "", title: "Save this picture" });
    canvas.replaceWith(link);
    canvas.removeAttribute("role");
    canvas.removeAttribute("aria-label");
    link.append(canvas, image);
  });
  element("archive").href = job.links.archive;
  element("grid").href = job.links.grid;
  element("replay").max = element("replay").value = sheets.length - 1;
  element("after").hidden = false;
  say(`${job.count} ${job.count === 1 ? "picture" : "pictures"} from seed ${job.seed}.`);
  end();
}

async function cancel() {
  if (!run) return;
  const id = run.id;
  stop("", "Cancelled.");
  await fetch(`/api/jobs/${id}`, { method: "DELETE" });
}

function stop(error, status = "Nothing was drawn.") {
  element("error").textContent = error;
  say(status);
  end();
}

function end() {
  run?.source.close();
  run = null;
  busy(false);
}

function busy(is) {
  element("draw").disabled = is;
  element("draw").textContent = is ? "Drawing …" : "Draw";
  element("cancel").hidden = !is;
  gallery.ariaBusy = String(is);
  if (is) { progress(0); element("numbers").textContent = ""; }
}

// ---- the gallery

function tiles(count) {
  const columns = count <= 3 ? count : Math.ceil(Math.sqrt(count));
  gallery.style.setProperty("--columns", columns);
  gallery.replaceChildren(...Array.from({ length: count }, (_, k) => {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: model.width, height: model.height });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Picture ${k + 1} of ${count}, in the making`);
    return canvas;
  }));
}

function showNoise() {
  const count = Math.min(model.maxCount, Math.max(1, Math.round(Number(element("count").value)) || 1));
  element("after").hidden = true;
  element("numbers").textContent = "";
  progress(0);
  say("Pure noise: what every picture begins as.");
  tiles(count);
  noise();
}

function noise() {
  gallery.classList.remove("replaying");
  gallery.classList.add("noise");
  for (const canvas of gallery.querySelectorAll("canvas")) {
    const context = canvas.getContext("2d"), pixels = context.createImageData(canvas.width, canvas.height);
    for (let i = 0; i < pixels.data.length; i += 4) {
      const gray = normal();
      for (let c = 0; c < 3; c++) pixels.data[i + c] = 127.5 + 63 * (model.channels === 1 ? gray : normal());
      pixels.data[i + 3] = 255;
    }
    context.putImageData(pixels, 0, 0);
  }
}

async function take(url, columns, job) {
  const image = new Image();
  image.src = url;
  await image.decode();
  if (run?.id !== job.id) return;
  sheets.push({ image, columns, job });
  paint(sheets.at(-1));
  // For whoever watches the page from outside, such as its tests.
  gallery.dataset.previews = sheets.length;
}

function paint({ image, columns }) {
  gallery.classList.remove("noise");
  gallery.querySelectorAll("canvas").forEach((canvas, k) => {
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(image, k % columns * model.width, Math.floor(k / columns) * model.height, model.width, model.height, 0, 0, model.width, model.height);
  });
}

function replay() {
  const k = Number(element("replay").value);
  gallery.classList.toggle("replaying", k < sheets.length - 1);
  paint(sheets[k]);
  progress(sheets[k].job.step / sheets[k].job.steps);
  number(sheets[k].job);
}

// ---- small things

function number(job, more = "") {
  element("numbers").textContent = [`step ${job.step} of ${job.steps}`, job.timestep === undefined ? "" : `t = ${job.timestep}`, more].filter(part => part).join("  ·  ");
}

function say(text) { element("status").textContent = text; }

function progress(part) {
  element("bar").style.width = `${100 * part}%`;
  element("progress").setAttribute("aria-valuenow", Math.round(100 * part));
}

function left(seconds) { return seconds === undefined ? "" : seconds < 1 ? "less than a second left" : seconds < 90 ? `${Math.round(seconds)} s left` : `${Math.round(seconds / 60)} min left`; }

function short(number) { return number >= 1e6 ? `${(number / 1e6).toFixed(1)} M` : number >= 1e3 ? `${Math.round(number / 1e3)} k` : `${number}`; }

function normal() { return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()); }
