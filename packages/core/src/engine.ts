/**
 * Where the parts of core are put together: which back end runs, and when. Everything else knows
 * only interfaces. Read next: schedule/flush.ts.
 */
import { interpreter } from "./backends/interpreter.js";
import { runEveryOp } from "./schedule/flush.js";

runEveryOp(interpreter);
