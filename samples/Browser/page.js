// The page: a model through ONNX Runtime Web, a form, and pictures that come out of the noise.
import * as ort from './node_modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs';
import { Process, sample, timestepsOf } from './ddpm.js';

const field = name => document.getElementById(name), query = new URLSearchParams(location.search);
const modelFile = query.get('model') ?? 'model/clothes.onnx';
let session = null, metadata = null, stop = false;

function say(text, isError = false) {
  field('status').textContent = text;
  field('status').classList.toggle('error', isError);
}

async function fetchOrThrow(file) {
  const answer = await fetch(file).catch(() => { throw new Error(`${file}: the server does not answer`); });
  if (!answer.ok) throw new Error(`${file}: ${answer.status} ${answer.statusText}. README.md says how to export a model`);
  return answer;
}

/** Loads the model for WebAssembly or WebGPU. */
async function load(provider) {
  metadata = await (await fetchOrThrow(`${modelFile}.json`)).json();
  for (const name of ['sample_shape', 'alphas_cumprod', 'scheduler_config']) {
    if (!(name in metadata)) throw new Error(`${modelFile}.json has no ${name}: export a model folder with its process`);
  }
  // What nobody has chosen follows the model: a distilled one has few steps.
  const most = timestepsOf(metadata).length, { value, defaultValue } = field('steps');
  field('steps').max = most;
  if (value === defaultValue && Number(value) > most) field('steps').value = most;
  const bytes = new Uint8Array(await (await fetchOrThrow(modelFile)).arrayBuffer());
  ort.env.wasm.numThreads = crossOriginIsolated ? navigator.hardwareConcurrency : 1;
  session = await ort.InferenceSession.create(bytes, { executionProviders: [provider], logSeverityLevel: 3 });
  const names = metadata.class_names ?? Array.from({ length: metadata.class_count }, (_, i) => `class ${i}`);
  field('label').replaceChildren(...['every class', ...names].map((name, i) => new Option(name, i - 1)));
  field('classes').hidden = names.length === 0;
  session.provider = provider;
}

async function predict(x, timestep, labels) {
  const count = Number(field('count').value), whole = values => new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [count]);
  const inputs = { sample: new ort.Tensor('float32', x, [count, ...metadata.sample_shape]), timestep: whole(Array(count).fill(timestep)) };
  if (labels) inputs.label = whole(labels);
  const { prediction } = await session.run(inputs);
  return prediction.data;
}

/** Paints x, values from -1 to 1, each sample on a canvas of its own. */
function paint(x) {
  const [channels, height, width] = metadata.sample_shape, pixels = height * width;
  field('gallery').querySelectorAll('canvas').forEach((canvas, n) => {
    const image = new ImageData(width, height);
    for (let i = 0; i < pixels; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = 127.5 * (x[(n * channels + c % channels) * pixels + i] + 1);
      image.data[4 * i + 3] = 255;
    }
    canvas.getContext('2d').putImageData(image, 0, 0);
  });
}

async function draw() {
  const begun = performance.now(), count = Number(field('count').value), label = Number(field('label').value);
  const [, height, width] = metadata.sample_shape, classes = metadata.class_count;
  field('gallery').replaceChildren(...Array.from({ length: count }, () => Object.assign(document.createElement('canvas'), { width, height })));
  const run = sample({
    predict, count, shape: metadata.sample_shape, method: field('method').value, seed: BigInt(field('seed').value),
    process: new Process(metadata, Number(field('steps').value)),
    labels: classes === 0 ? null : Array.from({ length: count }, (_, i) => label < 0 ? i % classes : label),
    guidance: classes > 0 && metadata.null_label ? Number(field('guidance').value) : 1, nullLabel: classes,
  });
  let last = null;
  for await (const state of run) {
    last = state;
    paint(state.step === state.steps ? state.x : state.clean);
    say(`step ${state.step} of ${state.steps}`);
    await new Promise(resolve => setTimeout(resolve)); // the browser paints
    if (stop) break;
  }
  const seconds = (performance.now() - begun) / 1000;
  say(`${stop ? 'Stopped' : `${count} pictures from seed ${field('seed').value}`}: ${last.step} steps in ${seconds.toFixed(1)} s, ${session.provider}.`);
  return last.x;
}

/** What the button does: also for a test, which asks for the samples themselves. */
window.run = async () => {
  field('draw').disabled = true;
  field('stop').disabled = stop = false;
  try {
    if (session?.provider !== field('provider').value) {
      say('Loading the model …');
      await session?.release();
      session = null;
      await load(field('provider').value);
    }
    return Array.from(await draw());
  } catch (error) {
    say(error.message, true);
    throw error;
  } finally {
    field('draw').disabled = false;
    field('stop').disabled = true;
  }
};

for (const name of ['count', 'seed', 'steps', 'method', 'guidance', 'provider']) if (query.has(name)) field(name).value = query.get(name);
if (!navigator.gpu) field('provider').querySelector('[value=webgpu]').disabled = true;
field('form').addEventListener('submit', event => { event.preventDefault(); window.run().catch(() => {}); });
field('stop').addEventListener('click', () => { stop = true; });
say('Ready.');
