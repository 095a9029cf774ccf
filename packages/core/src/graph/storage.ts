/**
 * A storage: the place that holds elements, for all tensors that share them. A node never changes;
 * a write puts another node into the storage, and whoever looks at it sees that the version moved
 * on.
 */
import type { Buffer } from "./buffer.js";
import { mode } from "./mode.js";
import type { Node } from "./node.js";

/** What has elements that nobody has looked at yet. */
export interface Live {
  look(storage: Storage): Node;
}

export class Storage {
  private own: Node;
  /** How often it was written to, and when last: on `mode.clock`. */
  version = 0;
  writtenAt = 0;
  /** The last version that ran, and the one before it, whose place the next may take. */
  current: Node | null = null;
  spare: Node | null = null;

  /** Who has the elements, since a compiled step has written them and until somebody looks. */
  live: Live | null = null;

  constructor(node: Node) {
    this.own = node;
  }

  /** All the elements, row-major. */
  get node(): Node {
    const { live } = this;
    if (live !== null) {
      this.live = null;
      mode.changes += 1;
      this.own = live.look(this);
    }
    return this.own;
  }

  set node(node: Node) {
    this.live = null;
    mode.changes += 1;
    this.own = node;
  }

  /** Puts another value in the place of its own. */
  write(node: Node): void {
    this.node = node;
    this.version += 1;
    this.writtenAt = ++mode.clock;
  }

  /**
   * The value has run. One that is written at every step keeps two places and changes between
   * them: the version before the current one has its elements still, the one before that is lost.
   */
  settle(): void {
    const { node, current } = this;
    if (node === current) return;
    this.spare = current;
    this.current = node.operation.work === null ? null : node;
  }

  /** The place that the next value may take: that of the version before the current one. */
  get place(): Buffer | null {
    const { spare } = this;
    const buffer = spare?.buffer ?? null;
    return buffer !== null && buffer.canBeTaken && spare!.forks === 0 ? buffer : null;
  }

  /** The place of elements that nobody else has: those of one fork, and no view. */
  spareIfUnshared(): Buffer | null {
    const { buffer, forks, operation } = this.node;
    const isOwn = this.version === 0 && forks === 1 && operation.work !== null;
    return isOwn && buffer?.canBeTaken === true ? buffer : null;
  }
}
