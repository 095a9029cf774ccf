/**
 * The page's end of the worker: asks, waits, and starts another worker when one does not answer.
 * What the worker does is in run.worker.ts.
 */
import type { Answer } from "./protocol.js";

/** How long code may run, in milliseconds; the first time the library is loaded too. */
const [PATIENCE, FIRST_PATIENCE] = [5_000, 30_000] as const;

let worker: Worker | null = null;
let asked = 0;
let hasAnswered = false;

/** Runs code; `null` if a later question was asked meanwhile, `"slow"` if it took too long. */
export function ask(code: string): Promise<Answer | "slow" | null> {
  const id = ++asked;
  worker ??= new Worker(new URL("run.worker.ts", import.meta.url), { type: "module" });
  const running = worker;
  return new Promise((resolve, reject) => {
    const over = (): void => {
      clearTimeout(timer);
      running.removeEventListener("message", listen);
    };
    const timer = setTimeout(
      () => {
        over();
        // It may be at an end, or in a loop that has none.
        running.terminate();
        if (worker === running) worker = null;
        resolve(id === asked ? "slow" : null);
      },
      hasAnswered ? PATIENCE : FIRST_PATIENCE,
    );
    const listen = ({ data }: MessageEvent<Answer>): void => {
      if (data.id !== id) return;
      over();
      hasAnswered = true;
      resolve(id === asked ? data : null);
    };
    running.addEventListener("message", listen);
    running.addEventListener("error", (event) => {
      over();
      reject(new Error(event.message));
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- It goes to a worker.
    running.postMessage({ id, code });
  });
}
