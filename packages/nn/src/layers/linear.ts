/**
 * Layers that multiply by a matrix of weights. What they compute: functional/linear.ts.
 */
import { empty } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkSize, checkTensors } from "../checks.js";
import * as F from "../functional/index.js";
import { uniform_ } from "../init.js";
import { parameter } from "../members.js";
import { Module } from "../module.js";
import type { Maps } from "../shape-types.js";
import { checkCounts, defaultWeights, layerOptions } from "./layer.js";

/** What `Linear` and `Bilinear` take last. */
export interface LinearOptions {
  /** Whether something is added that is learned, too; `true` unless said otherwise. */
  readonly bias?: boolean;
}

/**
 * x · weightᵀ + bias, from [..., inFeatures] to [..., outFeatures]. Both start uniform between
 * ±1 / √inFeatures.
 * @example
 * new Linear(3, 2).call(ones([5, 3])).shape // [ 5, 2 ]
 * new Linear(3, 2, { bias: false }).bias // null
 * new Linear(3, 2).call(ones([5, 4])) // throws ShapeError
 */
export class Linear<In extends number = number, Out extends number = number> extends Module {
  /** The size of the input's last dimension. */
  readonly inFeatures: number;
  /** The size of the result's. */
  readonly outFeatures: number;
  /** [outFeatures, inFeatures]. */
  weight: Tensor;
  /** [outFeatures], or null. */
  bias: Tensor | null;

  constructor(inFeatures: In, outFeatures: Out, options: LinearOptions = {}) {
    super();
    const { bias } = layerOptions<LinearOptions>("Linear", options, { bias: true });
    checkCounts("Linear", { inFeatures, outFeatures });
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = parameter(empty([outFeatures, inFeatures]));
    this.bias = bias ? parameter(empty([outFeatures])) : null;
    this.resetParameters();
  }

  /**
   * Draws the parameters anew.
   * @example
   * const layer = new Linear(3, 2);
   * layer.resetParameters();
   * layer.weight.shape // [ 2, 3 ]
   */
  resetParameters(): void {
    defaultWeights(this.weight, this.bias);
  }

  override forward(input: Tensor): Tensor {
    const { name } = this.constructor;
    checkTensors(name, { input });
    checkSize(name, input, -1, this.inFeatures);
    return F.linear(input, this.weight, this.bias);
  }
}
export interface Linear<In extends number, Out extends number> extends Maps<
  ["linear", `Linear(${In}, ${Out})`, In, Out]
> {}

/**
 * x1ᵀ · weight · x2 + bias: from [..., in1Features] and [..., in2Features] to [..., outFeatures].
 * Both start uniform between ±1 / √in1Features.
 * @example
 * new Bilinear(3, 4, 2).call(ones([5, 3]), ones([5, 4])).shape // [ 5, 2 ]
 */
export class Bilinear<
  In1 extends number = number,
  In2 extends number = number,
  Out extends number = number,
> extends Module {
  /** The size of the first input's last dimension. */
  readonly in1Features: number;
  /** The size of the second's. */
  readonly in2Features: number;
  /** The size of the result's. */
  readonly outFeatures: number;
  /** [outFeatures, in1Features, in2Features]. */
  weight: Tensor;
  /** [outFeatures], or null. */
  bias: Tensor | null;

  constructor(in1Features: In1, in2Features: In2, outFeatures: Out, options: LinearOptions = {}) {
    super();
    const { bias } = layerOptions<LinearOptions>("Bilinear", options, { bias: true });
    checkCounts("Bilinear", { in1Features, in2Features, outFeatures });
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    this.weight = parameter(empty([outFeatures, in1Features, in2Features]));
    this.bias = bias ? parameter(empty([outFeatures])) : null;
    this.resetParameters();
  }

  /**
   * Draws the parameters anew.
   * @example
   * const layer = new Bilinear(3, 4, 2);
   * layer.resetParameters();
   * layer.weight.shape // [ 2, 3, 4 ]
   */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  override forward(input1: Tensor, input2: Tensor): Tensor {
    return F.bilinear(input1, input2, this.weight, this.bias);
  }
}
export interface Bilinear<In1 extends number, In2 extends number, Out extends number> extends Maps<
  ["several", `Bilinear(${In1}, ${In2}, ${Out})`, "bilinear", "each", In1, In2, Out]
> {}
