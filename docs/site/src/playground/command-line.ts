/**
 * What examples/support/command-line.ts is in Node, for the examples that run in the playground:
 * options have their defaults, and a picture is shown instead of written. The two have the same
 * names; playground.test.ts runs the examples with this one.
 */
import { DataError, NablaError, readTable } from "nabla";
import type { Table } from "nabla";
import { PlotError } from "nabla/viz";
import { noisyLine as noisy } from "virtual:data";

import type { Fit, Points } from "../../../../examples/support/line.js";
import { Mistake } from "../../../../examples/support/mistake.js";

/** An option that says more of itself. */
export class Option {
  readonly flags: string;
  value: unknown;

  constructor(flags: string, _description: string) {
    this.flags = flags;
  }

  choices(_values: readonly string[]): this {
    return this;
  }

  default(value: unknown): this {
    this.value = value;
    return this;
  }
}

class Command {
  private readonly values: Record<string, unknown> = { out: "out" };

  option(flags: string, _description: string, parse?: unknown, value?: unknown): this {
    return this.addOption(
      new Option(flags, "").default(typeof parse === "function" ? value : parse),
    );
  }

  addOption({ flags, value }: Option): this {
    const name = /--([\w-]+)/.exec(flags)![1]!;
    this.values[name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())] = value;
    return this;
  }

  parse(): this {
    return this;
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- As commander's.
  opts<T>(): T {
    return this.values as T;
  }
}

export const command = (_name: string, _description: string): Command => new Command();

export function run(example: () => void): void {
  try {
    example();
  } catch (error) {
    const told = [Mistake, DataError, NablaError, PlotError].some((kind) => error instanceof kind);
    if (!told) throw error;
    console.error(`error: ${(error as Error).message}`);
  }
}

export const number = Number;
export const rate = Number;
export const count = Number;
export const rates = (text: string): number[] => text.split(",").map(Number);

export const noisyLine = "examples/data/noisy-line.csv";

export function readPoints(file: string): Points {
  if (file !== noisyLine) throw new Mistake(`${file} is not here: ${noisyLine} is.`);
  const table = readTable(noisy, { columns: 2 });
  return { x: table.column(0), y: table.column(1) };
}

export function readNumbers(file: string, _options: object = {}): Table {
  throw new Mistake(`${file} cannot be read here.`);
}

export function showFits(fits: Readonly<Record<string, Fit>>): void {
  const rows = Object.entries(fits).map(([name, { w, b, error, milliseconds }]) => [
    name,
    ...[w, b, error].map(String),
    `${milliseconds.toFixed(2)} ms`,
  ]);
  const all = [["", "w", "b", "error", "time"], ...rows];
  const widths = all[0]!.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  console.log(
    all.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ")).join("\n"),
  );
}

/** What is printed and is a picture is shown as one. */
export const writePicture = (_folder: string, _name: string, svg: string): void => console.log(svg);
