/**
 * Digits that are drawn by strokes, as pictures like those of MNIST; for the example and for the
 * pages, in any browser. Read next: ../classification.ts, which learns them.
 */
import { manualSeed, rand, tensor } from "nabla";
import type { Tensor } from "nabla";

/** Pictures of shape [N, 1, rows, columns], from 0 to 1, and the class of each. */
export interface Digits {
  readonly images: Tensor;
  readonly labels: Tensor;
}

/** The pictures to learn from, and others to test with. */
export interface DigitSets {
  readonly train: Digits;
  readonly test: Digits;
}

type Place = readonly [x: number, y: number];

/** Lines without lifting the pen, which together are a digit. */
type Form = readonly (readonly Place[])[];

/** The strokes of each digit in a square from 0 to 1, downwards, as letters learn them. */
const usual: readonly Form[] = [
  [ring([0.5, 0.5], [0.24, 0.36], 0, 1)],
  [
    [
      [0.34, 0.28],
      [0.52, 0.12],
      [0.52, 0.88],
    ],
  ],
  [[...ring([0.5, 0.33], [0.22, 0.2], 0.5, 1.08), [0.28, 0.86], [0.76, 0.86]]],
  [
    [...ring([0.47, 0.31], [0.22, 0.18], 0.55, 1.25)],
    [...ring([0.47, 0.67], [0.25, 0.2], 0.75, 1.45)],
  ],
  [
    [
      [0.6, 0.12],
      [0.24, 0.62],
      [0.8, 0.62],
    ],
    [
      [0.63, 0.4],
      [0.63, 0.9],
    ],
  ],
  [[[0.72, 0.14], [0.34, 0.14], [0.32, 0.45], ...ring([0.48, 0.64], [0.24, 0.22], 0.65, 1.4)]],
  [[[0.64, 0.1], [0.36, 0.4], ...ring([0.5, 0.67], [0.22, 0.21], 0.5, 1.5)]],
  [
    [
      [0.25, 0.15],
      [0.75, 0.15],
      [0.44, 0.88],
    ],
  ],
  [ring([0.5, 0.3], [0.19, 0.18], 0, 1), ring([0.5, 0.68], [0.23, 0.21], 0, 1)],
  [[...ring([0.5, 0.33], [0.21, 0.2], 0, 1), [0.71, 0.33], [0.6, 0.9]]],
];

/** How else people write the same digits. */
const others: readonly (readonly Form[])[] = [
  [[ring([0.5, 0.5], [0.33, 0.36], 0.7, 1.7)], [ring([0.5, 0.5], [0.16, 0.36], 0.8, 1.83)]],
  [
    [line(0.5, 0.12, 0.5, 0.88)],
    [line(0.6, 0.12, 0.42, 0.88)],
    [line(0.34, 0.28, 0.52, 0.12, 0.52, 0.88), line(0.34, 0.88, 0.7, 0.88)],
  ],
  [
    [
      [
        ...ring([0.47, 0.33], [0.22, 0.2], 0.55, 1.1),
        ...ring([0.36, 0.78], [0.1, 0.09], 1.05, 0.18),
        ...line(0.5, 0.8, 0.78, 0.86),
      ],
    ],
    [
      [
        ...ring([0.5, 0.3], [0.2, 0.18], 0.6, 1.1),
        ...ring([0.33, 0.77], [0.09, 0.08], 0.25, 1.2),
        ...line(0.55, 0.82, 0.8, 0.78),
      ],
    ],
  ],
  [
    [line(0.28, 0.14, 0.7, 0.14, 0.47, 0.44), ring([0.47, 0.66], [0.25, 0.22], 0.75, 1.45)],
    [
      [
        ...ring([0.45, 0.31], [0.22, 0.18], 0.6, 1.2),
        ...line(0.42, 0.5),
        ...ring([0.45, 0.69], [0.24, 0.2], 0.8, 1.4),
      ],
    ],
  ],
  [
    [line(0.28, 0.14, 0.26, 0.5, 0.72, 0.5), line(0.7, 0.12, 0.68, 0.9)],
    [line(0.3, 0.14, 0.24, 0.34, 0.3, 0.5, 0.5, 0.52, 0.7, 0.44), line(0.72, 0.12, 0.66, 0.9)],
  ],
  [
    [
      [...line(0.36, 0.16, 0.34, 0.46), ...ring([0.46, 0.65], [0.24, 0.21], 0.7, 1.4)],
      line(0.36, 0.15, 0.76, 0.13),
    ],
    [line(0.74, 0.16, 0.42, 0.18, 0.36, 0.42, 0.56, 0.5, 0.62, 0.66, 0.5, 0.82, 0.26, 0.84)],
  ],
  [
    [[...line(0.45, 0.1, 0.32, 0.5), ...ring([0.5, 0.68], [0.2, 0.18], 0.5, 1.45)]],
    [
      [
        ...line(0.7, 0.14, 0.45, 0.28, 0.3, 0.55, 0.34, 0.8, 0.5, 0.88),
        ...line(0.66, 0.8, 0.66, 0.62, 0.5, 0.56, 0.33, 0.68),
      ],
    ],
  ],
  [
    [line(0.25, 0.15, 0.75, 0.15, 0.5, 0.88), line(0.4, 0.5, 0.72, 0.5)],
    [line(0.25, 0.28, 0.26, 0.17, 0.72, 0.15, 0.58, 0.45, 0.5, 0.88)],
    [line(0.22, 0.2, 0.5, 0.22, 0.72, 0.16, 0.66, 0.4, 0.64, 0.88)],
  ],
  [
    [
      [
        ...line(0.68, 0.2),
        ...ring([0.5, 0.28], [0.17, 0.15], 0.95, 0.45),
        ...line(0.38, 0.4, 0.62, 0.58),
        ...ring([0.5, 0.72], [0.17, 0.16], 0, 0.5),
        ...line(0.4, 0.55, 0.66, 0.3, 0.68, 0.2),
      ],
    ],
  ],
  [
    [[...ring([0.48, 0.32], [0.2, 0.2], -0.05, 0.95), ...line(0.68, 0.3, 0.67, 0.9)]],
    [
      [
        ...ring([0.5, 0.3], [0.18, 0.18], 0.95, 0.05),
        ...line(0.67, 0.3, 0.68, 0.7, 0.6, 0.86, 0.42, 0.88, 0.3, 0.78),
      ],
    ],
  ],
];

/** From place to place. */
function line(...numbers: number[]): Place[] {
  return Array.from({ length: numbers.length / 2 }, (_, i): Place => [
    numbers[2 * i]!,
    numbers[2 * i + 1]!,
  ]);
}

/** A part of an ellipse, from one share of the full turn to another. */
function ring([x, y]: Place, [width, height]: Place, from: number, to: number): Place[] {
  return Array.from({ length: 13 }, (_, i): Place => {
    const angle = 2 * Math.PI * (from + ((to - from) * i) / 12);
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)];
  });
}

/**
 * How unsteady the hands are: how far digits turn, slant, tremble and bend, and how thick they are.
 * Many people write digits in other forms, too.
 */
const hands = {
  one: { turn: 0.25, slant: 0.2, tremor: 0.012, bend: 0, thick: [0.045, 0.018] },
  many: { turn: 0.3, slant: 0.5, tremor: 0.02, bend: 0.05, thick: [0.05, 0.025] },
} as const;
type Hands = keyof typeof hands;

/**
 * Draws digits as unsteady hands would, those of one person or of many: turned, slanted, moved,
 * thick and thin.
 */
export function drawDigits(
  trainCount: number,
  testCount: number,
  seed: number,
  whose: Hands = "one",
): DigitSets {
  manualSeed(seed);
  const draw = (count: number): Digits => {
    const chances = rand([count, 40]).data();
    const pixels = new Float32Array(count * 784);
    for (let i = 0; i < count; i++) {
      const chance = Array.from(chances.subarray(40 * i, 40 * (i + 1)), (value) => 2 * value - 1);
      drawOne(i % 10, chance, whose, pixels.subarray(784 * i, 784 * (i + 1)));
    }
    const labels = Array.from({ length: count }, (_, i) => i % 10);
    return {
      images: tensor(pixels).reshape([count, 1, 28, 28]),
      labels: tensor(labels, { dtype: "int32" }),
    };
  };
  return { train: draw(trainCount), test: draw(testCount) };
}

/** Draws one digit; `chance` are numbers from -1 to 1. */
function drawOne(
  digit: number,
  chance: readonly number[],
  whose: Hands,
  pixels: Float32Array,
): void {
  const at = (i: number): number => chance[i]!;
  const [turn, slant, wide, high, right, down, thick] = [0, 1, 2, 3, 4, 5, 6].map(at) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const hand = hands[whose];
  const forms = whose === "one" ? [] : others[digit]!;
  const form = [usual[digit]!, ...forms][Math.floor(((at(39) + 1) / 2) * (forms.length + 1))]!;
  const [cos, sin] = [Math.cos(hand.turn * turn), Math.sin(hand.turn * turn)];
  let used = 0;
  const tremor = (): number => hand.tremor * at(7 + (used++ % 33));
  const wave = (i: number, along: number): number =>
    hand.bend * at(i) * Math.sin(5 * along + 3 * at(i + 1));
  const bend = ([x, y]: Place): Place => {
    const [jx, jy] = [tremor(), tremor()];
    const across = x + wave(35, y) - 0.5;
    const u = (across + hand.slant * slant * (0.5 - y)) * (0.72 + 0.14 * wide) + jx;
    const v = (y + wave(37, x) - 0.5) * (0.76 + 0.12 * high) + jy;
    return [0.5 + cos * u - sin * v + 0.07 * right, 0.5 + sin * u + cos * v + 0.07 * down];
  };
  const width = hand.thick[0] + hand.thick[1] * thick;
  for (const stroke of form.map((places) => places.map(bend))) {
    for (let i = 1; i < stroke.length; i++) paint(stroke[i - 1]!, stroke[i]!, width, pixels);
  }
}

/** Paints a line with soft edges. */
function paint([ax, ay]: Place, [bx, by]: Place, width: number, pixels: Float32Array): void {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy || 1;
  const bound = (value: number): number => Math.min(27, Math.max(0, Math.floor(value * 28)));
  const reach = width + 0.05;
  const [left, most] = [bound(Math.min(ax, bx) - reach), bound(Math.max(ax, bx) + reach)];
  const [top, bottom] = [bound(Math.min(ay, by) - reach), bound(Math.max(ay, by) + reach)];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= most; column++) {
      const [x, y] = [(column + 0.5) / 28 - ax, (row + 0.5) / 28 - ay];
      const along = Math.min(1, Math.max(0, (x * dx + y * dy) / length));
      const far = Math.hypot(x - along * dx, y - along * dy);
      const shade = Math.min(1, Math.max(0, (width - far) / 0.03 + 0.5));
      const at = 28 * row + column;
      pixels[at] = Math.max(pixels[at]!, shade);
    }
  }
}
