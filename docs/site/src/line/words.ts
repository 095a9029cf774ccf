/** What the second chapter says as its reader moves things, in both languages. */
interface Words {
  readonly play: readonly [string, string];
  readonly point: (i: number, of: number) => string;
  readonly place: (x: string, y: string) => string;
  readonly start: string;
  readonly startValue: (w: string, b: string) => string;
  /** Of the two that backward() finds. */
  readonly slopes: string;
  readonly waiting: readonly [title: string, text: string];
  readonly walking: (share: string) => readonly [title: string, text: string];
  readonly arrived: (steps: number) => readonly [title: string, text: string];
  readonly stalled: readonly [title: string, text: string];
  readonly diverges: (rate: string) => readonly [title: string, text: string];
  readonly limit: (limit: string) => string;
  readonly noLimit: string;
  readonly many: string;
  readonly loaded: (name: string, count: number) => string;
  readonly scaled: (x: readonly string[], y: readonly string[]) => string;
}

export const words: Readonly<Record<"en" | "zh", Words>> = {
  en: {
    play: ["Play", "Pause"],
    point: (i, of) => `Point ${i} of ${of}`,
    place: (x, y) => `x = ${x}, y = ${y}`,
    start: "Start of the descent",
    startValue: (w, b) => `w = ${w}, b = ${b}`,
    slopes: "w.grad and b.grad: the two slopes",
    waiting: ["Ready.", "Play, or take one step at a time."],
    walking: (share) => ["On its way.", `${share} of the error that can go is gone.`],
    arrived: (steps) => [
      `There, after ${steps} steps.`,
      "To as many digits as you see, it is the line of the closed form.",
    ],
    stalled: ["Still here.", "2000 steps, and not there: the rate is too small."],
    diverges: (rate) => ["It diverges.", `The error grows with every step: ${rate} is too large.`],
    limit: (limit) => `For these points, plain descent with this momentum holds below ${limit}.`,
    noLimit: "This method scales its own steps: their length hardly depends on the slope.",
    many: "All points have the same x, so many lines are equally good, and none is the best.",
    loaded: (name, count) => `${count} points from ${name}.`,
    scaled: ([mx = "", sx = ""], [my = "", sy = ""]) =>
      `Its numbers are large, so both axes are standardised: ` +
      `x here is (x − ${mx}) / ${sx}, y is (y − ${my}) / ${sy}.`,
  },
  zh: {
    play: ["播放", "暂停"],
    point: (i, of) => `第 ${i} 个点，共 ${of} 个`,
    place: (x, y) => `x = ${x}，y = ${y}`,
    start: "下降的起点",
    startValue: (w, b) => `w = ${w}，b = ${b}`,
    slopes: "w.grad 和 b.grad：两个斜率",
    waiting: ["准备好了。", "点“播放”，或者一步一步走。"],
    walking: (share) => ["正在路上。", `能消掉的误差，已经消掉了 ${share}。`],
    arrived: (steps) => [
      `到了，一共 ${steps} 步。`,
      "就你看得见的这几位数字而言，它就是闭式解给出的那条直线。",
    ],
    stalled: ["还没到。", "走了 2000 步还在路上：学习率太小。"],
    diverges: (rate) => ["发散了。", `误差一步比一步大：学习率 ${rate} 太大。`],
    limit: (limit) => `对这些点来说，用这个动量做普通的梯度下降，学习率要小于 ${limit} 才稳得住。`,
    noLimit: "这种方法自己调节步长：步子多大，几乎与坡有多陡无关。",
    many: "所有的点 x 都相同，于是许多直线一样好，没有哪条是最好的。",
    loaded: (name, count) => `已读入 ${name} 中的 ${count} 个点。`,
    scaled: ([mx = "", sx = ""], [my = "", sy = ""]) =>
      `文件里的数比较大，两个轴都做了标准化：` +
      `这里的 x 是 (x − ${mx}) / ${sx}，y 是 (y − ${my}) / ${sy}。`,
  },
};
