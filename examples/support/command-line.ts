/**
 * What every example does around its story: options, a user's mistake told in a sentence instead of
 * a stack trace, points from a file, a picture into a folder. The stories are one folder up.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import TextTable from "cli-table3";
import { Command, InvalidArgumentError } from "commander";
import { DataError, NablaError, readTable } from "nabla";
import type { ReadTableOptions, Table } from "nabla";
import { PlotError } from "nabla/viz";

import type { Fit, Points } from "./line.js";
import { Mistake } from "./mistake.js";

/** A command with the options that all examples share. */
export function command(name: string, description: string): Command {
  return new Command(`npm run example -- ${name}`)
    .description(description)
    .allowExcessArguments(false)
    .option("--out <dir>", "the folder for the picture", "out");
}

/** Runs an example. A mistake of the user's ends it with a sentence and exit code 1. */
export function run(example: () => void): void {
  try {
    example();
  } catch (error) {
    const told = [Mistake, DataError, NablaError, PlotError].some((kind) => error instanceof kind);
    if (!told) throw error;
    console.error(`\nerror: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

/** An option's text as a number. */
export function number(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It must be a number, such as 4 or -0.5.");
}

/** An option's text as a number that is 0 or more. */
export function rate(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (value >= 0 && value < Infinity) return value;
  throw new InvalidArgumentError("It must be a number, 0 or more, such as 0.01.");
}

/** An option's text as a whole number that is 0 or more. */
export function count(text: string): number {
  if (/^\d{1,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 0 to 99999999, such as 1000.");
}

/** An option's text as several rates with commas between them. */
export const rates = (text: string): number[] => text.split(",").map(rate);

/** A file that the repository brings along, in examples/data. */
export const shipped = (name: string): string =>
  relative(process.cwd(), fileURLToPath(new URL(`../data/${name}`, import.meta.url)));

/** Points around a line; scripts/make-noisy-line.ts made them. */
export const noisyLine = shipped("noisy-line.csv");

/** Reads two columns of numbers, and refuses what no line can be fitted to. */
export function readPoints(file: string): Points {
  const table = readNumbers(file, { columns: 2 });
  const [x, y] = [table.column(0), table.column(1)];
  if (x.length < 2) {
    throw new Mistake(`${file} has ${x.length} point; a line needs at least two.`);
  }
  if (x.every((value) => value === x[0])) {
    throw new Mistake(
      `All ${x.length} points in ${file} have x = ${x[0]}, so no slope fits them better than ` +
        "another; give points with different x.",
    );
  }
  return { x, y };
}

/** Reads a table of numbers. */
export function readNumbers(file: string, options: ReadTableOptions = {}): Table {
  const text = readText(file);
  if (text.includes("\0")) {
    throw new Mistake(`${file} is no plain text: save it as UTF-8 text, with commas.`);
  }
  try {
    return readTable(text, options);
  } catch (error) {
    if (error instanceof DataError) throw new Mistake(`${file}: ${error.message}`);
    throw error;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a folder",
      EACCES: "it may not be read",
    };
    throw new Mistake(`${file} cannot be read: ${reasons[code ?? ""] ?? code}. Check --data.`);
  }
}

/** Prints fits side by side, with every digit they have. */
export function showFits(fits: Readonly<Record<string, Fit>>): void {
  const head = ["", "w", "b", "error", "time"];
  const table = new TextTable({ head, style: { head: [], border: [], compact: true } });
  for (const [name, { w, b, error, milliseconds }] of Object.entries(fits)) {
    table.push([name, w, b, error, `${milliseconds.toFixed(2)} ms`]);
  }
  console.log(`\n${table.toString()}`);
}

/** Writes a picture into a folder, which is made if need be, and says where it is. */
export function writePicture(folder: string, name: string, svg: string): void {
  const file = join(folder, name);
  write(file, () => writeFileSync(file, svg));
  console.log(`\nThe picture is in ${file}`);
}

/** Writes a file by `how` into its folder, which is made if need be. */
export function write(file: string, how: () => void): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    how();
  } catch (error) {
    throw new Mistake(`${file} cannot be written: ${(error as Error).message}. Check --out.`);
  }
}
