/**
 * Which of the ways to run is taken: waiting, on WebAssembly, unless the settings or the place say
 * otherwise. Core is whole without what this file imports from backends/wasm and
 * schedule/demand.ts: scripts/check-engine.ts takes them away, has `everyOp` chosen here, and runs
 * the tests. Read next: schedule/flush.ts.
 */
import type { Backend } from "./backends/backend.js";
import { interpreter } from "./backends/interpreter.js";
import { threads } from "./backends/threads.js";
import { wasm } from "./backends/wasm/backend.js";
import { isSupported } from "./backends/wasm/compile.js";
import { sharingPlace } from "./backends/wasm/workers.js";
import type { Tell } from "./debug.js";
import { reported } from "./report.js";
import { onDemand } from "./schedule/demand.js";
import { everyOp } from "./schedule/flush.js";
import type { Policy } from "./schedule/flush.js";

/**
 * The policy for these settings; `tell` is told, once, of what is slower than it need be, and from
 * `level` 1 on of all that runs.
 */
export function choosePolicy(
  setting: (name: string) => string | undefined,
  tell: Tell,
  level: number,
): Policy {
  const on = (backend: Backend): Policy =>
    level >= 1 ? reported(backend, level, tell) : onDemand(backend);
  if (setting("NABLA_FLUSH") === "everyOp") return everyOp;
  const wanted = setting("NABLA_BACKEND");
  if (wanted === "interpreter") return on(interpreter);
  if (isSupported()) {
    const fused = setting("NABLA_RELAXED_SIMD") !== "0";
    threads.count = threadsOf(setting("NABLA_THREADS"));
    return on(wasm({ atOnce: wanted === "wasm", fused, shared: threads.count > 1 }));
  }
  tell(
    "nabla: WebAssembly is missing here, or a content-security policy forbids it (one with " +
      "'wasm-unsafe-eval' does not): everything works, and is slower. To choose that and not be " +
      "told, set NABLA_BACKEND=interpreter.",
  );
  return on(interpreter);
}

/** How many threads a setting asks for: one for each processor, unless it says a number. */
function threadsOf(wanted: string | undefined): number {
  const place = sharingPlace();
  const count = Number(wanted ?? place?.processors);
  return place !== null && Number.isInteger(count) && count > 0 ? count : 1;
}
