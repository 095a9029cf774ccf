/**
 * Answers the page about digits. Trains in slices, and listens between them, so that a drawing is
 * read while the network still learns. What it does is in network.ts.
 */
import { judge, networkFrom, newNetwork, readDigit, sampleOf, training } from "./network.js";
import type { Answer, Question, Report } from "./protocol.js";

/** How long a slice is, in milliseconds. */
const SLICE = 40;

let network = newNetwork();
let isStopped = true;
/** Only the last training goes on. */
let trainings = 0;
let samples = 0;

const tell = (answer: Answer): void => postMessage(answer);

addEventListener("message", ({ data }: MessageEvent<Question>) => {
  if (data.kind === "read") {
    const [scores, probabilities] = readDigit(network, data.pixels);
    tell({ kind: "read", id: data.id, scores, probabilities });
  } else if (data.kind === "sample") {
    tell({ kind: "sample", pixels: sampleOf(data.digit, samples++) });
  } else if (data.kind === "stop") isStopped = true;
  else if (data.kind === "train") void train(data.digits, data.rounds);
  else load(data.name, data.bytes);
});

function load(name: string, bytes: ArrayBuffer): void {
  isStopped = true;
  trainings += 1;
  try {
    const { network: loaded, layers } = networkFrom(bytes);
    network = loaded;
    report({ file: name, layers }, 0, performance.now());
  } catch (error) {
    tell({ kind: "failed", name, message: (error as Error).message });
  }
}

async function train(digits: number, rounds: number): Promise<void> {
  const number = ++trainings;
  isStopped = false;
  network = newNetwork();
  const began = performance.now();
  let last = 0;
  let steps = 0;
  for (const progress of training(network, digits, rounds)) {
    ({ step: steps } = progress);
    if (performance.now() - last < SLICE && steps < progress.steps) continue;
    tell({ kind: "progress", ...progress });
    await new Promise((resolve) => setTimeout(resolve));
    if (number !== trainings) return;
    if (isStopped) break;
    last = performance.now();
  }
  report(isStopped ? "stopped" : "trained", steps, began);
  isStopped = true;
}

function report(from: Report["from"], steps: number, began: number): void {
  const seconds = (performance.now() - began) / 1000;
  tell({ kind: "judged", from, steps, seconds, ...judge(network) });
}

tell({ kind: "ready" });
