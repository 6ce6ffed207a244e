// What a run begins with, beside noise: two seeds, one picture or two, or a picture of which a part is drawn anew.
import { element } from "./elements.js";
import { Pad, fromBase64 } from "./pad.js";

const begin = element("begin");
const halves = { left: [0, 0, 0.5, 1], right: [0.5, 0, 1, 1], top: [0, 0, 1, 0.5], bottom: [0, 0.5, 1, 1], middle: [0.25, 0.25, 0.75, 0.75], nothing: [0, 0, 0, 0] };
let first, second, next, partial;

/** Makes the fields of a model. `failed` gets a sentence where a file is no picture, `partly` whether a part of a picture is chosen. */
export function of(model, failed, partly) {
  partial = partly;
  first = new Pad(element("first"), model, describe);
  second = new Pad(element("second"), model, describe);
  next = first;
  begin.addEventListener("change", choose);
  element("file").addEventListener("change", async event => {
    const [file] = event.target.files;
    if (!file) return;
    try {
      await take(file);
    } catch {
      failed(`${file.name} is no picture that this browser can read.`);
    }
    event.target.value = "";
  });
  element("part").addEventListener("change", event => { if (halves[event.target.value]) first.mask(...halves[event.target.value]); });
  element("first").addEventListener("pointerup", () => { element("part").value = "brush"; });
  choose();
}

/** Whether pictures can be taken as what to begin with. */
export const takes = () => !element("source").hidden;

/** Takes a picture; of two, by turns. */
export async function take(source) {
  const pad = next;
  await pad.take(source);
  if (begin.value === "pictures") next = pad === first ? second : first;
}

/** The fields of a request; throws an Error with a sentence where one is missing. */
export function fields() {
  const strength = Number(element("strength").value);
  switch (begin.value) {
    case "seeds": return { toSeed: Number(element("to-seed").value) };
    case "picture": return { image: need(first, "the picture"), strength };
    case "pictures": return { image: need(first, "the first picture"), toImage: need(second, "the second picture"), strength };
    case "part": {
      const image = need(first, "the picture");
      if (!first.masked) throw new Error("Paint over what is to be drawn anew, or choose a part.");
      return { image, mask: first.maskPng, resamples: Number(element("resamples").value) };
    }
    default: return {};
  }
}

/** Puts fields of an earlier run back. */
export async function restore({ toSeed, image, toImage, mask, strength, resamples }) {
  begin.value = mask ? "part" : toImage ? "pictures" : image ? "picture" : toSeed !== undefined ? "seeds" : "noise";
  choose();
  if (toSeed !== undefined) element("to-seed").value = toSeed;
  if (strength !== undefined) element("strength").value = strength;
  if (resamples !== undefined) element("resamples").value = resamples;
  if (image) await first.take(fromBase64(image));
  if (toImage) await second.take(fromBase64(toImage));
  if (mask) await first.restoreMask(mask);
}

/** What a run began with, in words; empty for noise. */
export const words = ({ toSeed, image, toImage, mask, strength }) =>
  mask ? "part of a picture" : toImage ? `between two pictures, strength ${strength}` : image ? `from a picture, strength ${strength}` : toSeed !== undefined ? `to seed ${toSeed}` : "";

function need(pad, what) {
  if (!pad.filled) throw new Error(`Choose ${what} to begin with: press one that was drawn, or choose a file.`);
  return pad.png;
}

function choose() {
  const kind = begin.value, pictures = kind === "picture" || kind === "pictures";
  element("source").hidden = !pictures && kind !== "part";
  element("second").hidden = kind !== "pictures";
  element("strength-field").hidden = !pictures;
  element("part-field").hidden = element("resamples-field").hidden = kind !== "part";
  element("to-seed-field").hidden = kind !== "seeds";
  first.brush = kind === "part";
  next = first;
  partial(kind === "part");
  describe();
}

function describe() {
  const name = begin.value === "pictures" ? "First picture" : "Picture to begin with";
  element("first").ariaLabel = first.filled ? `${name}${begin.value === "part" ? first.masked ? ", of which a part is drawn anew" : ", of which all is kept" : ""}` : `${name}: none yet`;
  element("second").ariaLabel = second.filled ? "Second picture" : "Second picture: none yet";
}
