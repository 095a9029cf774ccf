/**
 * Runs a reader's program, away from the page, and sends what it prints. It has a policy of its own
 * (build/policy.ts): it may make code from text, and may fetch nothing but this site's scripts. A
 * worker runs one program; the page ends it when the reader stops it or runs the next.
 */
import * as core from "@nabla/core";
import * as engine from "@nabla/core/engine";
import * as inspection from "@nabla/core/inspect";
import * as data from "@nabla/data";
import * as nn from "@nabla/nn";
import * as optim from "@nabla/optim";
import * as nabla from "nabla";
import { format, inspect } from "node-inspect-extracted";

import type { Output, Place, Program } from "./protocol.js";

type Module = Readonly<Record<string, unknown>>;

/** What a program may import. Whatever draws comes when a program asks for it. */
const modules = new Map<string, Module>(
  Object.entries({
    nabla,
    "@nabla/core": core,
    "@nabla/core/engine": engine,
    "@nabla/core/inspect": inspection,
    "@nabla/data": data,
    "@nabla/nn": nn,
    "@nabla/optim": optim,
  }),
);

/** The name under which the program stands in stack traces. */
const file = "program.ts";

const send = (output: Output): void => postMessage(output);

/** What was printed and not sent: a loop may print faster than a page can show. */
let waiting: Output[] = [];
let sent = 0;
let lastTime = 0;
function print(output: Output): void {
  waiting.push(output);
  if (sent < 500 || performance.now() - lastTime > 50) flush();
}
function flush(): void {
  for (const output of waiting) send(output);
  sent += waiting.length;
  waiting = [];
  lastTime = performance.now();
}

const isPicture = (value: unknown): value is string =>
  typeof value === "string" && /^\s*(<\?xml[^>]*>\s*)?<svg\b/.test(value);

/** As Node's console would print it, but that a picture is a picture. */
function printed(kind: "text" | "warning" | "error", values: readonly unknown[]): void {
  const [first] = values;
  if (values.length === 1 && isPicture(first)) print({ kind: "picture", svg: first });
  else print({ kind, text: format(...values) });
}

Object.assign(console, {
  log: (...values: unknown[]) => printed("text", values),
  info: (...values: unknown[]) => printed("text", values),
  debug: (...values: unknown[]) => printed("text", values),
  table: (...values: unknown[]) => printed("text", values),
  dir: (value: unknown) => print({ kind: "text", text: inspect(value) }),
  warn: (...values: unknown[]) => printed("warning", values),
  error: (...values: unknown[]) => printed("error", values),
});

/** The value of a statement, as it is shown beside the number of its line. */
async function show(line: number, value: unknown): Promise<void> {
  if (value === undefined) return;
  const picture = await pictureOf(value);
  const text = typeof value === "string" ? value : inspect(value);
  if (picture === null) print({ kind: "value", line, text });
  else print({ kind: "picture", svg: picture });
}

/** A picture, of a plot or of a graph too; `null` if the value is none. */
async function pictureOf(value: unknown): Promise<string | null> {
  if (isPicture(value)) return value;
  if (typeof value !== "object" || value === null) return null;
  if ("svg" in value && typeof value.svg === "function" && "mermaid" in value) {
    return String(await (value.svg as () => unknown)());
  }
  if (!("draw" in value && typeof value.draw === "function")) return null;
  const { figure } = modules.get("nabla/viz") as { figure: (panels: unknown[]) => string };
  return figure([value]);
}

async function run({ javascript, draws }: Program): Promise<void> {
  if (draws) {
    const drawing = await import("./drawing.js");
    for (const [name, module] of drawing.modules) modules.set(name, module);
  }
  const load = (name: string): Module => {
    const found = modules.get(name);
    if (found !== undefined) return found;
    throw new Error(`There is no "${name}" here: import from ${[...modules.keys()].join(", ")}.`);
  };
  const text = `return (async () => {${javascript}\n})();\n//# sourceURL=${file}`;
  // oxlint-disable-next-line typescript/no-implied-eval -- This worker exists to run what is typed.
  const main = new Function("require", "exports", "$show", text) as (
    ...values: unknown[]
  ) => Promise<void>;
  // Values are shown in the order of their statements, though some have to be drawn first.
  await main(load, {}, show);
}

/** Where in the program an error was thrown; lines of a function begin after its head. */
function placeOf(stack: string): Place | null {
  const [, line, column] = new RegExp(`${file}:(\\d+):(\\d+)`).exec(stack) ?? [];
  if (line === undefined) return null;
  const head = 2;
  return { line: Number(line) - head, column: Number(column) };
}

function thrown(error: unknown): void {
  const isError = error instanceof Error;
  const text = isError ? `${error.name}: ${error.message}` : `Uncaught ${inspect(error)}`;
  print({ kind: "thrown", text, place: isError ? placeOf(error.stack ?? "") : null });
}

addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  thrown(event.reason);
  flush();
});
addEventListener("error", (event) => {
  event.preventDefault();
  thrown(event.error);
  flush();
});
addEventListener("message", ({ data: program }: MessageEvent<Program>) => {
  void run(program)
    .catch(thrown)
    .finally(() => {
      print({ kind: "done" });
      flush();
    });
});
// What timers print later is sent, too.
setInterval(flush, 100);
send({ kind: "ready" });
