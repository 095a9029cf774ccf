/**
 * The network that reads digits: made, trained in slices, judged, or taken from a file. Runs in a
 * worker (network.worker.ts), so that the page never waits.
 */
import {
  Adam,
  Conv2d,
  confusionMatrix,
  CrossEntropyLoss,
  Flatten,
  Linear,
  manualSeed,
  MaxPool2d,
  noGrad,
  randperm,
  readSafetensors,
  ReLU,
  Sequential,
  tensor,
} from "nabla";
import type { StateDict, Tensor } from "nabla";

import { drawDigits } from "../../../../examples/support/drawn-digits.js";
import type { Digits } from "../../../../examples/support/drawn-digits.js";
import { seen, SIDE } from "./centre.js";
import type { Mistake, Pixels, Report } from "./protocol.js";

const [BATCH, RATE, TESTED, SHOWN] = [50, 3e-3, 500, 12] as const;
const SIZE = SIDE * SIDE;

/** The networks of examples/classification.ts; the first is the one that is trained here. */
const perceptron = (hidden: number): Sequential =>
  new Sequential(new Flatten(), new Linear(SIZE, hidden), new ReLU(), new Linear(hidden, 10));
const convolutional = (): Sequential =>
  new Sequential(
    new Sequential(new Conv2d(1, 16, 5), new ReLU(), new MaxPool2d(2)),
    new Sequential(new Conv2d(16, 32, 5), new ReLU(), new MaxPool2d(2)),
    new Sequential(new Flatten(), new Linear(512, 10)),
  );

/** A network that knows nothing, always the same. */
export function newNetwork(): Sequential {
  manualSeed(1);
  return perceptron(256);
}

/** A network with what a file of the example holds. Throws an Error that says what else it is. */
export function networkFrom(bytes: ArrayBuffer): { network: Sequential; layers: string } {
  const state: StateDict = readSafetensors(bytes);
  const told = Object.entries(state).map(([name, { shape }]) => `${name} [${shape.join(", ")}]`);
  const shape = (name: string): readonly number[] => state[name]?.shape ?? [];
  const hidden = shape("1.weight")[0] ?? 0;
  const isPerceptron = shape("1.weight")[1] === SIZE && "3.weight" in state;
  if (!isPerceptron && !("0.0.weight" in state)) {
    throw new Error(
      `It holds ${told.slice(0, 6).join(", ")}${told.length > 6 ? ", …" : ""}: not a network for ` +
        "digits that is known here. `npm run example -- classification` writes two that are, " +
        "mlp.safetensors and cnn.safetensors.",
    );
  }
  const network = isPerceptron ? perceptron(hidden) : convolutional();
  network.loadStateDict(state);
  network.eval();
  const layers = isPerceptron ? `784 → ${hidden} → 10` : "1 × 28 × 28 → 16 → 32 → 10";
  return { network, layers };
}

/** Scores and probabilities of ten classes for one picture. */
export function readDigit(network: Sequential, pixels: Pixels): [number[], number[]] {
  const scores = noGrad(() => network.call(pictures([pixels])).squeeze(0));
  return [Array.from(scores.data()), Array.from(scores.softmax(0).data())];
}

const pictures = (all: readonly Pixels[]): Tensor => {
  const values = new Float32Array(all.length * SIZE);
  all.forEach((one, i) => values.set(one, i * SIZE));
  return tensor(values).reshape([all.length, 1, SIDE, SIDE]);
};

/** One digit as somebody might write it, before it is centred. */
export function sampleOf(digit: number, seed: number): Pixels {
  const { images } = drawDigits(10, 0, 1000 + seed, "many").train;
  return images.select(0, digit).flatten().data() as Pixels;
}

/** Digits as the pad gives them. */
function centredDigits(images: Tensor): Pixels[] {
  const pixels = images.data() as Float32Array;
  return Array.from({ length: images.shape[0]! }, (_, i) => {
    const one = pixels.subarray(i * SIZE, (i + 1) * SIZE);
    return seen(one, SIDE, true) ?? new Float32Array(SIZE);
  });
}

/** Digits to test with, which no network here learns from. */
let test: { pixels: Pixels[]; labels: Tensor } | null = null;

/** What a network makes of digits that it has not seen. */
export function judge(network: Sequential): Pick<Report, "right" | "of" | "counts" | "mistakes"> {
  if (test === null) {
    const { images, labels }: Digits = drawDigits(0, TESTED, 2, "many").test;
    test = { pixels: centredDigits(images), labels };
  }
  const { pixels, labels } = test;
  const shares = noGrad(() => network.call(pictures(pixels)).softmax(1));
  const counts = confusionMatrix(shares, labels, { classes: 10 }).toArray() as number[][];
  const [sure, taken, truth] = [shares.amax(1).data(), shares.argmax(1).data(), labels.data()];
  const wrong = pixels.map((_, i) => i).filter((i) => taken[i] !== truth[i]);
  wrong.sort((a, b) => sure[b]! - sure[a]!);
  const mistakes = wrong.slice(0, SHOWN).map((i): Mistake => ({
    pixels: pixels[i]!,
    truth: truth[i]!,
    taken: taken[i]!,
    share: sure[i]!,
  }));
  return { right: TESTED - wrong.length, of: TESTED, counts, mistakes };
}

/**
 * Trains a network on so many drawn digits, which it sees so many times. Yields the number of the
 * step and its loss; whoever asks for the next one may do something else in between, or stop.
 */
export function* training(
  network: Sequential,
  digits: number,
  rounds: number,
): Generator<{ step: number; steps: number; loss: number }> {
  const { images, labels } = drawDigits(digits, 0, 1, "many").train;
  const x = pictures(centredDigits(images));
  const optimizer = new Adam(network.parameters(), { lr: RATE });
  const criterion = new CrossEntropyLoss();
  const steps = rounds * Math.ceil(digits / BATCH);
  let step = 0;
  for (let round = 0; round < rounds; round++) {
    const order = randperm(digits);
    for (const batch of order.split(BATCH)) {
      const loss = criterion.call(
        network.call(x.indexSelect(0, batch)),
        labels.indexSelect(0, batch),
      );
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      step += 1;
      yield { step, steps, loss: loss.item() };
    }
  }
}
