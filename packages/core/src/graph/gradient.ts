/**
 * What is in `.grad` of a tensor, and who may have it: as long as nobody outside of the library has
 * seen it, its place may be used again for the next one. Not here: how a gradient is found
 * (autograd.ts).
 */
import type { Tensor } from "../tensor.js";
import type { Buffer } from "./buffer.js";
import { mode } from "./mode.js";

export class Gradient {
  tensor: Tensor | null = null;
  /** Whether others may have it. */
  isKnown = false;
  /** The place of an earlier one that nobody has. */
  private spare: Buffer | null = null;

  /** Gives it to somebody who may keep it. */
  show(): Tensor | null {
    if (!this.isKnown) mode.changes += 1;
    this.isKnown = true;
    return this.tensor;
  }

  /** Puts another in its place, one that others have. */
  put(value: Tensor | null): void {
    const { tensor, isKnown } = this;
    if (value === null && tensor === null && !isKnown) return;
    this.spare = isKnown ? null : (tensor?.storage.spareIfUnshared() ?? null);
    this.tensor = value;
    this.isKnown = value !== null;
    mode.changes += 1;
  }

  /** Puts one there that nobody else has. */
  leave(value: Tensor): void {
    this.tensor = value;
    this.isKnown = false;
    mode.changes += 1;
    if (this.spare !== null) mode.onReuse(value.contents, this.spare);
    this.spare = null;
  }

  /** Puts there what a compiled step leaves, which has places of its own. */
  replace(value: Tensor | null): void {
    this.tensor = value;
    this.isKnown = false;
    this.spare = null;
    mode.changes += 1;
  }
}
