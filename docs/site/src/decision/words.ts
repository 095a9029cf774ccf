/** What the fourth chapter says as its reader paints and trains, in both languages. */
import type { CodeWords } from "./code.js";

type Told = readonly [title: string, text: string];

interface Words {
  readonly play: readonly [string, string];
  readonly brush: string;
  readonly brushAt: (x: string, y: string) => string;
  readonly here: (x: string, y: string, score: string, p: string) => string;
  readonly counts: (blue: number, orange: number) => string;
  readonly picture: (blue: number, orange: number, right: number) => string;
  readonly axes: readonly [steps: string, loss: string];
  readonly empty: Told;
  readonly waiting: Told;
  readonly walking: (right: number, of: number) => Told;
  readonly allRight: (of: number) => Told;
  readonly lowest: (wrong: number, of: number) => Told;
  readonly rests: (wrong: number, of: number) => Told;
  readonly diverges: (rate: string) => Told;
  readonly line: (w1: string, w2: string, b: string) => string;
  readonly network: (parameters: number, seed: number) => string;
  readonly code: CodeWords;
}

export const words: Readonly<Record<"en" | "zh", Words>> = {
  en: {
    play: ["Train", "Pause"],
    brush: "Brush: arrow keys move it, Enter paints a point, Delete removes one",
    brushAt: (x, y) => `x = ${x}, y = ${y}`,
    here: (x, y, score, p) =>
      `At (${x}, ${y}): z = ${score}, so the probability of orange is ${p}.`,
    counts: (blue, orange) => `${blue} blue, ${orange} orange`,
    picture: (blue, orange, right) =>
      `${blue} blue points and ${orange} orange ones, ${right} of them on the side of their colour`,
    axes: ["steps", "cross-entropy"],
    empty: ["Nothing to learn.", "Paint some points of both colours, or take an example."],
    waiting: ["Ready.", "Train, or take one step at a time."],
    walking: (right, of) => ["Learning.", `${right} of ${of} points are on the right side.`],
    allRight: (of) => [
      `All ${of} on the right side.`,
      "It goes on all the same: what it makes small is the loss, not the number of mistakes.",
    ],
    lowest: (wrong, of) => [
      wrong === 0 ? "It is at the bottom." : `At the bottom, and ${wrong} of ${of} are wrong.`,
      "For a line the loss has a single lowest place, and this is it. More steps will not help, " +
        "nor another rate: only another model.",
    ],
    rests: (wrong, of) => [
      wrong === 0 ? "It has come to rest." : `At rest, and ${wrong} of ${of} are wrong.`,
      "The slope has faded. For a network this may be a hollow beside deeper ones: start anew " +
        "with other weights, or give it more units.",
    ],
    diverges: (rate) => [
      "It jumps about.",
      `The loss is above where it began: ${rate} is too large.`,
    ],
    line: (w1, w2, b) => `z = ${w1} · x + ${w2} · y + ${b}`,
    network: (parameters, seed) => `${parameters} numbers to learn, drawn with seed ${seed}`,
    code: {
      data: "x: the places, [N, 2]; t: 0 for blue, 1 for orange, [N]",
      score: "z",
      loss: "every slope at once",
      probability: "what the colours show",
    },
  },
  zh: {
    play: ["训练", "暂停"],
    brush: "画笔：方向键移动，回车画一个点，Delete 擦掉一个点",
    brushAt: (x, y) => `x = ${x}，y = ${y}`,
    here: (x, y, score, p) => `在 (${x}, ${y}) 处：z = ${score}，所以是橙色的概率为 ${p}。`,
    counts: (blue, orange) => `蓝点 ${blue} 个，橙点 ${orange} 个`,
    picture: (blue, orange, right) =>
      `蓝点 ${blue} 个，橙点 ${orange} 个，其中 ${right} 个在自己颜色的那一边`,
    axes: ["步数", "交叉熵"],
    empty: ["没有可学的东西。", "两种颜色各画几个点，或者选一个例子。"],
    waiting: ["准备好了。", "点“训练”，或者一步一步走。"],
    walking: (right, of) => ["正在学。", `${of} 个点里，有 ${right} 个已经分对。`],
    allRight: (of) => [
      `${of} 个点全部分对。`,
      "它还会接着学：它要减小的是损失，而不是错误的个数。",
    ],
    lowest: (wrong, of) => [
      wrong === 0 ? "已经到底。" : `已经到底，${of} 个点里还错 ${wrong} 个。`,
      "对直线来说，损失只有一个最低处，就是这里。再走多少步、换什么学习率都没用，只能换模型。",
    ],
    rests: (wrong, of) => [
      wrong === 0 ? "停下来了。" : `停下来了，${of} 个点里还错 ${wrong} 个。`,
      "坡已经平了。但对网络来说，这也许只是一个浅坑，旁边还有更深的：换一组初始权重重来，" +
        "或者多给它几个隐藏单元。",
    ],
    diverges: (rate) => ["来回乱跳。", `损失比开始时还高：学习率 ${rate} 太大。`],
    line: (w1, w2, b) => `z = ${w1} · x + ${w2} · y + ${b}`,
    network: (parameters, seed) => `要学的数有 ${parameters} 个，初始值由种子 ${seed} 抽出`,
    code: {
      data: "x：点的位置，[N, 2]；t：蓝色为 0，橙色为 1，[N]",
      score: "z",
      loss: "一次求出所有斜率",
      probability: "图上颜色的深浅",
    },
  },
};
