/** What the page and the worker with the clock say to each other. */
import type { Timing } from "../../../../bench/summary.js";

/** The ways to take a step, and the mistakes in timing them. */
export const ways = ["hand", "loop", "compiled"] as const;
export type Way = (typeof ways)[number];
export const trapNames = ["lazy", "cold", "captured", "order", "clock"] as const;
export type Trap = (typeof trapNames)[number];

/** The numbers that are computed with. */
export type Kind = "float32" | "float64";

/** What the page wants; a worker does one thing, and is ended when it is not wanted any more. */
export type Question =
  | {
      readonly kind: "race";
      readonly sizes: readonly number[];
      readonly numbers: Kind;
      readonly rounds: number;
    }
  | { readonly kind: "trap"; readonly trap: Trap };

/** Microseconds a step, for one number of points. */
export interface Row {
  readonly points: number;
  readonly times: Readonly<Record<Way, Timing>>;
  /** The line after five steps, which all ways have come to. */
  readonly line: readonly [w: number, b: number];
}

export type Answer =
  | { readonly kind: "tick"; readonly microseconds: number }
  | { readonly kind: "turn" }
  | { readonly kind: "row"; readonly row: Row }
  | { readonly kind: "trap"; readonly trap: Trap; readonly naive: number; readonly honest: number }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly message: string };
