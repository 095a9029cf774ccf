// From recorded arguments, positional and by PyTorch's names, to a call here: values in their
// place, then one object of options. The signatures are written in names/modules.ts.

/** Options that say nothing about numbers. */
const unheard = new Set(["device", "dtype", "inplace"]);

export const camelCase = (name: string): string =>
  name.replaceAll(/(?<=.)_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The arguments of a call, by a signature such as `"in out | bias"`; null for as recorded. */
export function bind(
  signature: string | null,
  args: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): unknown[] {
  const [before = "", behind = ""] = (signature ?? "").split("|");
  const positional = before.split(" ").filter((name) => name !== "");
  const order = [...positional, ...behind.split(" ").filter((name) => name !== "")];
  const named = new Map(Object.entries(options));
  const values: unknown[] = [];
  for (const [i, value] of args.entries()) {
    const name = order[i];
    if (i < positional.length || name === undefined) values.push(value);
    else named.set(name, value);
  }
  while (values.length < positional.length && named.size > 0) {
    const name = positional[values.length]!;
    if (!positional.slice(values.length).some((one) => named.has(one))) break;
    values.push(named.get(name));
    named.delete(name);
  }
  for (const name of unheard) named.delete(name);
  if (named.size === 0) return values;
  const entries = [...named].map(([name, value]) => [camelCase(name), value] as const);
  return [...values, Object.fromEntries(entries)];
}
