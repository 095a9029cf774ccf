/** What the sixth chapter says as it times, in both languages. */
type Told = readonly [title: string, text: string];

interface Words {
  readonly measure: readonly [start: string, stop: string];
  readonly trap: readonly [start: string, stop: string];
  readonly axes: readonly [points: string, time: string];
  readonly count: (points: number) => string;
  readonly picture: (rows: number) => string;
  readonly ready: Told;
  readonly running: (points: string) => Told;
  readonly stopped: Told;
  readonly done: (crossing: string, factor: string, points: string) => Told;
  /** From where on the default loop is faster; `null` for nowhere, "" for everywhere. */
  readonly crossing: (points: string | null) => string;
  readonly same: (points: string, w: string, b: string) => string;
  readonly tick: (microseconds: string) => string;
  readonly times: (factor: string) => string;
}

export const words: Readonly<Record<"en" | "zh", Words>> = {
  en: {
    measure: ["Measure", "Stop"],
    trap: ["Make all five mistakes", "Stop"],
    axes: ["points", "microseconds a step"],
    count: (points) => points.toLocaleString("en").replaceAll(",", " "),
    picture: (rows) => `Times for ${rows} numbers of points; the table below has them.`,
    ready: ["Ready.", "It takes some seconds, in a worker. Leave the page in front meanwhile."],
    running: (points) => ["Measuring.", `The three ways take turns on ${points} points.`],
    stopped: ["Stopped.", "What was measured stays."],
    done: (crossing, factor, points) => [
      crossing,
      `With ${points} points the default loop takes ${factor} times as long as the loop by hand.`,
    ],
    crossing: (points) => {
      if (points === null) return "By hand it is faster, as far as was measured.";
      if (points === "") return "By default it is faster, everywhere that was measured.";
      return `From about ${points} points on, the default loop is the faster one.`;
    },
    same: (points, w, b) =>
      `On ${points} points all three ways came to the same line in five steps: ` +
      `w = ${w}, b = ${b}.`,
    tick: (microseconds) =>
      `Your clock ticks every ${microseconds} µs, so every turn is at least 20 ms long.`,
    times: (factor) => `× ${factor}`,
  },
  zh: {
    measure: ["开始测", "停止"],
    trap: ["把五个错都犯一遍", "停止"],
    axes: ["点数", "每步微秒数"],
    count: (points) => points.toLocaleString("en").replaceAll(",", " "),
    picture: (rows) => `${rows} 种点数下的耗时，数值见下表。`,
    ready: ["准备好了。", "要花几秒钟，在 worker 里跑。这段时间请让页面留在最前面。"],
    running: (points) => ["正在测。", `三种写法轮流上场，${points} 个点。`],
    stopped: ["停下了。", "已经测到的都留着。"],
    done: (crossing, factor, points) => [
      crossing,
      `${points} 个点时，默认循环的耗时是手写的 ${factor} 倍。`,
    ],
    crossing: (points) => {
      if (points === null) return "在测过的范围内，手写的始终更快。";
      if (points === "") return "在测过的范围内，默认循环处处更快。";
      return `大约从 ${points} 个点起，默认循环反而更快。`;
    },
    same: (points, w, b) =>
      `${points} 个点上，三种写法走五步，到的是同一条直线：w = ${w}，b = ${b}。`,
    tick: (microseconds) => `你的时钟每 ${microseconds} 微秒才跳一格，所以每一轮都不短于 20 毫秒。`,
    times: (factor) => `${factor} 倍`,
  },
};
