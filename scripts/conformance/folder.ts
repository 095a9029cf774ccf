// Which files a folder of records has, and what each of them is. Not what is in them.

import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import { isRecord } from "./format.js";
import type { RecordedOp } from "./format.js";
import { runInitializer } from "./initializers.js";
import type { RecordedInitializer } from "./initializers.js";
import { runModule } from "./modules.js";
import type { RecordedModule } from "./modules.js";
import { runOptimizers } from "./optimizers.js";
import type { Outcome } from "./outcome.js";
import { runSchedulers } from "./schedulers.js";

/** A folder or a file that is not what it should be; the message is for whoever asked. */
export class BadFolder extends Error {}

/** A file of records that is run as a whole. */
export interface Suite {
  readonly title: string;
  readonly run: () => Outcome[];
}

/** A file of records that has no runner yet. */
export interface Unread {
  readonly file: string;
  readonly kind: string;
  readonly cases: number;
}

export interface Found {
  readonly operators: readonly RecordedOp[];
  readonly suites: readonly Suite[];
  readonly others: readonly Unread[];
}

/** What is in a folder, or in its sub-folders of records. */
export function readFolder(folder: string): Found {
  const path = resolve(folder);
  if (!existsSync(path)) throw new BadFolder(`there is no folder ${folder}`);
  if (!statSync(path).isDirectory()) throw new BadFolder(`${folder} is a file, and no folder`);
  const kinds = ["ops", "optim", "schedulers", "nn"].map((kind) => join(path, kind));
  const inside = kinds.filter((kind) => existsSync(kind));
  const files = [path, ...inside].flatMap(jsonFiles);
  const operators: RecordedOp[] = [];
  const suites: Suite[] = [];
  const others: Unread[] = [];
  for (const file of files) {
    const content = read(file);
    const kind = kindOf(content);
    const title = basename(file, ".json");
    const run = kind === null ? undefined : runners[kind];
    if (kind === "operator") operators.push(content as RecordedOp);
    else if (run !== undefined) suites.push({ title, run: () => run(content, title) });
    else if (kind !== null)
      others.push({ file: basename(file), kind, cases: listOf(content).length });
  }
  if (operators.length + suites.length + others.length > 0) return { operators, suites, others };
  throw new BadFolder(
    `${folder} has no records: give a folder of JSON files such as ops/, or the folder it is in`,
  );
}

const jsonFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(folder, name));

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new BadFolder(`${file} is no JSON: ${(error as Error).message}`);
  }
}

/** How the cases of a file are run, by what it holds; its title is for messages. */
const runners: Readonly<Record<string, (content: unknown, title: string) => Outcome[]>> = {
  optimizers: runOptimizers,
  schedulers: runSchedulers,
  modules: eachCase((recorded, id) => runModule(recorded as RecordedModule, id)),
  initializers: eachCase((recorded, id) => runInitializer(recorded as RecordedInitializer, id)),
};

/** What files hold, by a name that each of their entries has. */
const kinds: Readonly<Record<string, string>> = {
  scheduler: "schedulers",
  optimizer: "optimizers",
  module: "modules",
  kind: "initializers",
  program: "programs",
  a: "types of results",
};

/** What a file is; `null` for an index of others. */
function kindOf(content: unknown): string | null {
  if (isRecord(content) && typeof content["op"] === "string") return "operator";
  if (isRecord(content) && "ops" in content) return null;
  const [first] = listOf(content);
  const key = Object.keys(kinds).find((name) => isRecord(first) && name in first);
  return key === undefined ? "of an unknown kind" : kinds[key]!;
}

/** The entries of a file, whatever they are called. */
function listOf(content: unknown): readonly unknown[] {
  const lists = isRecord(content) ? ["cases", "rows", "programs"].map((key) => content[key]) : [];
  return [content, ...lists].find((list): list is unknown[] => Array.isArray(list)) ?? [content];
}

/** Runs the cases of a file, by their own names or by their numbers. */
function eachCase(run: (recorded: unknown, id: string) => Outcome) {
  return (content: unknown, title: string): Outcome[] =>
    listOf(content).map((recorded, i) => {
      const own = isRecord(recorded) ? recorded["id"] : undefined;
      return run(recorded, typeof own === "string" ? own : `${title}#${i}`);
    });
}
