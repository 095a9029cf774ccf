/**
 * Words of which the rules of shapes are made: dimensions and where they are, sizes that must be
 * equal, dimensions put in the place of others, and sentences. Types only. The rules:
 * shape-rules.ts and shape-joins.ts.
 */
import type { Shape } from "./shape.js";

/** How shapes are written in sentences. */
export type Show<S> = `[${Listed<S>}]`;
type Listed<S> = S extends readonly [infer N extends number, ...infer Rest]
  ? `${number extends N ? "number" : N}${Rest extends readonly [] ? "" : `, ${Listed<Rest>}`}`
  : "";

export type Or<Given, Default> = Given extends undefined ? Default : Given;
/** A result, unless there is a reason against it. */
export type Beside<Reason, Result> = Reason extends string ? Reason : Result;
/** A sentence about two shapes. */
export type About<S, Word extends string, T, Result> = Result extends string
  ? `${Show<S>} ${Word} ${Show<T>}: ${Result}`
  : Result;
/** Sizes that must be equal. */
export type Equal<M, N> = [M, N] extends [N, M]
  ? M
  : number extends M
    ? N
    : number extends N
      ? M
      : [M & N] extends [never]
        ? `${M & number} ≠ ${N & number}`
        : number;

/** What dimensions are called, by how many there are. Of more than six nothing is known. */
interface Places {
  0: { "0": 0; "-1": 0 };
  1: { "0": 0; "-1": 0 };
  2: { "0": 0; "1": 1; "-2": 0; "-1": 1 };
  3: { "0": 0; "1": 1; "2": 2; "-3": 0; "-2": 1; "-1": 2 };
  4: { "0": 0; "1": 1; "2": 2; "3": 3; "-4": 0; "-3": 1; "-2": 2; "-1": 3 };
  5: { "0": 0; "1": 1; "2": 2; "3": 3; "4": 4; "-5": 0; "-4": 1; "-3": 2; "-2": 3; "-1": 4 };
  6: {
    "0": 0;
    "1": 1;
    "2": 2;
    "3": 3;
    "4": 4;
    "5": 5;
    "-6": 0;
    "-5": 1;
    "-4": 2;
    "-3": 3;
    "-2": 4;
    "-1": 5;
  };
}
/** Where a dimension is, counted from 0, or a sentence about the shape `Told`. */
export type Place<S extends Shape, D, Told = S> = D extends number
  ? number extends D
    ? number
    : S["length"] extends keyof Places
      ? `${D}` extends keyof Places[S["length"]]
        ? Places[S["length"]][`${D}`]
        : `${Show<Told>}: there is no dimension ${D}`
      : number
  : number;
export type Names<S extends Shape> = S["length"] extends keyof Places
  ? keyof Places[S["length"]]
  : string;
/** The size of a dimension. */
export type At<S, P> = S[P & keyof S] & number;

/** A dimension replaced by others, or by none. */
export type Spliced<S, P, New extends unknown[], Before extends unknown[] = []> = P extends number
  ? number extends P
    ? Shape
    : S extends readonly [infer N, ...infer Rest]
      ? Before["length"] extends P
        ? [...Before, ...New, ...Rest]
        : Spliced<Rest, P, New, [...Before, N]>
      : Before
  : P;
/** With another size in the place of one. */
export type Replaced<S, P, N> = Spliced<S, P, [N extends number ? N : number]>;
export type Inserted<S, P, N = 1, Before extends unknown[] = []> = P extends number
  ? number extends P
    ? Shape
    : Before["length"] extends P
      ? [...Before, N, ...(S extends Shape ? S : [])]
      : S extends readonly [infer M, ...infer Rest]
        ? Inserted<Rest, P, N, [...Before, M]>
        : never
  : P;
