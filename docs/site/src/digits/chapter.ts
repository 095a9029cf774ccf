/**
 * The fifth chapter: a digit that is drawn, and what a network in a worker makes of it, which is
 * trained here or comes from a file. The network is in network.ts.
 */
import { say, Slider } from "../controls.js";
import { element, inLanguage } from "../page.js";
import { seen } from "./centre.js";
import { Pad, showPixels } from "./pad.js";
import type { Answer, Question, Report } from "./protocol.js";
import { classRows, confusionRows, mistakeButtons } from "./tables.js";
import { words } from "./words.js";

const text = inLanguage(words);
const button = element("train", HTMLButtonElement);
const isCentred = element("centred", HTMLInputElement);
const digits = new Slider(
  "digits",
  () => {},
  (position) => 50 * 2 ** position,
);
const rounds = new Slider("rounds", () => {});
const pad = new Pad(element("pad", HTMLCanvasElement), readSoon, ask);

let worker: Worker | null = null;
let isTraining = false;
/** The number of the last picture sent, whether its answer is due, and whether it is old. */
let [sent, isReading, isOld] = [0, false, false];

/** The worker; it is loaded when the reader comes to where it is needed. */
function network(): Worker {
  if (worker === null) {
    tell(text.starting);
    worker = new Worker(new URL("network.worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => listen(data));
    worker.addEventListener("error", ({ message }) => {
      element("file-problem").textContent = message;
    });
  }
  return worker;
}

function send(question: Question): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- It goes to a worker.
  network().postMessage(question);
}

function listen(answer: Answer): void {
  if (answer.kind === "ready") {
    if (!isTraining) tell(text.untrained);
  } else if (answer.kind === "read") {
    isReading = false;
    if (answer.id === sent) showReading(answer);
    if (isOld) read();
  } else if (answer.kind === "sample") pad.put(answer.pixels);
  else if (answer.kind === "progress") {
    const { step, steps, loss } = answer;
    const bar = element("progress", HTMLProgressElement);
    [bar.max, bar.value] = [steps, step];
    tell(text.learning(step, steps, say(loss)));
    read();
  } else if (answer.kind === "failed") {
    showTraining(false);
    element("file-problem").textContent = `${answer.name}: ${answer.message}`;
  } else showReport(answer);
}

function tell([title, told]: readonly [string, string]): void {
  element("verdict-title").textContent = title;
  element("verdict-text").textContent = told;
}

/** Once for all that happens before the next picture of the screen. */
let isDue = false;
function readSoon(): void {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    read();
  });
}

/** Asks what is on the pad, one question at a time. */
function read(): void {
  isOld = isReading;
  if (isReading) return;
  const pixels = seen(pad.read(), pad.side, isCentred.checked);
  showPixels(element("seen", HTMLCanvasElement), pixels ?? new Float32Array(784));
  sent += 1;
  if (pixels === null) return showReading(null);
  isReading = true;
  send({ kind: "read", id: sent, pixels });
}

function showReading(
  answer: { scores: readonly number[]; probabilities: readonly number[] } | null,
) {
  element("classes").replaceChildren(...classRows(answer));
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const powers = answer?.scores.map(Math.exp);
  element("sum-powers").textContent = powers === undefined ? "—" : say(sum(powers), 3);
  element("sum").textContent = answer === null ? "—" : sum(answer.probabilities).toFixed(4);
  element("reading").textContent = answer === null ? text.empty : told(answer.probabilities);
}

function told(probabilities: readonly number[]): string {
  const order = probabilities.map((p, digit) => ({ p, digit })).sort((a, b) => b.p - a.p);
  const [first, second] = order as [(typeof order)[0], (typeof order)[0]];
  if (first.p < 0.5) return text.unsure(first.digit, second.digit);
  return text.reading(first.digit, `${Math.min(100 * first.p, 99.9).toFixed(1)} %`);
}

function showReport({ from, right, of, steps, seconds, counts, mistakes }: Report): void {
  showTraining(false);
  const share = `${((100 * right) / of).toFixed(1)} %`;
  if (from === "trained") tell(text.trained(share, of, steps, seconds.toFixed(1)));
  else if (from === "stopped") tell(text.stopped(share, of, steps));
  else tell(text.loaded(from.file, from.layers, share, of));
  element("judged").hidden = false;
  element("confusion").replaceChildren(...confusionRows(counts));
  const shown = mistakeButtons(mistakes, text.mistake, (pixels) => {
    pad.put(pixels);
    element("pad").scrollIntoView({ block: "nearest" });
  });
  element("mistakes").replaceChildren(...(shown.length === 0 ? [text.noMistakes] : shown));
  read();
}

function showTraining(isNow: boolean): void {
  isTraining = isNow;
  button.textContent = text.train[isNow ? 1 : 0];
  const bar = element("progress", HTMLProgressElement);
  if (isNow) bar.removeAttribute("value");
  bar.hidden = !isNow;
}

function ask(digit: number): void {
  send({ kind: "sample", digit });
}

async function load(file: File): Promise<void> {
  element("file-problem").textContent = "";
  const bytes = await file.arrayBuffer();
  send({ kind: "load", name: file.name, bytes });
}

button.addEventListener("click", () => {
  element("file-problem").textContent = "";
  if (isTraining) return send({ kind: "stop" });
  showTraining(true);
  send({ kind: "train", digits: digits.value, rounds: rounds.value });
  tell(text.drawing(digits.value));
});
element("clear").addEventListener("click", () => pad.clear());
let next = 0;
element("sample").addEventListener("click", () => ask(next++ % 10));
isCentred.addEventListener("change", read);
const fileInput = element("file", HTMLInputElement);
fileInput.addEventListener("change", () => {
  const [file] = fileInput.files ?? [];
  if (file !== undefined) void load(file);
  fileInput.value = "";
});
const lab = element("lab");
lab.addEventListener("dragover", (event) => event.preventDefault());
lab.addEventListener("drop", (event) => {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file !== undefined) void load(file);
});

showTraining(false);
showReading(null);
const arrival = new IntersectionObserver((entries) => {
  if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
  arrival.disconnect();
  network();
  // Something to look at, until the reader draws.
  if (sent === 0) ask(7);
});
arrival.observe(lab);
