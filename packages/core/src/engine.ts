/**
 * Where the parts of core are put together: which back end runs, and when. Everything else knows
 * only interfaces. Read next: schedule/flush.ts.
 */
import { interpreter } from "./backends/interpreter.js";
import { wasm } from "./backends/wasm/backend.js";
import { isSupported } from "./backends/wasm/compile.js";
import { printOperations } from "./debug.js";
import { onDemand } from "./schedule/demand.js";
import { everyOp, runBy } from "./schedule/flush.js";

/** What Node and browsers both have, and what only Node has. */
const { console, process } = globalThis as unknown as {
  console: { error(line: string): void };
  process?: { env?: Record<string, string | undefined> };
};
const setting = (name: string): string | undefined => process?.env?.[name];

const wanted = setting("NABLA_BACKEND");
const backend =
  wanted !== "interpreter" && isSupported() ? wasm({ atOnce: wanted === "wasm" }) : interpreter;
runBy(setting("NABLA_FLUSH") === "everyOp" ? everyOp : onDemand(backend), interpreter);

if (Number(setting("NABLA_DEBUG") ?? 0) >= 1) printOperations((line) => console.error(line));
