/**
 * Runs what the reader wrote, away from the page, and sends back the graph of its result. It has
 * a policy of its own (build/policy.ts): it may make code from text, and may fetch nothing. The
 * page ends it when it takes too long.
 */
import { keepValues } from "@nabla/core/inspect";
import { backwardSteps, graph } from "@nabla/viz";
import * as nabla from "nabla";

import type { Answer, Question } from "./protocol.js";

/** What code can call by its bare name: one export has the name of a word of the language. */
const library = Object.entries(nabla).filter(([name]) => name !== "var");

/** What can be shown at once. */
const MOST_STEPS = 40;

addEventListener("message", ({ data }: MessageEvent<Question>) => {
  void answer(data).then((found) => postMessage(found));
});

async function answer({ id, code }: Question): Promise<Answer> {
  try {
    const loss = run(code);
    if (loss === null) return { id, kind: "nothing" };
    if (!loss.requiresGrad) return { id, kind: "constant" };
    const direction = loss.numel() === 1 ? null : loss.detach().mul(0).add(1);
    const gradient = direction === null ? {} : { gradient: direction };
    const steps = backwardSteps(loss, gradient);
    if (steps.length > MOST_STEPS) return { id, kind: "large", count: steps.length };
    // Of short lists all numbers are shown, and shapes would say the same once more.
    const shapes = steps.some(({ shape }) => shape.reduce((a, b) => a * b, 1) > 12);
    const options = { values: true, gradients: true, shapes, limit: Infinity, ...gradient };
    const svg = await graph(loss, options).svg();
    return { id, kind: "picture", svg, result: steps[0]!.name, steps };
  } catch (error) {
    const { name, message } = error as Error;
    return { id, kind: "failed", message: `${name}: ${message}` };
  }
}

/** The tensor called `loss`, or the last that was declared and is not data; `null` if none is. */
function run(code: string): nabla.Tensor | null {
  const declared = [...code.matchAll(/^(?:const|let|var)\s+([A-Za-z_$][\w$]*)/gm)];
  const variables = [...new Set(declared.map(([, name = ""]) => name))];
  const kept = variables.map((name) => `${name}: typeof ${name} === "undefined" ? null : ${name}`);
  // In a block of its own, so that a variable may have the name of a function of the library.
  const text = `"use strict"; {\n${code}\n;return { ${kept.join(", ")} }; }`;
  // oxlint-disable-next-line typescript/no-implied-eval -- This worker exists to run what is typed.
  const make = new Function(...library.map(([name]) => name), text) as (
    ...values: unknown[]
  ) => Readonly<Record<string, unknown>>;
  keepValues();
  let found: Readonly<Record<string, unknown>>;
  try {
    found = make(...library.map(([, value]) => value));
  } finally {
    keepValues(false);
  }
  const tensors = variables.flatMap((name): [string, nabla.Tensor][] => {
    const value = found[name];
    return value instanceof nabla.Tensor ? [[name, value]] : [];
  });
  // In the drawing things go by the names they have in the code: the first, where one has two.
  for (const [name, value] of [...tensors].reverse()) value.named(name);
  const learnt = tensors.filter(([, value]) => value.requiresGrad);
  const loss = tensors.find(([name]) => name === "loss") ?? learnt.at(-1) ?? tensors.at(-1);
  return loss?.[1] ?? null;
}
