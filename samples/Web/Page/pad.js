// A canvas that holds one picture of the model's size, and a mask that a brush paints over it.
export class Pad {
  #canvas; #picture = document.createElement("canvas"); #mask = document.createElement("canvas"); #filled = false; #brush = false; #last = null;

  /** `changed` is called when there is another picture or mask. */
  constructor(canvas, { width, height }, changed) {
    this.#canvas = canvas;
    for (const each of [canvas, this.#picture, this.#mask]) Object.assign(each, { width, height });
    const paint = event => {
      if (!this.#brush || !this.#filled || (event.type === "pointermove" && !this.#last)) return;
      event.preventDefault();
      const box = canvas.getBoundingClientRect();
      const at = { x: (event.clientX - box.left) / box.width * width, y: (event.clientY - box.top) / box.height * height };
      this.#stroke(this.#last ?? at, at);
      this.#last = at;
    };
    canvas.addEventListener("pointerdown", event => { canvas.setPointerCapture(event.pointerId); paint(event); });
    canvas.addEventListener("pointermove", paint);
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { if (this.#last) { this.#last = null; changed(); } });
    this.changed = changed;
    // It is looked at after every stroke.
    this.#mask.getContext("2d", { willReadFrequently: true });
  }

  get filled() { return this.#filled; }

  /** Whether a pixel is to be drawn anew. */
  get masked() { return this.#mask.getContext("2d").getImageData(0, 0, this.#mask.width, this.#mask.height).data.some((value, i) => i % 4 === 3 && value > 127); }

  /** Whether the pointer paints the mask. */
  set brush(is) { this.#brush = is; this.#canvas.classList.toggle("brush", is); this.#show(); }

  /** Takes the middle of a picture, in the model's proportions: a file, an image or a canvas. */
  async take(source) {
    const whole = await createImageBitmap(source), { width, height } = this.#picture;
    const part = Math.min(whole.width / width, whole.height / height), [w, h] = [Math.max(1, part * width), Math.max(1, part * height)];
    const pixels = await createImageBitmap(whole, (whole.width - w) / 2, (whole.height - h) / 2, w, h,
      { resizeWidth: width, resizeHeight: height, resizeQuality: whole.width > width ? "high" : "pixelated" });
    const context = this.#picture.getContext("2d");
    // What is transparent is white on paper.
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    context.drawImage(pixels, 0, 0);
    this.#filled = true;
    this.#show();
    this.changed();
  }

  /** Masks a rectangle, in shares of the picture; nothing else stays masked. */
  mask(left, top, right, bottom) {
    const context = this.#mask.getContext("2d"), { width, height } = this.#mask;
    context.clearRect(0, 0, width, height);
    context.fillStyle = "#000";
    context.fillRect(Math.round(left * width), Math.round(top * height), Math.round((right - left) * width), Math.round((bottom - top) * height));
    this.#show();
    this.changed();
  }

  /** The picture as PNG in base64. */
  get png() { return base64(this.#picture); }

  /** The mask as PNG in base64: white is drawn anew, black is kept. */
  get maskPng() {
    const flat = document.createElement("canvas"), { width, height } = this.#mask;
    Object.assign(flat, { width, height });
    const context = flat.getContext("2d"), pixels = this.#mask.getContext("2d").getImageData(0, 0, width, height);
    for (let i = 0; i < pixels.data.length; i += 4) pixels.data.fill(pixels.data[i + 3] > 127 ? 255 : 0, i, i + 3).fill(255, i + 3, i + 4);
    context.putImageData(pixels, 0, 0);
    return base64(flat);
  }

  /** Puts back a mask that `maskPng` gave. */
  async restoreMask(png) {
    const pixels = await createImageBitmap(fromBase64(png)), { width, height } = this.#mask;
    const context = this.#mask.getContext("2d");
    context.clearRect(0, 0, width, height);
    context.drawImage(pixels, 0, 0);
    const data = context.getImageData(0, 0, width, height);
    for (let i = 0; i < data.data.length; i += 4) data.data[i + 3] = data.data[i];
    context.putImageData(data, 0, 0);
    this.#show();
  }

  #stroke(from, to) {
    const context = this.#mask.getContext("2d");
    Object.assign(context, { lineWidth: Math.max(2, this.#mask.width / 7), lineCap: "round", strokeStyle: "#000" });
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x + 0.01, to.y);
    context.stroke();
    this.#show();
  }

  #show() {
    const context = this.#canvas.getContext("2d"), { width, height } = this.#canvas;
    context.clearRect(0, 0, width, height);
    if (!this.#filled) return;
    context.drawImage(this.#picture, 0, 0);
    if (!this.#brush) return;
    const shade = document.createElement("canvas");
    Object.assign(shade, { width, height });
    const tint = shade.getContext("2d");
    tint.drawImage(this.#mask, 0, 0);
    tint.globalCompositeOperation = "source-in";
    tint.fillStyle = getComputedStyle(this.#canvas).getPropertyValue("--glow");
    tint.fillRect(0, 0, width, height);
    context.globalAlpha = 0.75;
    context.drawImage(shade, 0, 0);
    context.globalAlpha = 1;
  }
}

/** A PNG file in base64 as a file. The page's policy allows no fetching of data URLs. */
export const fromBase64 = png => new Blob([Uint8Array.from(atob(png), character => character.charCodeAt(0))], { type: "image/png" });

const base64 = canvas => canvas.toDataURL("image/png").split(",")[1];
