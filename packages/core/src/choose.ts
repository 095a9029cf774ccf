/**
 * Which of the ways to run is taken: waiting, on WebAssembly, unless the settings or the place say
 * otherwise. Core is whole without what this file imports from backends/wasm and
 * schedule/demand.ts: scripts/check-engine.ts takes them away, has `everyOp` chosen here, and runs
 * the tests. Read next: schedule/flush.ts.
 */
import { interpreter } from "./backends/interpreter.js";
import { wasm } from "./backends/wasm/backend.js";
import { isSupported } from "./backends/wasm/compile.js";
import { onDemand } from "./schedule/demand.js";
import { everyOp } from "./schedule/flush.js";
import type { Policy } from "./schedule/flush.js";

/** The policy for these settings; `warn` is told, once, of what is slower than it need be. */
export function choosePolicy(
  setting: (name: string) => string | undefined,
  warn: (line: string) => void,
): Policy {
  if (setting("NABLA_FLUSH") === "everyOp") return everyOp;
  const wanted = setting("NABLA_BACKEND");
  if (wanted === "interpreter") return onDemand(interpreter);
  if (isSupported()) {
    const fused = setting("NABLA_RELAXED_SIMD") !== "0";
    return onDemand(wasm({ atOnce: wanted === "wasm", fused }));
  }
  warn(
    "nabla: WebAssembly is missing here, or a content-security policy forbids it (one with " +
      "'wasm-unsafe-eval' does not): everything works, and is slower. To choose that and not be " +
      "told, set NABLA_BACKEND=interpreter.",
  );
  return onDemand(interpreter);
}
