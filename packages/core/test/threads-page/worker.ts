// Computes in a worker, on request. Not a test.

import { report } from "./report.js";

addEventListener("message", ({ data }: MessageEvent<boolean>) => {
  void report(data).then((found) => postMessage(found));
});
