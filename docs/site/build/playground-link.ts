/**
 * Addresses that open a program in the playground: the program, deflated, is behind the `#`, so it
 * is sent to nobody. The playground's side is in src/playground/link.ts.
 */
import { deflateRawSync } from "node:zlib";

import { Visitor } from "oxc-parser";

import { markdownExamples } from "../../../scripts/doc-examples.js";
import type { Example } from "../../../scripts/doc-examples.js";
import { parseSource } from "../../../scripts/source-code.js";

/** What comes after `playground.html` for a program. */
export const fragmentOf = (code: string): string =>
  `#code=${deflateRawSync(Buffer.from(code.trim()), { level: 9 }).toString("base64url")}`;

/** The programs that the examples of a Markdown file are, by the code that is shown. */
export function programs(file: string, text: string): Map<string, string> {
  const whole = ({ before, code }: Example): string =>
    withoutSecondImports([...before.map((part) => part.code), code].join("\n"));
  return new Map(
    markdownExamples(file, text)
      .map((example) => [example.code, whole(example)] as const)
      .filter(([, program]) => !needsNode(program)),
  );
}

const needsNode = (program: string): boolean => /from "node:|\bprocess\.|require\(/.test(program);

/** What is imported from where, by name, and whether only as a type. */
type Imports = Map<string, Map<string, boolean>>;

/** A program in which several parts import makes one of what they import. */
function withoutSecondImports(program: string): string {
  const known: Imports = new Map();
  const rest = program.replaceAll(
    /^import (type )?\{([^}]*)\} from "([^"]+)";\n?/gm,
    (_, type: string | undefined, names: string, from: string) => {
      const found = known.get(from) ?? new Map<string, boolean>();
      known.set(from, found);
      for (const name of names.split(",").map((one) => one.trim())) {
        if (name !== "") found.set(name, type !== undefined && (found.get(name) ?? true));
      }
      return "";
    },
  );
  return importsOf(known) + rest.trimStart();
}

function importsOf(known: Imports): string {
  const lines = [...known].map(([from, names]) => {
    const listed = [...names].map(([name, isType]) => (isType ? `type ${name}` : name));
    return `import { ${listed.join(", ")} } from "${from}";\n`;
  });
  return lines.length === 0 ? "" : `${lines.join("")}\n`;
}

/** An example of a docstring, which has the public names in scope, with imports of its own. */
export function withImports(code: string, modules: ReadonlyMap<string, string>): string {
  const used = new Map<number, string>();
  const declared = new Set<string>();
  const isNoUse = new Set<number>();
  const declares = (node: { type: string; name?: unknown } | null): void => {
    if (node?.type === "Identifier") declared.add(String(node.name));
  };
  new Visitor({
    Identifier: ({ name, start }) => void used.set(start, name),
    MemberExpression: ({ computed, property }) => void (!computed && isNoUse.add(property.start)),
    Property: ({ key, shorthand }) => void (!shorthand && isNoUse.add(key.start)),
    VariableDeclarator: ({ id }) => declares(id),
    FunctionDeclaration: ({ id }) => declares(id),
    ClassDeclaration: ({ id }) => declares(id),
  }).visit(parseSource("an example", code).program);
  const known: Imports = new Map();
  for (const [start, name] of used) {
    const from = modules.get(name);
    if (from === undefined || declared.has(name) || isNoUse.has(start)) continue;
    known.set(from, (known.get(from) ?? new Map<string, boolean>()).set(name, false));
  }
  return importsOf(known) + code;
}
