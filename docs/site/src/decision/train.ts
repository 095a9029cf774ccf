/**
 * What is trained: a line with its sigmoid, or a small network, on points of two classes. No page
 * here: that is chapter.ts. What it does is shown there as code (code.ts), which the tests run.
 */
import { manualSeed, noGrad, stack, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { functional, Linear, Sequential, Tanh } from "@nabla/nn";
import { Adam, SGD } from "@nabla/optim";

import type { Spot } from "./spots.js";

export interface Settings {
  readonly kind: "line" | "network";
  /** How many units the network has between its two layers. */
  readonly hidden: number;
  readonly method: "sgd" | "adam";
  readonly rate: number;
  /** Decides the weights that the network begins with. */
  readonly seed: number;
}

/** What a model gives for places, [N, 2]: their scores, [N]. */
interface Model {
  readonly parameters: readonly Tensor[];
  readonly score: (places: Tensor) => Tensor;
}

/** How good it is now. */
interface Stage {
  readonly loss: number;
  /** How many points are on the side of their class. */
  readonly right: number;
  /** How long the gradient is. */
  readonly slope: number;
}

type Numbers = readonly number[] | Float64Array;

const makers = {
  line: (): Model => {
    const w = zeros([2], { requiresGrad: true });
    const b = zeros([], { requiresGrad: true });
    return { parameters: [w, b], score: (places) => places.matmul(w).add(b) };
  },
  network: ({ hidden, seed }: Settings): Model => {
    manualSeed(seed);
    const net = new Sequential(new Linear(2, hidden), new Tanh(), new Linear(hidden, 1));
    return { parameters: net.parameters(), score: (places) => net.call(places).squeeze(1) };
  },
};

/** A model, the points it learns from, and how its loss fell. */
export class Training {
  private readonly model: Model;
  private optimizer!: SGD | Adam;
  private places!: Tensor;
  private classes!: Tensor;
  now!: Stage;
  /** The loss at the start and after every step. */
  readonly losses: number[] = [];

  constructor(spots: readonly Spot[], settings: Settings) {
    this.model = makers[settings.kind](settings);
    this.settings = settings;
    this.spots = spots;
  }

  /** From here on at another rate or by the other method; the model stays. */
  set settings({ method, rate }: Settings) {
    const Method = { sgd: SGD, adam: Adam }[method];
    this.optimizer = new Method(this.model.parameters, { lr: rate });
  }

  /** From here on with other points: the loss of the last step is another one. */
  set spots(spots: readonly Spot[]) {
    this.places = tensor(spots.map(({ x, y }) => [x, y])).reshape([spots.length, 2]);
    this.classes = tensor(spots.map(({ kind }) => kind)).to("float32");
    this.look();
    this.losses[Math.max(0, this.steps)] = this.now.loss;
  }

  get steps(): number {
    return this.losses.length - 1;
  }

  step(): void {
    this.optimizer.step();
    this.look();
    this.losses.push(this.now.loss);
  }

  /** The weights of a line and its height at zero. */
  get line(): readonly [w1: number, w2: number, b: number] {
    const [w, b] = this.model.parameters as [Tensor, Tensor];
    return [w.at(0).item(), w.at(1).item(), b.item()];
  }

  /** The scores of places, without a graph. */
  scores(x: Numbers, y: Numbers): ArrayLike<number> {
    const places = stack([tensor(x), tensor(y)], 1).to("float32");
    return noGrad(() => this.model.score(places)).data();
  }

  /** The loss as it is now, and `backward()` for the slopes of it. */
  private look(): void {
    const scores = this.model.score(this.places);
    const loss = functional.binaryCrossEntropyWithLogits(scores, this.classes);
    this.optimizer.zeroGrad();
    loss.backward();
    const squares = this.model.parameters.map(({ grad }) => grad!.square().sum().item());
    this.now = {
      loss: loss.item(),
      right: scores.gt(0).eq(this.classes.gt(0)).sum().item(),
      slope: Math.sqrt(squares.reduce((sum, square) => sum + square)),
    };
  }
}
