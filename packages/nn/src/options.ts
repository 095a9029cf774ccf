/**
 * How every function of this package reads its last argument, the options: by name, each with its
 * default, none unknown. Not here: what an option means.
 */
import { ArgumentError } from "@nabla/core";

/**
 * All options, from those given and the defaults of the rest; `undefined` counts as not given. An
 * option whose default is a number, a string or a truth value must be one, too; where an option has
 * a choice (a number or a list, a tensor or null), its default is a list or null, and the caller
 * checks it. Throws an ArgumentError for an unknown name and for the wrong kind.
 */
export function readOptions<Options extends object>(
  name: string,
  options: Options,
  defaults: Required<Options>,
): Required<Options> {
  const names = Object.keys(defaults).join(", ");
  if (typeof options !== "object" || (options as Options | null) === null || "node" in options) {
    throw new ArgumentError(
      `${name}: the last argument is no options; its options are ${names}, as in ` +
        `${name}(..., { ${Object.keys(defaults)[0]}: ... }).`,
    );
  }
  const complete = { ...defaults };
  for (const [key, value] of Object.entries(options) as [keyof Options & string, unknown][]) {
    if (!Object.hasOwn(defaults, key)) {
      throw new ArgumentError(`${name}: there is no option "${key}"; its options are ${names}.`);
    }
    const kind = typeof defaults[key];
    if (value === undefined) continue;
    if (kind !== "object" && (typeof value !== kind || Number.isNaN(value))) {
      const given = typeof value === "number" ? "NaN" : `a ${typeof value}`;
      throw new ArgumentError(`${name}: the option ${key} must be a ${kind}, and is ${given}.`);
    }
    complete[key] = value as Required<Options>[typeof key];
  }
  return complete;
}
