// The page: one run at a time, watched from noise to picture. `run` is null, or the run that is watched.
import { element } from "./elements.js";
import { Refusal, ask, send, watch } from "./server.js";
import * as album from "./album.js";
import * as form from "./form.js";
import * as gallery from "./gallery.js";
import * as source from "./source.js";

const title = document.title;
// What the last run showed, step by step: its sheets of estimates, for the slider from noise to picture.
let run = null, sheets = [];

element("again").addEventListener("click", load);
await load();

async function load() {
  element("again").hidden = true;
  let model;
  try {
    model = await ask("/api/model");
  } catch (refusal) {
    element("model").textContent = "no model";
    say("Nothing can be drawn yet.");
    element("error").textContent = refusal.message;
    element("again").hidden = false;
    return;
  }
  element("error").textContent = "";
  element("model").textContent = `${model.name} · ${model.width}×${model.height} ${model.channels === 1 ? "grayscale" : "colour"}${model.parameters === undefined ? "" : ` · ${short(model.parameters)} parameters`} · T = ${model.timesteps}`;
  gallery.of(model);
  element("error").textContent = form.of(model, sentence => { element("error").textContent = sentence; });
  album.of(model, form.describe, recall);
  listen();
  showNoise();
  element("draw").disabled = false;
}

function listen() {
  element("dice").addEventListener("click", showNoise);
  for (const id of ["count", "count-range"]) element(id).addEventListener("input", showNoise);
  element("form").addEventListener("submit", event => { event.preventDefault(); draw(); });
  element("cancel").addEventListener("click", cancel);
  element("replay").addEventListener("input", replay);
  element("noisy").addEventListener("change", () => { if (!run && sheets.length > 0) replay(); });
  // While a picture is looked for to begin with, a press takes it and does not save it.
  element("gallery").addEventListener("click", event => {
    const place = event.target.closest("a, canvas");
    if (run || !place || !source.takes()) return;
    event.preventDefault();
    source.take(place.querySelector(gallery.isReplaying() ? "canvas" : "img") ?? place);
  });
  element("copy").addEventListener("click", copy);
  addEventListener("keydown", event => { if (event.key === "Escape" && run) cancel(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !run) document.title = title; });
  // Whoever leaves takes the work along.
  addEventListener("pagehide", () => { if (run) fetch(`/api/jobs/${run.id}`, { method: "DELETE", keepalive: true }); });
  watch(trouble => {
    element("server").textContent = trouble;
    if (trouble === "") element("server-status").textContent = "The server answers again.";
  });
}

// ---- a run

async function draw() {
  if (element("draw").ariaDisabled === "true") return;
  element("error").textContent = element("server-status").textContent = "";
  let settings, body;
  try {
    settings = form.settings();
  } catch (missing) {
    element("error").textContent = missing.message;
    return;
  }
  busy(true);
  try {
    body = await send("/api/jobs", settings);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return stop(refusal.message);
  }
  form.address();
  run = { id: body.id, settings, source: new EventSource(`/api/jobs/${body.id}/events`) };
  element("after").hidden = true;
  sheets = [];
  gallery.noise(body.count);
  element("stage").scrollIntoView({ block: "nearest" });
  for (const state of ["queued", "running", "finished", "failed", "cancelled"]) run.source.addEventListener(state, event => inTurn(JSON.parse(event.data)));
  // A line that drops is taken up again by the browser; an answer that is an error is not.
  run.source.addEventListener("error", () => {
    if (run?.source.readyState === EventSource.CLOSED) stop("The run is gone: the server has forgotten it.");
    else if (run) say("The connection is lost. Looking for the server …");
  });
}

// One event after the other: the end must not overtake the last preview, which takes its time to decode.
let shown = Promise.resolve();
function inTurn(event) { shown = shown.then(() => show(event)).catch(console.error); }

async function show({ job, preview, noisy, previewColumns }) {
  if (run?.id !== job.id) return;
  if (job.state === "queued") {
    say(job.position === 0 ? "Next in line …" : `Waiting: ${job.position} ${job.position === 1 ? "run" : "runs"} before yours.`);
    return;
  }
  // Drawing a part anew goes back and forth: more moves than steps.
  job.steps = job.moves ?? job.steps;
  progress(job);
  document.title = `${Math.floor(100 * job.step / job.steps)} % · ${title}`;
  number(job, job.state === "running" ? left(job.remainingSeconds) : `${job.elapsedSeconds.toFixed(1)} s`);
  if (noisy) await take({ preview, noisy, previewColumns }, job);
  if (run?.id !== job.id) return;
  if (job.state === "running") say("Drawing …");
  else if (job.state === "finished") finish(job);
  else stop(job.state === "failed" ? job.reason : "", job.reason);
}

// The first sheet is the noise that the run begins with, of which the network has not yet estimated anything.
async function take({ preview, noisy, previewColumns }, job) {
  const [estimate, xt] = await Promise.all([preview, noisy].map(picture));
  if (run?.id !== job.id) return;
  sheets.push({ estimate, xt, columns: previewColumns, job });
  paint(sheets.length - 1);
  gallery.previews(sheets.filter(sheet => sheet.estimate).length);
}

async function picture(url) {
  if (!url) return null;
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

function paint(k) {
  const { estimate, xt, columns } = sheets[k];
  gallery.paint({ image: (element("noisy").checked ? xt : estimate) ?? xt, columns });
}

function finish(job) {
  // x after the last step is the pictures themselves; the last estimate is not where a part of a picture was kept.
  const last = sheets.at(-1);
  if (last) gallery.paint({ image: last.xt, columns: last.columns });
  gallery.finish(job.links.images, job.seed);
  element("archive").href = job.links.archive;
  element("grid").href = job.links.grid;
  // First the end, which the value may not exceed.
  element("replay").max = sheets.length - 1;
  element("replay").value = sheets.length - 1;
  element("after").hidden = false;
  element("after").classList.remove("earlier");
  speak(job);
  const drawn = `${job.count} ${job.count === 1 ? "picture" : "pictures"} from seed ${job.seed}.`;
  say(drawn);
  if (last) album.add({ settings: { ...run.settings, seed: job.seed }, sheet: last.xt.src, columns: last.columns });
  end();
  // Whoever looked elsewhere meanwhile sees it by the tab.
  document.title = document.hidden ? `✓ ${drawn}` : title;
}

async function cancel() {
  if (!run) return;
  const id = run.id;
  stop("", "Cancelled.");
  await ask(`/api/jobs/${id}`, { method: "DELETE" }).catch(() => { });
}

function stop(error, status = "Nothing was drawn.") {
  element("error").textContent = error;
  say(status);
  end();
  document.title = title;
}

function end() {
  run?.source.close();
  run = null;
  busy(false);
}

// A button that is disabled loses the focus, and with it the place of whoever uses the keyboard: it is only called so.
function busy(is) {
  const focused = document.activeElement, draw = element("draw"), cancel = element("cancel");
  draw.ariaDisabled = String(is);
  draw.textContent = is ? "Drawing …" : "Draw";
  cancel.hidden = !is;
  if (focused === cancel) draw.focus();
  gallery.busy(is);
  if (is) { progress({ step: 0, steps: 1 }); element("numbers").textContent = ""; }
}

// ---- beside a run

function showNoise() {
  if (run) return;
  element("after").hidden = true;
  element("numbers").textContent = "";
  progress({ step: 0, steps: 1 });
  say("Pure noise: what every picture begins as.");
  gallery.noise(form.count());
}

async function recall({ settings, sheet, columns }) {
  if (run) return;
  const [image] = await Promise.all([picture(sheet), form.restore(settings)]);
  if (run) return;
  gallery.recall({ image, columns }, settings.count, settings.seed);
  element("numbers").textContent = "";
  element("error").textContent = "";
  element("after").hidden = false;
  // The server keeps no steps and files of old runs.
  element("after").classList.add("earlier");
  progress({ step: 1, steps: 1 });
  say(`Drawn before: ${form.describe(settings)}.`);
  element("stage").scrollIntoView({ block: "nearest" });
}

function replay() {
  const k = Number(element("replay").value);
  gallery.replaying(k < sheets.length - 1 || element("noisy").checked);
  paint(k);
  progress(sheets[k].job);
  number(sheets[k].job);
  speak(sheets[k].job);
}

async function copy() {
  form.address();
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link to these settings is copied.");
  } catch {
    say("The browser copies nothing here; the link is the page's address.");
  }
}

// ---- small things

const at = job => [`step ${job.step} of ${job.steps}`, job.timestep === undefined ? "" : `t = ${job.timestep}`];

function number(job, more = "") { element("numbers").textContent = [...at(job), more].filter(part => part).join("  ·  "); }

function speak(job) { element("replay").setAttribute("aria-valuetext", at(job).filter(part => part).join(", ")); }

function say(text) { element("status").textContent = text; }

function progress({ step, steps }) {
  element("bar").style.width = `${100 * step / steps}%`;
  element("progress").setAttribute("aria-valuenow", Math.round(100 * step / steps));
}

function left(seconds) { return seconds === undefined ? "" : seconds < 1 ? "less than a second left" : seconds < 90 ? `${Math.round(seconds)} s left` : `${Math.round(seconds / 60)} min left`; }

function short(number) { return number >= 1e6 ? `${(number / 1e6).toFixed(1)} M` : number >= 1e3 ? `${Math.round(number / 1e3)} k` : `${number}`; }
