/**
 * The page's end of the worker that runs programs (run.worker.ts): one worker for each run, the
 * next one made ahead, since it has the whole library to load.
 */
import type { Output, Place, Program, Translation } from "./protocol.js";

let running: Worker | null = null;
let next: Worker | null = null;

function make(): Worker {
  return new Worker(new URL("run.worker.ts", import.meta.url), { type: "module" });
}

/** Loads the library for the next run. */
export function prepare(): void {
  next ??= make();
}

/** Ends what runs. */
export function stop(): void {
  running?.terminate();
  running = null;
}

/** Runs a program, and what ran before no longer. */
export function run(program: Program, tell: (output: Output) => void): void {
  stop();
  const worker = next ?? make();
  next = null;
  running = worker;
  worker.addEventListener("message", ({ data }: MessageEvent<Output>) => {
    if (worker === running) tell(data);
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    if (worker === running) tell({ kind: "thrown", text: event.message, place: null });
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- It goes to a worker.
  worker.postMessage(program);
  prepare();
}

/** The line of the program that a place in its JavaScript comes from. */
export function lineOf({ lines }: Translation, place: Place | null): number | null {
  if (place === null) return null;
  const segments = lines[place.line - 1] ?? [];
  const before = segments.filter(([column]) => column <= place.column).at(-1);
  return (before ?? segments[0])?.[1] ?? null;
}
