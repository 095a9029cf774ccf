/** What the page and the worker with the network say to each other. */

/** A digit as a network sees it: 28 × 28 numbers from 0 to 1. */
export type Pixels = Float32Array;

/** What the page wants. Answers to `read` and `sample` carry its number. */
export type Question =
  | { readonly kind: "read"; readonly id: number; readonly pixels: Pixels }
  | { readonly kind: "sample"; readonly digit: number }
  | { readonly kind: "train"; readonly digits: number; readonly rounds: number }
  | { readonly kind: "stop" }
  | { readonly kind: "load"; readonly name: string; readonly bytes: ArrayBuffer };

/** A picture that was taken for what it is not, and the probability of that. */
export interface Mistake {
  readonly pixels: Pixels;
  readonly truth: number;
  readonly taken: number;
  readonly share: number;
}

/** How a network did on digits that it has not learnt from. */
export interface Report {
  readonly kind: "judged";
  /** Where it came from: trained here, to its end or not, or a file of this name. */
  readonly from: "trained" | "stopped" | { readonly file: string; readonly layers: string };
  readonly right: number;
  readonly of: number;
  readonly steps: number;
  readonly seconds: number;
  /** How often the digit of a row was taken for that of a column. */
  readonly counts: readonly (readonly number[])[];
  readonly mistakes: readonly Mistake[];
}

/** What came of it. */
export type Answer =
  | { readonly kind: "ready" }
  | {
      readonly kind: "read";
      readonly id: number;
      readonly scores: readonly number[];
      readonly probabilities: readonly number[];
    }
  | { readonly kind: "sample"; readonly pixels: Pixels }
  | {
      readonly kind: "progress";
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
    }
  | { readonly kind: "failed"; readonly name: string; readonly message: string }
  | Report;
