// `npm run graph -- FILE.ts [--out FILE.svg] [--format dot|mermaid|svg]`: explains the backward
// pass of the tensor `loss` that FILE.ts exports, and draws its graph. What is said and drawn comes
// from packages/viz/src/explain.ts and packages/viz/src/graph.ts.

import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { Command, Option } from "commander";
import { Module, NablaError, Tensor } from "nabla";
import { explain, graph, keepValues } from "nabla/viz";

const extensions = { dot: ".dot", mermaid: ".mmd", svg: ".svg" } as const;
type Format = keyof typeof extensions;

interface Settings {
  readonly out?: string;
  readonly format?: Format;
  readonly values: boolean;
  readonly gradients: boolean;
}

/** What the user can mend, told without a stack trace. */
class Mistake extends Error {}

const program = new Command("npm run graph --")
  .description("Explains the backward pass of a tensor, and draws how it was computed.")
  .argument(
    "<file>",
    "a TypeScript or JavaScript file that exports a tensor as loss, or as default",
  )
  .option("--out <file>", "the drawing; in out/, under the name of the file, unless given")
  .addOption(
    new Option("--format <format>", "of the drawing; that of --out, or svg, unless given").choices(
      Object.keys(extensions),
    ),
  )
  .option("--no-values", "draw no numbers")
  .option("--no-gradients", "draw no gradients")
  .allowExcessArguments(false)
  .action(show);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof Mistake || error instanceof NablaError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}

async function show(file: string, { out, format, values, gradients }: Settings): Promise<void> {
  const chosen = format ?? formatOf(out);
  const path = out ?? `out/${basename(file, extname(file))}${extensions[chosen]}`;
  const { loss, model } = await readLoss(file);
  console.log(explain(loss, model));
  const drawing = graph(loss, { values, gradients, ...model });
  const text = chosen === "svg" ? await drawing.svg() : drawing[chosen];
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw new Mistake(`${path} cannot be written: ${(error as Error).message}`);
  }
  console.log(`\nThe graph is in ${path}`);
}

function formatOf(out: string | undefined): Format {
  if (out === undefined) return "svg";
  const found = Object.entries(extensions).find(([, extension]) => extname(out) === extension);
  if (found !== undefined) return found[0] as Format;
  throw new Mistake(
    `${out} says no format: end it in ${Object.values(extensions).join(", ")}, or pass --format.`,
  );
}

/** What a file exports: a tensor, and, where it has one, the model whose parameters have names. */
interface Exported {
  readonly loss: Tensor;
  readonly model: { readonly model?: Module };
}

/** Runs the file, with all values kept, and gives what it exports. */
async function readLoss(file: string): Promise<Exported> {
  keepValues();
  let names: Record<string, unknown>;
  try {
    names = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === "ERR_MODULE_NOT_FOUND" && message.includes(resolve(file));
    throw new Mistake(isMissing ? `there is no file ${file}` : `${file} failed: ${message}`);
  } finally {
    keepValues(false);
  }
  const loss = names["loss"] ?? names["default"];
  const { model } = names;
  if (loss instanceof Tensor) return { loss, model: model instanceof Module ? { model } : {} };
  const exported = Object.keys(names).join(", ") || "nothing";
  const found = loss === undefined ? `it exports ${exported}` : `its loss is no tensor of Nabla`;
  throw new Mistake(
    `${file} exports no tensor: ${found}. Write, for example, ` +
      "export const loss = w.mul(x).sub(y).square().mean();",
  );
}
