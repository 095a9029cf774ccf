// What the comments of a documentation example claim. Not their verdict: this file only turns
// each claim into a call that checks it when the example runs in doc-runner.ts, on a line N:
//
//   x.sum() // tensor(6.)      becomes  $.value(N, "tensor(6.)", x.sum());
//   console.log(2) // 2        becomes  $.print(N, "2")(2);
//   f() // throws E: why       becomes  await $.throws(N, "E: why", async () => f());
//   import { a } from "nabla"  becomes  const { a } = await $.load("nabla", ["a"]);
//
// Only whole expression statements make claims, so a remark may follow `const step = 0.1;`.
// Comment lines directly below a claim continue it; a blank line ends it.

import { Visitor } from "oxc-parser";
import type { ExpressionStatement, ImportDeclaration, Span } from "oxc-parser";

import type { Example } from "./doc-examples.js";
import { commentBlock, lineAt, parseSource } from "./source-code.js";
import type { SourceCode } from "./source-code.js";

/** An example as code that checks itself. */
export interface Rewritten {
  code: string;
  /** Whether statements run and none of them carries a claim. */
  showsNothing: boolean;
}

interface Edit extends Span {
  text: string;
}

/** Rewrites an example's claims into calls that check them, and its imports into loads. */
export function claimsToChecks(example: Example): Rewritten {
  const source = parseSource(example.file, example.code, example.line);
  const edits: Edit[] = [];
  let claims = 0;
  const topLevel = new Set<unknown>(source.program.body);

  new Visitor({
    ExpressionStatement(statement) {
      const print = printCallee(statement);
      const claim = claimAfter(source, statement.end);
      // Inside a loop or a function a comment may be a remark, except on what prints.
      if (claim === undefined || (print === undefined && !topLevel.has(statement))) return;
      claims += 1;
      const line = lineAt(source, statement.start);
      if (print === undefined) edits.push(...claimEdits(statement, claim, line));
      else
        edits.push({
          start: print.start,
          end: print.end,
          text: `$.print(${line}, ${JSON.stringify(claim)})`,
        });
    },
    ImportDeclaration(declaration) {
      const { start, end } = declaration;
      edits.push({ start, end, text: loadStatement(declaration) });
    },
  }).visit(source.program);

  for (const { type, start } of source.program.body) {
    if (type === "ImportDeclaration") continue;
    edits.push({ start, end: start, text: `$.at(${lineAt(source, start)});` });
  }
  const statements = source.program.body.filter(({ type }) => type === "ExpressionStatement");
  const showsNothing = statements.length > 0 && claims === 0;
  return { code: applyEdits(source.text, edits), showsNothing };
}

/** Where `console.log` stands, if that is what the statement calls. */
function printCallee({ expression }: ExpressionStatement): Span | undefined {
  if (expression.type !== "CallExpression") return undefined;
  const { callee } = expression;
  const prints =
    callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    callee.object.name === "console" &&
    callee.property.type === "Identifier" &&
    callee.property.name === "log";
  return prints ? callee : undefined;
}

/** The text of the comment that follows on the same line, with the comment lines below it. */
function claimAfter(source: SourceCode, end: number): string | undefined {
  const comment = source.comments.find(({ start }) => start >= end);
  if (comment?.type !== "Line") return undefined;
  if (!/^[ \t;]*$/.test(source.text.slice(end, comment.start))) return undefined;
  const lines = commentBlock(source, comment).map(({ value }) => value.replace(/^ /, ""));
  return lines.join("\n").trimEnd();
}

function claimEdits(statement: ExpressionStatement, claim: string, line: number): Edit[] {
  const { start, end } = statement.expression;
  const thrown = /^throws ([\s\S]*)$/.exec(claim)?.[1];
  const around = (open: string, close: string): Edit[] => [
    { start, end: start, text: open },
    { start: end, end: statement.end, text: close },
  ];
  if (thrown !== undefined) {
    return around(`await $.throws(${line}, ${JSON.stringify(thrown)}, async () => (`, "));");
  }
  return around(`$.value(${line}, ${JSON.stringify(claim)}, (`, "));");
}

function loadStatement({ importKind, specifiers, source }: ImportDeclaration): string {
  if (importKind === "type") return "";
  const from = JSON.stringify(source.value);
  const names: string[] = [];
  const bindings: string[] = [];
  let whole = "";
  for (const specifier of specifiers) {
    const local = specifier.local.name;
    if (specifier.type === "ImportNamespaceSpecifier") {
      whole = `const ${local} = await $.load(${from}, []);`;
    } else if (specifier.type === "ImportDefaultSpecifier") {
      names.push("default");
      bindings.push(`default: ${local}`);
    } else if (specifier.importKind !== "type" && specifier.imported.type === "Identifier") {
      names.push(specifier.imported.name);
      bindings.push(`${specifier.imported.name}: ${local}`);
    }
  }
  const list = JSON.stringify(names);
  return `${whole}const { ${bindings.join(", ")} } = await $.load(${from}, ${list});`;
}

/** Of two edits at one place, the later one's text comes first. */
function applyEdits(text: string, edits: Edit[]): string {
  let result = text;
  for (const edit of edits.sort((a, b) => b.start - a.start)) {
    result = result.slice(0, edit.start) + edit.text + result.slice(edit.end);
  }
  return result;
}
