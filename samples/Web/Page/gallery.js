// The pictures: noise, estimates while they are drawn, and what was drawn.
import { element } from "./elements.js";

const gallery = element("gallery");
let size = { width: 1, height: 1, channels: 1 };

export function of(model) {
  size = model;
  // Small pictures show their pixels; large ones are smoothed by the browser.
  document.documentElement.style.setProperty("--rendering", model.height <= 64 ? "pixelated" : "auto");
  document.documentElement.style.setProperty("--ratio", `${model.width} / ${model.height}`);
}

/** Shows that many places, filled with noise. */
export function noise(count) {
  tiles(count, "in the making");
  gallery.classList.add("noise");
  for (const canvas of canvases()) {
    const context = canvas.getContext("2d"), pixels = context.createImageData(canvas.width, canvas.height);
    for (let i = 0; i < pixels.data.length; i += 4) {
      const gray = normal();
      for (let c = 0; c < 3; c++) pixels.data[i + c] = 127.5 + 63 * (size.channels === 1 ? gray : normal());
      pixels.data[i + 3] = 255;
    }
    context.putImageData(pixels, 0, 0);
  }
}

/** Shows a sheet of estimates, { image, columns }: all pictures side by side. */
export function paint({ image, columns }) {
  gallery.classList.remove("noise");
  canvases().forEach((canvas, k) => {
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(image, k % columns * size.width, Math.floor(k / columns) * size.height, size.width, size.height, 0, 0, size.width, size.height);
  });
}

/** Makes links to the files of the finished pictures. */
export function finish(urls, seed) {
  gallery.classList.remove("noise");
  canvases().forEach((canvas, k) => {
    const link = document.createElement("a"), image = document.createElement("img");
    Object.assign(image, { src: urls[k], alt: `Picture ${k + 1} of ${urls.length}, seed ${seed}` });
    Object.assign(link, { href: urls[k], download: "", title: "Save this picture" });
    canvas.replaceWith(link);
    canvas.removeAttribute("role");
    canvas.removeAttribute("aria-label");
    link.append(canvas, image);
  });
}

/** Shows pictures of an earlier run. */
export function recall(sheet, count, seed) {
  tiles(count, `seed ${seed}`);
  paint(sheet);
}

/** Whether something else than the finished pictures is seen. */
export const replaying = is => gallery.classList.toggle("replaying", is);

export const isReplaying = () => gallery.classList.contains("replaying");

export const busy = is => { gallery.ariaBusy = String(is); };

// For whoever watches the page from outside, such as its tests.
export const previews = count => { gallery.dataset.previews = count; };

const canvases = () => gallery.querySelectorAll("canvas");

function tiles(count, what) {
  gallery.classList.remove("replaying", "noise");
  gallery.style.setProperty("--columns", count <= 3 ? count : Math.ceil(Math.sqrt(count)));
  gallery.replaceChildren(...Array.from({ length: count }, (_, k) => {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: size.width, height: size.height });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Picture ${k + 1} of ${count}, ${what}`);
    return canvas;
  }));
}

function normal() { return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()); }
