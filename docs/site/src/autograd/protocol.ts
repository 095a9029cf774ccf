/** What the page and the worker that runs its reader's code say to each other. */
import type { BackwardStep } from "@nabla/viz";

/** Run this. Answers carry the number of their question: only the last one counts. */
export interface Question {
  readonly id: number;
  readonly code: string;
}

/** The graph as a drawing, and the way back through it. */
export interface Picture {
  readonly id: number;
  readonly kind: "picture";
  readonly svg: string;
  readonly result: string;
  readonly steps: readonly BackwardStep[];
}

/** Why there is none: the code failed, or left nothing to draw, or too much. */
export type Refusal =
  | { readonly id: number; readonly kind: "failed"; readonly message: string }
  | { readonly id: number; readonly kind: "nothing" }
  | { readonly id: number; readonly kind: "constant" }
  | { readonly id: number; readonly kind: "large"; readonly count: number };

export type Answer = Picture | Refusal;
