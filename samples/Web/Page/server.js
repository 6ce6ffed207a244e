// What the page asks of the server. Every way in which an answer can fail to come has a sentence of its own.

/** An answer that is not what was asked for; its message is a sentence for people. */
export class Refusal extends Error {}

/** Fetches JSON; throws a Refusal where the server is gone, refuses, or answers with something else. */
export async function ask(path, options = {}) {
  let answer, text;
  try {
    answer = await fetch(path, options);
    text = await answer.text();
  } catch {
    throw new Refusal("The server cannot be reached.");
  }
  let body;
  try {
    body = text === "" ? null : JSON.parse(text);
  } catch {
    throw new Refusal(`The answer with status ${answer.status} is not JSON: something other than this server sent it.`);
  }
  if (!answer.ok) throw new Refusal(body?.detail ?? body?.title ?? `The server answers with status ${answer.status}.`);
  return body;
}

/** Sends an object as JSON and gives the answer. */
export const send = (path, body) => ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

const interval = 4000, patience = 3000;

/**
 * Asks after the server every few seconds while the page is seen. Calls `changed` with a sentence when the server does not answer or no
 * longer draws, and with "" when it does again.
 */
export function watch(changed) {
  let state = "";
  setInterval(async () => {
    if (document.hidden) return;
    const now = await health();
    if (now !== state) changed(state = now);
  }, interval);
}

async function health() {
  try {
    const answer = await fetch("/health", { signal: AbortSignal.timeout(patience), cache: "no-store" });
    return answer.ok ? "" : "The server answers, but draws no more. It must be started again.";
  } catch {
    return "The server does not answer. This page asks again until it does.";
  }
}
