// The page of threads.browser.test.ts: computes itself, or has a worker do it. Not a test.

import type { Report } from "./report.js";

declare global {
  interface Window {
    compute(where: string, expected: boolean): Promise<Report>;
  }
}

window.compute = async (where, expected) => {
  if (where === "page") return (await import("./report.js")).report(expected);
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<Report>) => resolve(data));
    worker.addEventListener("error", ({ message }) => reject(new Error(message)));
    worker.postMessage(expected, []);
  });
};
