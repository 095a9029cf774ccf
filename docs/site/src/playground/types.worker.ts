/**
 * The TypeScript compiler and its language service, over the declarations of the library as they
 * were when the site was built: what is wrong with a program, what may come next, what a name is,
 * and the program as JavaScript. It knows one file, the reader's.
 */
import ts from "typescript-v6";
import { files } from "virtual:declarations";

import type { Answer, Answers, Completion, Description, Problem, Question } from "./protocol.js";

const program = "/program.ts";
const sources = new Map(Object.entries(files));
let version = 0;

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2022.d.ts"],
  types: [],
  strict: true,
  // A reader may leave types out.
  noImplicitAny: false,
  noImplicitThis: false,
  skipLibCheck: true,
  allowImportingTsExtensions: false,
};

const host: ts.LanguageServiceHost = {
  getCompilationSettings: () => options,
  getCurrentDirectory: () => "/",
  getDefaultLibFileName: () => "/lib/lib.es2022.d.ts",
  getScriptFileNames: () => [program, "/globals.d.ts"],
  getScriptVersion: (name) => (name === program ? String(version) : "0"),
  getScriptSnapshot(name) {
    const text = sources.get(name);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  fileExists: (name) => sources.has(name),
  readFile: (name) => sources.get(name),
  directoryExists: (name) => name === "/" || folders.has(name),
  getDirectories: () => [],
  realpath: (name) => name,
};
const folders = new Set(
  [...sources.keys()].flatMap((path) => {
    const parts = path.split("/").slice(1, -1);
    return parts.map((_, i) => `/${parts.slice(0, i + 1).join("/")}`);
  }),
);
const service = ts.createLanguageService(host, ts.createDocumentRegistry());

/** The answers, by the kind of the question. */
const answers: { readonly [K in Question["kind"]]: (question: Question) => Answers[K] } = {
  check: () =>
    [...service.getSyntacticDiagnostics(program), ...service.getSemanticDiagnostics(program)].map(
      problemOf,
    ),
  complete({ at }) {
    const found = service.getCompletionsAtPosition(program, at, {});
    if (found === undefined) return null;
    const from = found.optionalReplacementSpan?.start ?? at;
    const shown = found.entries.filter(({ kind }) => kind !== ts.ScriptElementKind.warning);
    const completions = shown.map(({ name, kind, sortText }): Completion => ({
      label: name,
      kind,
      order: sortText,
    }));
    return { from, options: completions };
  },
  describe({ at, name }) {
    const found = service.getCompletionEntryDetails(
      program,
      at,
      name,
      {},
      undefined,
      {},
      undefined,
    );
    if (found === undefined) return null;
    const { displayParts, documentation } = found;
    return description(at, at, displayParts, documentation ?? []);
  },
  hover({ at }) {
    const found = service.getQuickInfoAtPosition(program, at);
    if (found === undefined) return null;
    const { textSpan, displayParts, documentation } = found;
    const end = textSpan.start + textSpan.length;
    return description(textSpan.start, end, displayParts ?? [], documentation ?? []);
  },
  translate({ code }) {
    const { outputText, sourceMapText, diagnostics } = ts.transpileModule(code, {
      fileName: program,
      reportDiagnostics: true,
      compilerOptions: { ...options, module: ts.ModuleKind.CommonJS, sourceMap: true },
      transformers: { before: [showValues] },
    });
    const { mappings } = JSON.parse(sourceMapText!) as { mappings: string };
    const javascript = outputText.replace(/\/\/# sourceMappingURL.*\s*$/, "");
    return { javascript, problems: (diagnostics ?? []).map(problemOf), lines: decoded(mappings) };
  },
};

function problemOf({ start = 0, length = 0, messageText, category }: ts.Diagnostic): Problem {
  return {
    from: start,
    to: start + length,
    message: ts.flattenDiagnosticMessageText(messageText, "\n"),
    isError: category === ts.DiagnosticCategory.Error,
  };
}

function description(
  from: number,
  to: number,
  type: readonly ts.SymbolDisplayPart[],
  text: readonly ts.SymbolDisplayPart[],
): Description {
  return {
    from,
    to,
    type: ts.displayPartsToString([...type]),
    text: ts.displayPartsToString([...text]),
  };
}

/** The value of a statement that is nothing but an expression is shown: `$show(line, value)`. */
const showValues: ts.TransformerFactory<ts.SourceFile> = (context) => (source) => {
  const { factory } = context;
  const statements = source.statements.map((statement) => {
    if (!ts.isExpressionStatement(statement) || !hasValue(statement.expression)) return statement;
    const { line } = source.getLineAndCharacterOfPosition(statement.getStart(source));
    const call = factory.createCallExpression(factory.createIdentifier("$show"), undefined, [
      factory.createNumericLiteral(line + 1),
      statement.expression,
    ]);
    const shown = factory.createAwaitExpression(call);
    return factory.updateExpressionStatement(statement, shown);
  });
  return factory.updateSourceFile(source, statements);
};

/** Not what is written for its effect: assignments, `i++`, `console.log`, "use strict". */
function hasValue(expression: ts.Expression): boolean {
  if (ts.isStringLiteral(expression) || ts.isPostfixUnaryExpression(expression)) return false;
  if (ts.isBinaryExpression(expression)) {
    return expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken;
  }
  return !expression.getText().startsWith("console.");
}

/** The mappings of a source map. The format: https://tc39.es/ecma426/ */
function decoded(mappings: string): (readonly [column: number, line: number])[][] {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let line = 0;
  return mappings.split(";").map((segments) => {
    let column = 0;
    return segments.split(",").flatMap((segment) => {
      const numbers: number[] = [];
      let [value, shift] = [0, 0];
      for (const letter of segment) {
        const digit = digits.indexOf(letter);
        value += (digit & 31) << shift;
        shift += 5;
        if (digit & 32) continue;
        numbers.push(value & 1 ? -(value >> 1) : value >> 1);
        [value, shift] = [0, 0];
      }
      column += numbers[0] ?? 0;
      line += numbers[2] ?? 0;
      return numbers.length === 0 ? [] : [[column + 1, line + 1] as const];
    });
  });
}

addEventListener("message", ({ data }: MessageEvent<Question>) => {
  if (sources.get(program) !== data.code) {
    sources.set(program, data.code);
    version += 1;
  }
  const answer: Answer = { id: data.id, answer: answers[data.kind](data) };
  postMessage(answer);
});
