/** What the first chapter says as its reader moves things, in both languages. */
import type { CodeWords } from "./code.js";
import type { Verdict } from "./descend.js";

interface Words {
  readonly play: readonly [string, string];
  readonly start: string;
  readonly startValue: (x: string) => string;
  readonly shown: (step: number) => string;
  readonly verdicts: Readonly<
    Record<Verdict, readonly [title: string, text: (arrived: number) => string]>
  >;
  /** What each step multiplies x by, on the parabola. */
  readonly factor: (rate: string, factor: string) => string;
  readonly code: CodeWords;
}

export const words: Readonly<Record<"en" | "zh", Words>> = {
  en: {
    play: ["Play", "Pause"],
    start: "Starting point",
    startValue: (x) => `x = ${x}`,
    shown: (step) => `${step}`,
    code: { curve: "the curve", slope: "finds f′(x) and leaves it in x.grad" },
    verdicts: {
      rest: ["It stays.", () => "The slope is zero here, so there is nowhere to go."],
      slow: [
        "Too slow.",
        () => "The direction is right and the steps are tiny: 30 of them are not enough.",
      ],
      arrives: [
        "Just right.",
        (arrived) =>
          `Long steps where it is steep, short ones where it is flat: ` +
          `there after ${arrived} steps.`,
      ],
      atOnce: ["Lucky.", () => "One step, and it is at the bottom. Real problems are not so kind."],
      swings: [
        "It overshoots, and arrives.",
        (arrived) =>
          `Every step jumps across the valley, each a little less far: there after ${arrived}.`,
      ],
      swingsLong: [
        "It swings.",
        () => "Every step lands on the other side, hardly lower than before.",
      ],
      forever: [
        "It oscillates.",
        () => "Every jump lands as high on the other side as it left. This never ends.",
      ],
      diverges: [
        "It diverges.",
        () => "Every jump lands higher than it left, so the next one is longer still.",
      ],
    },
    factor: (rate, factor) =>
      `On this curve each step multiplies x by 1\u00a0−\u00a02η = 1\u00a0−\u00a02\u00a0·\u00a0${rate} = ${factor}.`,
  },
  zh: {
    play: ["播放", "暂停"],
    start: "起点",
    startValue: (x) => `x = ${x}`,
    shown: (step) => `${step}`,
    code: { curve: "曲线", slope: "求出 f′(x)，放在 x.grad 里" },
    verdicts: {
      rest: ["原地不动。", () => "这里的斜率是 0，没有哪边更低，也就没有地方可去。"],
      slow: ["太慢。", () => "方向没错，可步子太碎，30 步还远远不够。"],
      arrives: ["正好。", (arrived) => `陡的地方步子大，平的地方步子小，第 ${arrived} 步就到了。`],
      atOnce: ["碰巧了。", () => "一步就到谷底。真实的问题可没有这么客气。"],
      swings: [
        "跨过了头，但还是到了。",
        (arrived) => `每一步都跳到对面，只是一次比一次近，第 ${arrived} 步到达。`,
      ],
      swingsLong: ["左右摇摆。", () => "每一步都落到对面，却几乎没有比刚才低多少。"],
      forever: ["来回振荡。", () => "每次都跳到对面同样高的地方，永远停不下来。"],
      diverges: ["发散了。", () => "每跳一次都比起跳时更高，于是下一跳更远。"],
    },
    factor: (rate, factor) =>
      `在这条曲线上，每一步都把 x 乘以 1\u00a0−\u00a02η = 1\u00a0−\u00a02\u00a0·\u00a0${rate} = ${factor}。`,
  },
};
