/**
 * Which layer an error was thrown in, and where that is in the model. `Module.call` tells it of
 * every error that passes through: the innermost layer comes first in the message, and the way to
 * it from the outermost module last.
 */
import { CompileError, NablaError } from "@nabla/core";

import type { Module } from "./module.js";
import { label } from "./summary.js";

/** What an error says, and how far it has come. */
interface Passage {
  readonly said: string;
  readonly module: Module;
  readonly way: readonly string[];
}
const passages = new WeakMap<NablaError, Passage>();

/** The same error, its message about the layer that was called. */
export function located(error: unknown, module: Module): unknown {
  // What compile() refuses is no matter of the layer, however deep it was.
  if (!(error instanceof NablaError) || error instanceof CompileError) return error;
  const { name } = module.constructor;
  const inner = passages.get(error);
  if (inner === undefined) {
    // The layer itself may have spoken, or the function of its name: Conv2d and conv2d.
    const own = error.message.toLowerCase().startsWith(`${name.toLowerCase()}: `);
    const said = `${label(module)}: ${own ? error.message.slice(name.length + 2) : error.message}`;
    passages.set(error, { said, module, way: [] });
    return saying(error, said);
  }
  const step = module.namedChildren().find(([, child]) => child === inner.module);
  const way = step === undefined ? inner.way : [step[0], ...inner.way];
  passages.set(error, { said: inner.said, module, way });
  return saying(error, `${inner.said} (in ${[name, ...way].join(".")})`);
}

/** Engines put the message into the stack, too, which is what is printed. */
function saying(error: NablaError, message: string): NablaError {
  if (error.stack !== undefined) error.stack = error.stack.replace(error.message, () => message);
  error.message = message;
  return error;
}
