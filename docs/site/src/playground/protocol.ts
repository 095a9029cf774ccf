/** What the playground's page and its two workers say to each other. */

/** To the worker that runs programs: a program, as JavaScript. */
export interface Program {
  readonly javascript: string;
  /** Whether it imports what draws. */
  readonly draws: boolean;
}

/** A line that a program printed, the value of one of its statements, a picture, its end. */
export type Output =
  | { readonly kind: "ready" | "done" }
  | { readonly kind: "text" | "warning" | "error"; readonly text: string }
  | { readonly kind: "value"; readonly text: string; readonly line: number }
  | { readonly kind: "picture"; readonly svg: string }
  | { readonly kind: "thrown"; readonly text: string; readonly place: Place | null };

/** A place in the JavaScript that runs, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What the worker that knows TypeScript is asked; every question has the code as it is. */
export interface Question {
  readonly id: number;
  readonly kind: "check" | "complete" | "describe" | "hover" | "translate";
  readonly code: string;
  /** A position in the code. */
  readonly at: number;
  /** What is to be described: one of the completions. */
  readonly name: string;
}

export interface Problem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly isError: boolean;
}

export interface Completion {
  readonly label: string;
  readonly kind: string;
  readonly order: string;
}

export interface Description {
  readonly from: number;
  readonly to: number;
  readonly type: string;
  readonly text: string;
}

/** A program as JavaScript, and where its lines come from. */
export interface Translation {
  readonly javascript: string;
  /** What is no TypeScript at all, so that nothing can run. */
  readonly problems: readonly Problem[];
  /** For each line of the JavaScript, columns in order and the lines of the program they are of. */
  readonly lines: readonly (readonly (readonly [column: number, line: number])[])[];
}

/** The answers, by the kind of the question. */
export interface Answers {
  readonly check: readonly Problem[];
  readonly complete: { readonly from: number; readonly options: readonly Completion[] } | null;
  readonly describe: Description | null;
  readonly hover: Description | null;
  readonly translate: Translation;
}

export interface Answer {
  readonly id: number;
  readonly answer: Answers[Question["kind"]];
}
