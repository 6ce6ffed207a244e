// What the model is given beside noise: a picture for a condition of the picture's size, numbers for a vector. Others only programs give.
import { element, make } from "./elements.js";
import { Pad, fromBase64 } from "./pad.js";

const mostNumbers = 12;
let entries = [];

/** Makes the fields of a model. `failed` gets a sentence where a file is no picture. */
export function of(model, failed) {
  entries = model.conditions.map(condition => {
    if (condition.kind === "vector") return condition.channels <= mostNumbers ? numbers(condition) : other(condition, `${condition.channels} numbers`);
    return [1, 3].includes(condition.channels) ? picture(condition, failed) : other(condition, `${condition.channels}×${condition.height}×${condition.width} numbers`);
  });
  element("conditions").append(...entries.flatMap(entry => entry.parts));
  element("conditions").hidden = entries.length === 0;
}

/** The fields of a request; throws an Error with a sentence where one is missing. */
export const fields = () => entries.length === 0 ? {} : { conditions: Object.fromEntries(entries.map(entry => [entry.name, entry.read()])) };

/** What guidance to a class leaves as it is: all of them. */
export const kept = () => entries.map(entry => entry.name);

/** Puts the conditions of an earlier run back. */
export async function restore({ conditions = {} }) {
  for (const entry of entries) if (Object.hasOwn(conditions, entry.name)) await entry.write(conditions[entry.name]);
}

/** The conditions of a run in words; empty for none. */
export const words = ({ conditions = {} }) =>
  Object.entries(conditions).map(([name, value]) => Array.isArray(value) ? `${name} ${value.join(", ")}` : `given ${name}`).join(" · ");

function picture({ name, width, height }, failed) {
  const canvas = make("canvas", { id: `given-${name}`, role: "img" }), file = make("input", { type: "file", accept: "image/*", id: `given-${name}-file` });
  const pad = new Pad(canvas, { width, height }, describe);
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    try {
      await pad.take(chosen);
    } catch {
      failed(`${chosen.name} is no picture that this browser can read.`);
    }
    file.value = "";
  });
  function describe() { canvas.ariaLabel = pad.filled ? `The picture ${name}` : `The picture ${name}: none yet`; }
  describe();
  return {
    name,
    parts: [make("label", { htmlFor: file.id }, name), make("div", { className: "pads" }, canvas), file],
    read() {
      if (!pad.filled) throw new Error(`Choose a file for the picture ${name}, which the model is given.`);
      return pad.png;
    },
    write: png => pad.take(fromBase64(png)),
  };
}

function numbers({ name, channels }) {
  const inputs = [...Array(channels).keys()].map(k => {
    const title = channels === 1 ? name : `${name} ${k + 1}`;
    return { title, input: make("input", { type: "number", id: `given-${name}-${k}`, step: "any", value: 0, required: true, inputMode: "decimal" }) };
  });
  return {
    name,
    parts: inputs.map(({ title, input }) => make("div", { className: "field" }, make("label", { htmlFor: input.id }, title), input)),
    read: () => inputs.map(({ input }) => Number(input.value)),
    write(values) { inputs.forEach(({ input }, k) => { input.value = values[k]; }); },
  };
}

function other({ name }, what) {
  const sentence = `The model is given ${name}, ${what}: only a program can, as conditions.${name} of POST /api/samples.`;
  return { name, parts: [make("p", { className: "quiet", textContent: sentence })], read() { throw new Error(sentence); }, write() { } };
}
