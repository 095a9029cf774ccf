/**
 * Ten classes: digits of 5 × 7 dots with noise, a small network, and ten probabilities that sum to
 * one. The loop is the one that fits a line. Larger, with drawn digits or MNIST's: the example
 * `classification` of the repository.
 */
import {
  accuracy,
  Adam,
  CrossEntropyLoss,
  Linear,
  manualSeed,
  noGrad,
  randint,
  randn,
  ReLU,
  Sequential,
  tensor,
} from "nabla";
import { imageGrid } from "nabla/viz";

const font = [
  "01110 10001 10011 10101 11001 10001 01110",
  "00100 01100 00100 00100 00100 00100 01110",
  "01110 10001 00001 00010 00100 01000 11111",
  "11111 00010 00100 00010 00001 10001 01110",
  "00010 00110 01010 10010 11111 00010 00010",
  "11111 10000 11110 00001 00001 10001 01110",
  "00110 01000 10000 11110 10001 10001 01110",
  "11111 00001 00010 00100 01000 01000 01000",
  "01110 10001 10001 01110 10001 10001 01110",
  "01110 10001 10001 01111 00001 00010 01100",
];
const dots = tensor(font.map((rows) => Array.from(rows.replaceAll(" ", ""), Number)));

/** So many digits by chance, and their pictures, [count, 35], with noise. */
function draw(count: number) {
  const digits = randint(0, 10, [count]);
  const pictures = dots.indexSelect(0, digits).add(randn([count, 35]).mul(0.5));
  return { digits, pictures };
}

manualSeed(1);
const network = new Sequential(new Linear(35, 32), new ReLU(), new Linear(32, 10));
const optimizer = new Adam(network.parameters(), { lr: 0.01 });
const criterion = new CrossEntropyLoss(); // softmax and logarithm in one

for (let step = 0; step <= 400; step++) {
  const { digits, pictures } = draw(100);
  const loss = criterion.call(network.call(pictures), digits);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  if (step % 100 === 0) console.log(`step ${step}: loss ${loss.item().toFixed(4)}`);
}

const test = draw(1000);
const p = noGrad(() => network.call(test.pictures).softmax(1)); // [1000, 10]
console.log(`${(100 * accuracy(p, test.digits)).toFixed(1)} % of 1000 new digits are right`);

// Of the first, ten numbers that sum to one.
console.log(p.at(0), p.at(0).sum());
imageGrid({
  images: Array.from({ length: 12 }, (_, i) => test.pictures.at(i).clamp(0, 1).data()),
  columns: 5,
  labels: Array.from({ length: 12 }, (_, i) => `${p.at(i).argmax().item()}`),
  title: "What it takes them for",
});
