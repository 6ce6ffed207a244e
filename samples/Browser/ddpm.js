// Sampling of an exported model (Ho et al. 2020, arXiv:2006.11239; DDIM: Song et al. 2020, arXiv:2010.02502) in plain JavaScript.
// The numbers are those of Ddpm.NET: the same tables, and the same noise for a seed. No page and no ONNX Runtime in this file.

/** The four 32-bit words of a block of Philox4x32-10 (Salmon et al. 2011), the generator of Ddpm.NET's CounterBasedRandom. */
function philox(seed, index, step, block) {
  let [c0, c1, c2, c3] = [block >>> 0, step >>> 0, Number(index & 0xffffffffn), Number((index >> 32n) & 0xffffffffn)];
  let [k0, k1] = [Number(seed & 0xffffffffn), Number((seed >> 32n) & 0xffffffffn)];
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * BigInt(c0), p1 = 0xcd9e8d57n * BigInt(c2);
    [c0, c1, c2, c3] = [
      (Number(p1 >> 32n) ^ c1 ^ k0) >>> 0, Number(p1 & 0xffffffffn), (Number(p0 >> 32n) ^ c3 ^ k1) >>> 0, Number(p0 & 0xffffffffn)];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/**
 * Standard normal numbers that depend on seed, sample and step alone (Box and Muller 1958).
 * @param {bigint} seed The seed: a 64-bit integer.
 * @param {number} sample Which sample of the seed.
 * @param {number} step 0 for x_T, then 1 for the first step, and so on.
 * @param {Float32Array} into Receives the numbers.
 */
export function fillNormal(seed, sample, step, into) {
  for (let i = 0; i < into.length; i += 4) {
    const words = philox(BigInt.asUintN(64, seed), BigInt(sample), step, i / 4);
    for (let pair = 0; pair < 4; pair += 2) {
      const radius = Math.sqrt(-2 * Math.log((words[pair] + 0.5) / 4294967296)), angle = words[pair + 1] * 2 * Math.PI / 4294967296;
      if (i + pair < into.length) into[i + pair] = radius * Math.cos(angle);
      if (i + pair + 1 < into.length) into[i + pair + 1] = radius * Math.sin(angle);
    }
  }
}

/**
 * `count` of `timesteps` timesteps, evenly spaced from the last one down ("trailing"), in ascending order.
 * @throws {RangeError} count is not 1 … timesteps.
 */
export function trailing(timesteps, count) {
  if (!Number.isInteger(count) || count < 1 || count > timesteps) throw new RangeError(`steps must be 1 … ${timesteps}, but is ${count}`);
  const even = value => { const down = Math.floor(value); return value - down === 0.5 ? down + down % 2 : Math.round(value); };
  return Array.from({ length: count }, (_, i) => even(timesteps - (count - 1 - i) * timesteps / count) - 1);
}

/** The timesteps that a model is for, ascending: all, or those that a distilled one was trained for. */
export const timestepsOf = metadata => metadata.scheduler_config.retained_timesteps ?? metadata.alphas_cumprod.map((_, t) => t);

/** The reverse process over fewer timesteps, from the JSON file that `ddpm export` wrote beside the model. */
export class Process {
  constructor(metadata, steps) {
    const scheduler = metadata.scheduler_config;
    if (!['epsilon', 'sample', 'v_prediction'].includes(scheduler.prediction_type)) throw new Error(`prediction_type ${scheduler.prediction_type}: this page samples epsilon, sample and v_prediction`);
    if (!['fixed_small', 'fixed_large'].includes(scheduler.variance_type)) throw new Error(`variance_type ${scheduler.variance_type}: this page samples fixed_small and fixed_large`);
    if (scheduler.thresholding) throw new Error('thresholding: this page clips x_0 to a fixed range only');
    this.prediction = scheduler.prediction_type;
    this.large = scheduler.variance_type === 'fixed_large';
    this.limit = scheduler.clip_sample ? scheduler.clip_sample_range ?? 1 : Infinity;
    const known = timestepsOf(metadata);
    this.timesteps = trailing(known.length, steps).map(t => known[t]);
    this.alphaBars = this.timesteps.map(t => metadata.alphas_cumprod[t]); // of a respaced process: Nichol and Dhariwal 2021, sec. 4
  }

  get steps() { return this.timesteps.length; }

  /** x̂_0 of the network's output, kept in range. */
  clean(t, x, output) {
    const signal = Math.sqrt(this.alphaBars[t]), noise = Math.sqrt(1 - this.alphaBars[t]);
    const estimate = {
      epsilon: i => (x[i] - noise * output[i]) / signal,
      v_prediction: i => signal * x[i] - noise * output[i],
      sample: i => output[i],
    }[this.prediction];
    return x.map((_, i) => Math.max(-this.limit, Math.min(this.limit, estimate(i))));
  }

  /** One step of Algorithm 2: the mean of q(x_{t-1} | x_t, x̂_0), eq. 7, and noise of variance σ_t². */
  ddpm(t, x, clean, noise) {
    const bar = this.alphaBars[t], previous = t === 0 ? 1 : this.alphaBars[t - 1], beta = 1 - bar / previous;
    const ofClean = Math.sqrt(previous) * beta / (1 - bar), ofX = Math.sqrt(1 - beta) * (1 - previous) / (1 - bar);
    const sigma = t === 0 ? 0 : Math.sqrt(this.large ? beta : beta * (1 - previous) / (1 - bar));
    return x.map((value, i) => ofClean * clean[i] + ofX * value + sigma * noise[i]);
  }

  /** One step of DDIM with η = 0: no noise is added. */
  ddim(t, x, clean) {
    const bar = this.alphaBars[t], previous = t === 0 ? 1 : this.alphaBars[t - 1];
    return x.map((value, i) =>
      Math.sqrt(previous) * clean[i] + Math.sqrt(1 - previous) * (value - Math.sqrt(bar) * clean[i]) / Math.sqrt(1 - bar));
  }
}

/**
 * Draws samples; yields after each step `{ step, steps, x, clean }`, and last the samples as `x`.
 * @param {object} run `predict(x, timestep, labels)` gives a promise of the network's output for the batch; `process`; `method`, 'ddpm' or
 *   'ddim'; `shape` of one sample; `count`; `seed`, a bigint; `labels`, one a sample, or null; `guidance`, 1 for none (Ho and Salimans
 *   2022, arXiv:2207.12598), and `nullLabel`, the label that means no class.
 */
export async function* sample({ predict, process, method, shape, count, seed, labels = null, guidance = 1, nullLabel = null }) {
  if (method !== 'ddpm' && method !== 'ddim') throw new RangeError(`method must be ddpm or ddim, but is ${method}`);
  if (guidance !== 1 && (labels === null || nullLabel === null)) throw new Error('guidance needs labels and a model that knows no class');
  const size = shape.reduce((product, length) => product * length, 1);
  const draw = step => {
    const noise = new Float32Array(count * size);
    for (let i = 0; i < count; i++) fillNormal(seed, i, step, noise.subarray(i * size, (i + 1) * size));
    return noise;
  };
  let x = draw(0);
  for (let step = 1, t = process.steps - 1; t >= 0; step++, t--) {
    let output = await predict(x, process.timesteps[t], labels);
    if (guidance !== 1) {
      const without = await predict(x, process.timesteps[t], labels.map(() => nullLabel));
      output = output.map((value, i) => without[i] + guidance * (value - without[i]));
    }
    const clean = process.clean(t, x, output);
    x = method === 'ddim' ? process.ddim(t, x, clean) : process.ddpm(t, x, clean, t === 0 ? x : draw(step));
    if (!x.every(Number.isFinite)) throw new Error(`x became NaN or infinite at step ${step} of ${process.steps}`);
    yield { step, steps: process.steps, x, clean };
  }
}
