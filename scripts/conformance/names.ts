// What the tables of names say: how PyTorch's operators are called here, where a call differs by
// more than spelling. The tables are in names/; call.ts reads them.

/** What code in a table gets after its arguments. */
export interface Asked {
  /** Whether every plain number was an integer in Python, where 1 and 1.0 are not the same. */
  readonly isWhole: boolean;
}

/**
 * How operators are called, by PyTorch's names. The key may give PyTorch's parameters in brackets,
 * where the records name them wrongly or not at all. The value is the call here in PyTorch's words,
 * `"functional.conv2d(input, weight, bias, { stride, padding })"`, where what was not given is left
 * out; `"abs"` alone if only the name differs; or code, which gets the parameters of the key in
 * order (`undefined` for what was not given), and then what was asked.
 */
export type Names = Readonly<Record<string, string | Code>>;

/** Any function at all: the records are the only ones who know the types. */
export type Code = (...given: never[]) => unknown;

/** An operator that the library does not have. */
export class Missing extends Error {}

/** A name of PyTorch's as it is spelled here: `step_size` is `stepSize`, and `T_max` is `tMax`. */
export const camelCase = (name: string): string =>
  name
    .replace(/^_+/, "")
    .replace(/^[A-Z](?=_)/, (letter) => letter.toLowerCase())
    .replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
