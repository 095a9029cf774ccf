/**
 * The page's end of the worker that knows TypeScript (types.worker.ts), which is large and so
 * begins when it is first asked; and what it does in the editor: red lines, completions, types
 * where the pointer rests.
 */
import { autocompletion } from "@codemirror/autocomplete";
import type { CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { linter, lintKeymap } from "@codemirror/lint";
import type { Diagnostic } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import { hoverTooltip, keymap } from "@codemirror/view";

import type { Answer, Answers, Description, Question } from "./protocol.js";

let worker: Worker | null = null;
let asked = 0;
const waiting = new Map<number, (answer: Answers[Question["kind"]]) => void>();

/** Asks the compiler about a program. */
export function ask<K extends Question["kind"]>(
  kind: K,
  code: string,
  at = 0,
  name = "",
): Promise<Answers[K]> {
  worker ??= begin();
  const id = ++asked;
  const question: Question = { id, kind, code, at, name };
  return new Promise((resolve) => {
    waiting.set(id, (answer) => resolve(answer as Answers[K]));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- It goes to a worker.
    worker!.postMessage(question);
  });
}

function begin(): Worker {
  const made = new Worker(new URL("types.worker.ts", import.meta.url), { type: "module" });
  made.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    waiting.get(data.id)?.(data.answer);
    waiting.delete(data.id);
  });
  return made;
}

/** What the editor can do by it; `checked` is told how many errors there are. */
export function typed(checked: (errors: number) => void): Extension {
  return [
    linter(
      async ({ state }): Promise<Diagnostic[]> => {
        const problems = await ask("check", state.doc.toString());
        checked(problems.filter(({ isError }) => isError).length);
        return problems
          .filter(({ to }) => to <= state.doc.length)
          .map(({ from, to, message, isError }) => {
            return { from, to, message, severity: isError ? "error" : "warning" };
          });
      },
      { delay: 400 },
    ),
    autocompletion({ override: [complete] }),
    hoverTooltip(async ({ state }, at) => {
      const found = await ask("hover", state.doc.toString(), at);
      if (found === null || found.type === "") return null;
      return { pos: found.from, end: found.to, above: true, create: () => ({ dom: told(found) }) };
    }),
    keymap.of(lintKeymap),
  ];
}

async function complete(context: CompletionContext): Promise<CompletionResult | null> {
  const { state, pos, explicit } = context;
  const word = context.matchBefore(/[\w$]+$/);
  const isMember = state.sliceDoc(pos - 1, pos) === ".";
  if (word === null && !isMember && !explicit) return null;
  const code = state.doc.toString();
  const found = await ask("complete", code, pos);
  if (found === null || context.aborted) return null;
  return {
    from: word?.from ?? pos,
    validFor: /^[\w$]*$/,
    options: found.options.map(({ label, kind, order }) => ({
      label,
      type: kind === "const" ? "constant" : kind,
      sortText: order + label,
      // Names of the library and of the program come before those of the language.
      boost: order.startsWith("11") ? 1 : 0,
      info: async () => {
        const description = await ask("describe", code, pos, label);
        return description === null ? null : told(description);
      },
    })),
  };
}

/** A type, and what the docstring says, of which a tooltip has room for the beginning. */
function told({ type, text }: Description): HTMLElement {
  const made = document.createElement("div");
  made.className = "cm-told";
  const code = document.createElement("code");
  code.textContent = type;
  const words = document.createElement("p");
  words.textContent = text.length > 400 ? `${text.slice(0, 400)} …` : text;
  made.append(code, ...(text === "" ? [] : [words]));
  return made;
}
