/**
 * From two classes to many: softmax regression on Fisher's irises, then two networks that read
 * handwritten digits, one that knows nothing of pictures and one that looks at neighbourhoods.
 * The digits are drawn by the example itself, or MNIST's, with `--data`.
 */
import { join } from "node:path";

import {
  accuracy,
  Adam,
  cat,
  confusionMatrix,
  Conv2d,
  CrossEntropyLoss,
  DataLoader,
  Flatten,
  LBFGS,
  Linear,
  manualSeed,
  MaxPool2d,
  noGrad,
  OneCycleLR,
  progress,
  ReLU,
  saveSafetensors,
  Sequential,
  tensor,
  TensorDataset,
  zeros,
} from "nabla";
import type { Tensor } from "nabla";
import { confusionTable, figure, imageGrid, lossCurve } from "nabla/viz";
import type { Panel } from "nabla/viz";

import * as cli from "./support/command-line.js";
import { readDigits } from "./support/digits.js";
import { drawDigits } from "./support/drawn-digits.js";
import type { Digits } from "./support/drawn-digits.js";

interface Settings {
  readonly data?: string;
  readonly epochs: number;
  readonly seed: number;
  readonly out: string;
}

cli.run(() => {
  const settings = cli
    .command("classification", "Softmax regression on irises, two networks on digits.")
    .option("--data <folder>", "the four files of MNIST; drawn digits unless given")
    .option("--epochs <count>", "how often each network sees every digit", cli.count, 5)
    .option("--seed <number>", "decides the weights, the order and the drawing", cli.count, 1)
    .parse()
    .opts<Settings>();
  irises();

  const { data, seed, out } = settings;
  const { train, test } = data === undefined ? drawDigits(800, 300, seed) : readDigits(data);
  console.log(
    `\n${train.labels.numel()} digits to learn from, ${test.labels.numel()} to test with`,
  );
  manualSeed(seed);
  const networks = {
    mlp: new Sequential(new Flatten(), new Linear(784, 256), new ReLU(), new Linear(256, 10)),
    cnn: new Sequential(
      new Sequential(new Conv2d(1, 16, 5), new ReLU(), new MaxPool2d(2)),
      new Sequential(new Conv2d(16, 32, 5), new ReLU(), new MaxPool2d(2)),
      new Sequential(new Flatten(), new Linear(512, 10)),
    ),
  };
  const panels = Object.entries(networks).flatMap(([name, model]) => {
    const losses = fit(name, model, train, settings);
    const scores = predict(model, test.images);
    const right = accuracy(scores, test.labels);
    console.log(`${name}: ${(100 * right).toFixed(2)} % of the test digits are right`);
    const file = join(out, `${name}.safetensors`);
    cli.write(file, () => saveSafetensors(file, model.stateDict()));
    console.log(`${name}: the model is in ${file}`);
    const counts = confusionMatrix(scores, test.labels, { classes: 10 }).toArray() as number[][];
    return [
      lossCurve({ losses, title: `${name}: loss` }),
      confusionTable({ counts, title: `${name}: ${(100 * right).toFixed(2)} % right` }),
      ...worst(name, scores, test),
    ];
  });
  cli.writePicture(out, "classification.svg", figure(panels, { columns: 3 }));
});

/** Softmax regression: one row of weights for each class, and an optimum that is certain. */
function irises(): void {
  const { columns } = cli.readNumbers(cli.shipped("iris.csv"), { skip: 1 });
  const raw = tensor(
    columns.slice(0, 4).map((column) => Array.from(column)),
    { dtype: "float64" },
  );
  const x = raw
    .sub(raw.mean(1, true))
    .div(raw.std(1, true, { correction: 0 }))
    .transpose(0, 1);
  const y = tensor(columns[4]!, { dtype: "int32" });
  const weight = zeros([3, 4], { dtype: "float64", requiresGrad: true });
  const bias = zeros([3], { dtype: "float64", requiresGrad: true });
  const scores = (): Tensor => x.matmul(weight.transpose(0, 1)).add(bias);
  const objective = (): Tensor =>
    new CrossEntropyLoss().call(scores(), y).add(weight.square().sum().mul(0.005));
  const options = { maxIter: 100, historySize: 10, toleranceChange: 1e-14 };
  const optimizer = new LBFGS([weight, bias], { ...options, lineSearchFn: "strong_wolfe" });
  optimizer.step(() => {
    optimizer.zeroGrad();
    const loss = objective();
    loss.backward();
    return loss;
  });
  const right = accuracy(scores(), y) * y.numel();
  console.log(`irises: ${Math.round(right)} of 150 right, mean cross-entropy + 0.005 |w|²:`);
  console.log(`  objective ${objective().item().toFixed(14)}\n  reference 0.24367722664938`);
}

/** Trains a network with Adam, whose rate rises and falls once; gives the loss of every step. */
function fit(name: string, model: Sequential, train: Digits, { epochs, seed }: Settings): number[] {
  const dataset = new TensorDataset(train.images, train.labels);
  const loader = new DataLoader(dataset, { batchSize: 100, shuffle: true, seed });
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const totalSteps = Math.max(1, epochs * loader.length);
  const schedule = new OneCycleLR(optimizer, 4e-3, { totalSteps });
  const criterion = new CrossEntropyLoss();
  const losses: Tensor[] = [];
  const began = performance.now();
  console.log(`${name}: ${totalSteps} steps of 100 digits`);
  const steps = progress({ length: epochs * loader.length, [Symbol.iterator]: batches });
  function* batches() {
    for (let epoch = 0; epoch < epochs; epoch++) yield* loader;
  }
  for (const [images, labels] of steps) {
    const loss = criterion.call(model.call(images), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    schedule.step();
    losses.push(loss.detach());
    steps.report(loss);
  }
  console.log(`${name}: trained in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return losses.map((loss) => loss.item());
}

/** The scores of every picture, some at a time. */
function predict(model: Sequential, images: Tensor): Tensor {
  model.eval();
  return noGrad(() => {
    const parts = images.split(1000).map((part) => model.call(part));
    return cat(parts);
  });
}

/** The pictures it was most sure of, and wrong. */
function worst(name: string, scores: Tensor, { images, labels }: Digits): Panel[] {
  const [sure, taken] = [scores.softmax(1).amax(1).data(), scores.argmax(1).data()];
  const answers = labels.data();
  const wrong = Array.from(answers.keys()).filter((i) => taken[i] !== answers[i]);
  const shown = wrong.sort((a, b) => sure[b]! - sure[a]!).slice(0, 18);
  if (shown.length === 0) return [];
  return [
    imageGrid({
      images: shown.map((i) => images.select(0, i).flatten().data() as Float32Array),
      columns: 28,
      labels: shown.map((i) => `${answers[i]} as ${taken[i]}`),
      title: `${name}: the worst of ${wrong.length} mistakes`,
    }),
  ];
}
