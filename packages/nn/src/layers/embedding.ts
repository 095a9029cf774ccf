/**
 * Tables of rows that are looked up by number. What they compute: functional/embedding.ts.
 */
import { ArgumentError, empty, noGrad } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkTensors } from "../checks.js";
import * as F from "../functional/index.js";
import { normal_ } from "../init.js";
import { parameter } from "../members.js";
import { Module } from "../module.js";
import type { Given, Maps } from "../shape-types.js";
import { checkCounts, layerOptions } from "./layer.js";

/** What `EmbeddingBag` takes last. */
export interface EmbeddingBagLayerOptions extends F.EmbeddingOptions {
  /** What becomes of a bag's rows; `"mean"` unless said otherwise. */
  readonly mode?: "sum" | "mean" | "max";
  /** Whether the last offset is the end of the last bag; `false` unless said otherwise. */
  readonly includeLastOffset?: boolean;
}

const defaults = {
  paddingIdx: null,
  maxNorm: null,
  normType: 2,
  scaleGradByFreq: false,
  sparse: false,
};

/** What both have. */
abstract class Table extends Module {
  /** The number of rows. */
  readonly numEmbeddings: number;
  /** The size of a row. */
  readonly embeddingDim: number;
  /** The row that never learns; null for none. */
  readonly paddingIdx: number | null;
  /** Longer rows are cut to this length when they are looked up; null for none. */
  readonly maxNorm: number | null;
  /** The order of the norm that `maxNorm` is about. */
  readonly normType: number;
  /** Whether gradients are divided by how often a row is used. */
  readonly scaleGradByFreq: boolean;
  /** The rows, [numEmbeddings, embeddingDim]. */
  weight: Tensor;

  protected constructor(
    numEmbeddings: number,
    embeddingDim: number,
    options: Required<F.EmbeddingOptions>,
  ) {
    super();
    const { name } = new.target;
    checkCounts(name, { numEmbeddings, embeddingDim });
    const { paddingIdx, maxNorm, normType, scaleGradByFreq } = options;
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx =
      paddingIdx !== null && paddingIdx < 0 ? numEmbeddings + paddingIdx : paddingIdx;
    const row = this.paddingIdx;
    if (row !== null && !(Number.isInteger(row) && row >= 0 && row < numEmbeddings)) {
      throw new ArgumentError(
        `${name}: paddingIdx is ${String(paddingIdx)}, and there are ${numEmbeddings} rows.`,
      );
    }
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
    this.weight = parameter(empty([numEmbeddings, embeddingDim]));
    this.resetParameters();
  }

  /** Draws the rows anew, from normal numbers; that of padding is 0. */
  resetParameters(): void {
    normal_(this.weight);
    const { paddingIdx } = this;
    if (paddingIdx !== null) noGrad(() => this.weight.select(0, paddingIdx).zero_());
  }

  /** What the functions take. */
  protected settings(): Required<Omit<F.EmbeddingOptions, "sparse">> {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return { paddingIdx, maxNorm, normType, scaleGradByFreq };
  }
}

/**
 * Rows of a table, one for each whole number of the input: from [...] to [..., embeddingDim]. Rows
 * start as normal numbers. See `functional.embedding`.
 * @example
 * const words = tensor([2, 0], { dtype: "int32" });
 * new Embedding(3, 4).call(words).shape // [ 2, 4 ]
 * new Embedding(3, 2, { paddingIdx: 0 }).call(words).at(1) // tensor([0., 0.], gradFn=<slice>)
 */
export class Embedding<Size extends number = number> extends Table {
  constructor(numEmbeddings: number, embeddingDim: Size, options: F.EmbeddingOptions = {}) {
    super(
      numEmbeddings,
      embeddingDim,
      layerOptions<F.EmbeddingOptions>("Embedding", options, defaults),
    );
  }

  /**
   * A table of rows that are there already, [rows, size], which do not learn, unless `freeze` is
   * false. Throws an ArgumentError where they are no matrix.
   * @example
   * Embedding.fromPretrained(tensor([[1, 2], [3, 4]])).weight // tensor([[1., 2.],
   * //         [3., 4.]])
   */
  static fromPretrained(
    embeddings: Tensor,
    options: F.EmbeddingOptions & { readonly freeze?: boolean } = {},
  ): Embedding {
    checkTensors("Embedding.fromPretrained", { embeddings });
    const [rows = 0, size = 0] = embeddings.shape;
    if (embeddings.dim() !== 2) {
      throw new ArgumentError("Embedding.fromPretrained: the embeddings must be [rows, size].");
    }
    const { freeze = true, ...rest } = options;
    const made = new Embedding(rows, size, rest);
    made.weight = parameter(embeddings.detach(), !freeze);
    return made;
  }

  override forward(input: Tensor): Tensor {
    return F.embedding(input, this.weight, this.settings());
  }
}
export interface Embedding<Size extends number> extends Maps<["embed", "Embedding", Size]> {}

/**
 * The mean, sum or largest elements of bags of rows. An input [bags, numbers] has a bag in each
 * row; a list of numbers needs `offsets`, where each bag begins. `perSampleWeights` are factors of
 * the rows, for sums. See `functional.embeddingBag`.
 * @example
 * const [numbers, offsets] = [[2, 0, 1], [0, 2]].map((list) => tensor(list, { dtype: "int32" }));
 * new EmbeddingBag(3, 4, { mode: "sum" }).call(numbers, offsets).shape // [ 2, 4 ]
 */
export class EmbeddingBag<
  Size extends number = number,
  const O extends EmbeddingBagLayerOptions = number extends Size
    ? EmbeddingBagLayerOptions
    : object,
> extends Table {
  /** What becomes of a bag's rows. */
  readonly mode: "sum" | "mean" | "max";
  /** Whether the last offset is the end of the last bag. */
  readonly includeLastOffset: boolean;

  constructor(numEmbeddings: number, embeddingDim: Size, options?: O) {
    const all = layerOptions<EmbeddingBagLayerOptions>("EmbeddingBag", options ?? {}, {
      ...defaults,
      mode: "mean",
      includeLastOffset: false,
    });
    super(numEmbeddings, embeddingDim, all);
    this.mode = all.mode;
    this.includeLastOffset = all.includeLastOffset;
  }

  override forward(
    input: Tensor,
    offsets: Tensor | null = null,
    perSampleWeights: Tensor | null = null,
  ): Tensor {
    const { mode, includeLastOffset } = this;
    const settings = { ...this.settings(), mode, includeLastOffset, offsets, perSampleWeights };
    return F.embeddingBag(input, this.weight, settings);
  }
}
export interface EmbeddingBag<Size extends number, O extends EmbeddingBagLayerOptions> extends Maps<
  ["bags", "EmbeddingBag", Size, Given<O, "includeLastOffset", false>]
> {}
