/**
 * Builds one fused kernel: outputs are added, and what has melted into them becomes part of their
 * expressions; what is read more than once by the same walk is one operand. Read first:
 * schedule/group.ts.
 */
import type { DType } from "../graph/dtype.js";
import type { Access, FusedKernel, Output } from "../kernel/fused.js";
import { operand, rewrite } from "../kernel/scalar.js";
import type { Expression } from "../kernel/scalar.js";
import type { Item, Order, Source } from "./item.js";
import { compose, follow } from "./walk.js";
import type { Steps } from "./walk.js";

/** Whether what runs at a level finds an item in its buffer, and need not compute it. */
const isThere = (from: Item, level: number): boolean => from.stored && from.level < level;

export class KernelBuilder {
  private readonly space: readonly number[];
  private readonly operands: Access[] = [];
  private readonly outputs: Output[] = [];
  private readonly reads = new Map<string, Expression>();
  private readonly parts = new Map<string, Expression>();

  constructor(space: readonly number[]) {
    this.space = space;
  }

  /** Adds the value of an item to what the kernel computes. */
  add(item: Item, { steps, strides, offset, count }: Order): void {
    const { fold, epilogue, dtype } = item.kernel!;
    this.outputs.push({
      buffer: item.buffer,
      dtype,
      strides,
      offset,
      expression: this.expressionOf(item, item.level, steps),
      fold,
      epilogue,
      count,
    });
  }

  /** How much there is to compile. */
  get size(): number {
    return this.outputs.length + this.operands.length + this.parts.size;
  }

  kernel(): FusedKernel {
    return { space: this.space, operands: this.operands, outputs: this.outputs };
  }

  /** The value of an item, where the kernel goes through its space by these steps. */
  private expressionOf(item: Item, level: number, steps: Steps): Expression {
    const key = `${item.slot}:${steps.start.join()}:${steps.by.join(";")}`;
    let expression = this.parts.get(key);
    if (expression === undefined) {
      const parts = item.sources.map((source) => this.read(source, level, steps));
      expression = rewrite(item.kernel!.expression, (part) =>
        part.kind === "operand" ? parts[part.index] : undefined,
      );
      this.parts.set(key, expression);
    }
    return expression;
  }

  private read(source: Source, level: number, steps: Steps): Expression {
    const { from, dtype, walk } = source;
    if (typeof from === "number") return this.operand(from, dtype, follow(steps, walk));
    if (isThere(from, level)) return this.operand(from.buffer, dtype, follow(steps, walk));
    return this.expressionOf(from, level, compose(steps, source.steps!));
  }

  private operand(
    buffer: number,
    dtype: DType,
    { strides, offset }: { strides: readonly number[]; offset: number },
  ): Expression {
    const key = `${buffer}:${offset}:${strides.join()}`;
    let read = this.reads.get(key);
    if (read === undefined) {
      const index = this.operands.push({ buffer, dtype, strides, offset }) - 1;
      this.reads.set(key, (read = operand(index, dtype)));
    }
    return read;
  }
}
