/**
 * A regression problem with certified answers, as a JSON file: read and checked. The fields are
 * described in examples/data/nist/README.md. Not here: the model's formula, which formula.ts reads.
 */
import { readFileSync } from "node:fs";

import { Mistake } from "./mistake.js";

/** A regression problem. */
export interface Problem {
  readonly name: string;
  readonly kind: "linear" | "nonlinear";
  readonly difficulty: string;
  /** What is fitted, in the names of predictors and parameters; and to what, in that of y. */
  readonly formula: string;
  readonly response: string;
  readonly predictors: readonly string[];
  readonly parameters: readonly string[];
  /** Where nonlinear fits begin; none for linear problems. */
  readonly starts: readonly (readonly number[])[];
  readonly certified: { readonly params: readonly number[]; readonly stddevs: readonly number[] };
  /** The values of each predictor, and of y. */
  readonly x: readonly (readonly number[])[];
  readonly y: readonly number[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a problem; what is wrong with the file is a `Mistake` that says where. */
export function readProblem(file: string): Problem {
  const refuse = (problem: string): never => {
    throw new Mistake(`${file}: ${problem}. Check --data.`);
  };
  const json = parse(file, refuse);
  const texts = (field: string): readonly string[] =>
    isList(json[field], "string") ? json[field] : refuse(`"${field}" must be a list of names`);
  const text = (field: string): string =>
    typeof json[field] === "string" ? json[field] : refuse(`"${field}" must be text`);
  const numbers = (value: unknown, field: string, count: number): readonly number[] =>
    isList(value, "number") && value.length === count && value.every(Number.isFinite)
      ? value
      : refuse(`"${field}" must be ${count} finite numbers`);
  const [predictors, parameters] = [texts("predictors"), texts("parameters")];
  const [kind, xs] = [text("kind"), json["x"]];
  const starts: unknown = json["starts"] ?? [];
  const certified = (json["certified"] ?? {}) as Fields;
  if (kind !== "linear" && kind !== "nonlinear") {
    return refuse('"kind" must be "linear" or "nonlinear"');
  }
  if (!Array.isArray(xs) || xs.length < parameters.length || parameters.length === 0) {
    return refuse(`"x" must be a list of at least as many points as there are "parameters"`);
  }
  if (!Array.isArray(starts) || (kind === "nonlinear" && starts.length === 0)) {
    return refuse('"starts" must be a list of places to begin at');
  }
  const rows = xs.map((row: unknown, i) =>
    numbers(Array.isArray(row) ? row : [row], `x[${i}]`, predictors.length),
  );
  const counted = parameters.length;
  return {
    name: text("name"),
    kind,
    difficulty: text("difficulty"),
    formula: text("formula"),
    response: text("response"),
    predictors,
    parameters,
    starts: starts.map((start: unknown, i) => numbers(start, `starts[${i}]`, counted)),
    certified: {
      params: numbers(certified["params"], "certified.params", counted),
      stddevs: numbers(certified["stddevs"], "certified.stddevs", counted),
    },
    x: predictors.map((_, k) => rows.map((row) => row[k]!)),
    y: numbers(json["y"], "y", rows.length),
  };
}

function parse(file: string, refuse: (problem: string) => never): Fields {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    return refuse(`it cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    const json: unknown = JSON.parse(content);
    if (typeof json === "object" && json !== null) return json as Fields;
  } catch (error) {
    return refuse(`it is no JSON: ${(error as Error).message}`);
  }
  return refuse("it holds no problem, which is an object");
}

const isList = <Kind extends "string" | "number">(
  value: unknown,
  kind: Kind,
): value is (Kind extends "string" ? string : number)[] =>
  Array.isArray(value) && value.every((item) => typeof item === kind);
