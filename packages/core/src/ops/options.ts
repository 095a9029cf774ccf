/**
 * How every function and class reads its options: by name, each with its default, none unknown. Not
 * here: what an option means.
 */
import { ArgumentError, describe } from "../errors.js";

/**
 * All options, from those given and the defaults of the rest; `undefined` counts as not given. An
 * option whose default is a number, a string or a truth value must be one, too; where an option has
 * a choice (a number or a list, a tensor or null), its default is a list, null or `undefined`, and
 * the caller checks it. `leftOut` says of names that one may expect why there are none. Throws an
 * ArgumentError for an unknown name and for the wrong kind. It is what to read the options of a
 * layer or an optimizer of one's own with.
 * @example
 * readOptions("Scale", { by: 3 }, { by: 1, inplace: false }) // { by: 3, inplace: false }
 * readOptions("Scale", { size: 3 }, { by: 1 }) // throws ArgumentError: Scale: there is no option
 */
export function readOptions<Options extends object>(
  name: string,
  options: Options,
  defaults: Required<Options>,
  leftOut?: Readonly<Record<string, string>>,
): Required<Options>;
export function readOptions<Options extends object>(
  name: string,
  options: Partial<Options>,
  defaults: Required<Options>,
  leftOut?: Readonly<Record<string, string>>,
): Required<Options>;
export function readOptions<Options extends object>(
  name: string,
  options: Options,
  defaults: Required<Options>,
  leftOut: Readonly<Record<string, string>> = {},
): Required<Options> {
  const known = `its options are ${Object.keys(defaults).join(", ") || "none"}`;
  if (typeof options !== "object" || (options as Options | null) === null || "node" in options) {
    throw new ArgumentError(
      `${name}: ${describe(options)} is given where options by name belong, in braces; ${known}.`,
    );
  }
  const complete = { ...defaults };
  for (const [key, value] of Object.entries(options) as [keyof Options & string, unknown][]) {
    if (value === undefined) continue;
    if (!Object.hasOwn(defaults, key)) {
      const reason = leftOut[key] === undefined ? "" : ` as in PyTorch: ${leftOut[key]}`;
      throw new ArgumentError(`${name}: there is no option "${key}"${reason}; ${known}.`);
    }
    const kind = typeof defaults[key];
    if (/number|string|boolean/.test(kind) && (typeof value !== kind || Number.isNaN(value))) {
      throw new ArgumentError(
        `${name}: the option ${key} must be a ${kind}, and is ${describe(value)}.`,
      );
    }
    complete[key] = value as Required<Options>[typeof key];
  }
  return complete;
}
