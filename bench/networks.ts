/**
 * Training steps of networks: forward, cross-entropy, backward, update, loss read. There is no
 * hand-written side, which would be as naive as its products; PyTorch is what they are compared
 * with.
 */
import {
  compile,
  Conv2d,
  CrossEntropyLoss,
  Flatten,
  Linear,
  LSTM,
  manualSeed,
  MaxPool2d,
  Module,
  rand,
  randint,
  ReLU,
  Sequential,
  SGD,
} from "nabla";
import type { Shape, Tensor } from "nabla";

/** A step that is compared with PyTorch's of the same name. */
export interface Network {
  readonly name: string;
  /** How many examples a step sees. */
  readonly batch: number;
  readonly make: () => Steps;
  /** Times as fast as PyTorch, at least. */
  readonly timesPyTorch?: number;
}

/** The default loop and the same with a compiled step, on models of their own that are alike. */
interface Steps {
  readonly nabla: () => number;
  readonly compiled: () => number;
}

type Forward = Module & { forward(x: Tensor): Tensor };

function training(make: () => Forward, shape: Shape): Steps {
  const loop = (wrap: (step: () => Tensor) => () => Tensor): (() => number) => {
    manualSeed(1);
    const model = make();
    const x = rand(shape);
    const y = randint(0, 10, [shape[0]!]);
    const criterion = new CrossEntropyLoss();
    const optimizer = new SGD(model.parameters(), { lr: 0.01 });
    const step = wrap(() => {
      const loss = criterion.forward(model.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    });
    return () => step().item();
  };
  return { nabla: loop((step) => step), compiled: loop(compile) };
}

const perceptron = (batch: number, ...sizes: number[]): Steps =>
  training(() => {
    const layers = sizes.slice(1).flatMap((size, i) => [new Linear(sizes[i]!, size), new ReLU()]);
    return new Sequential(...layers.slice(0, -1));
  }, [batch, sizes[0]!]);

const convolutional = (batch: number): Steps =>
  training(
    () =>
      new Sequential(
        new Conv2d(1, 16, 3),
        new ReLU(),
        new MaxPool2d(2),
        new Conv2d(16, 32, 3),
        new ReLU(),
        new MaxPool2d(2),
        new Flatten(),
        new Linear(32 * 5 * 5, 10),
      ),
    [batch, 1, 28, 28],
  );

/** Reads sequences, [n, steps, 16], and judges them by its state after the last step. */
class Reader extends Module {
  readonly recurrent = new LSTM(16, 32, { numLayers: 2, batchFirst: true });
  readonly judge = new Linear(32, 10);

  forward(x: Tensor): Tensor {
    const [states] = this.recurrent.call(x);
    return this.judge.call(states.select(1, -1));
  }
}

/** The rows of the target table that are networks. */
export const networks: readonly Network[] = [
  { name: "MLP", batch: 64, make: () => perceptron(64, 784, 128, 10), timesPyTorch: 0.8 },
  { name: "MLPBIG", batch: 256, make: () => perceptron(256, 784, 512, 512, 10) },
  { name: "CNN", batch: 64, make: () => convolutional(64) },
  { name: "LSTM", batch: 16, make: () => training(() => new Reader(), [16, 50, 16]) },
];
