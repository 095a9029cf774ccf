// `npm run example -- NAME [options]`: runs examples/NAME.ts, or lists the examples.
// Not the examples' own option parsing: each of them reads `process.argv` itself.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { filesUnder, root } from "./repository.js";
import { openingComment, readSource } from "./source-code.js";

const [name, ...options] = process.argv.slice(2);

// Files directly in examples/ are examples; folders in it hold what the examples share.
const examples = filesUnder("examples", ".ts")
  .map((path) => /^examples\/([^/]+)\.ts$/.exec(path)?.[1])
  .filter((example) => example !== undefined);

if (name !== undefined && examples.includes(name)) {
  const file = join(root, "examples", `${name}.ts`);
  process.argv = [process.argv0, file, ...options];
  await import(pathToFileURL(file).href);
} else {
  const unknown = name !== undefined && !name.startsWith("-");
  if (unknown) {
    console.error(`There is no example named "${name}". These are the examples:\n`);
    process.exitCode = 1;
  } else {
    console.log("npm run example -- NAME [options] runs one of these:\n");
  }
  const width = Math.max(0, ...examples.map((example) => example.length));
  const print = unknown ? console.error : console.log;
  for (const example of examples) print(`  ${example.padEnd(width)}  ${summary(example)}`);
}

/** The first sentence of what the example's file says about itself. */
function summary(example: string): string {
  const text = openingComment(readSource(`examples/${example}.ts`)) ?? "";
  return /^.*?[.!?](?=\s|$)/.exec(text.replaceAll(/\s+/g, " "))?.[0] ?? text;
}
