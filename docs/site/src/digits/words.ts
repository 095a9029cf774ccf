/** What the fifth chapter says as its reader draws and trains, in both languages. */
type Told = readonly [title: string, text: string];

export interface Words {
  readonly train: readonly [train: string, stop: string];
  readonly empty: string;
  readonly reading: (digit: number, share: string) => string;
  readonly unsure: (digit: number, other: number) => string;
  readonly starting: Told;
  readonly untrained: Told;
  readonly drawing: (digits: number) => Told;
  readonly learning: (step: number, of: number, loss: string) => Told;
  readonly trained: (share: string, of: number, steps: number, seconds: string) => Told;
  readonly stopped: (share: string, of: number, steps: number) => Told;
  readonly loaded: (file: string, layers: string, share: string, of: number) => Told;
  readonly mistake: (truth: number, taken: number, share: string) => string;
  readonly noMistakes: string;
}

export const words: Readonly<Record<"en" | "zh", Words>> = {
  en: {
    train: ["Train", "Stop"],
    empty: "Nothing is drawn.",
    reading: (digit, share) => `It reads a ${digit}, with ${share}.`,
    unsure: (digit, other) => `It does not know: ${digit}, or perhaps ${other}.`,
    starting: ["The library is loading.", "One moment."],
    untrained: [
      "It has learnt nothing yet.",
      "Its weights are chance, so its probabilities are near a tenth, whatever you draw.",
    ],
    drawing: (digits) => ["Drawing.", `${digits} digits to learn from are being drawn.`],
    learning: (step, of, loss) => [
      "Learning.",
      `Step ${step} of ${of}, loss ${loss}. Your drawing is read all the while.`,
    ],
    trained: (share, of, steps, seconds) => [
      `${share} of the test digits are right.`,
      `${steps} steps in ${seconds} s; judged by ${of} drawn digits that it had not seen.`,
    ],
    stopped: (share, of, steps) => [
      `Stopped: ${share} of the test digits are right.`,
      `After ${steps} steps, judged by ${of} drawn digits that it had not seen.`,
    ],
    loaded: (file, layers, share, of) => [
      `${file} is the network now.`,
      `Layers: ${layers}. Of the ${of} drawn test digits it reads ${share}.`,
    ],
    mistake: (truth, taken, share) => `${truth} as ${taken}, ${share}`,
    noMistakes: "None: every test digit is right.",
  },
  zh: {
    train: ["训练", "停止"],
    empty: "还没画。",
    reading: (digit, share) => `它读作 ${digit}，概率 ${share}。`,
    unsure: (digit, other) => `它说不准：像 ${digit}，也像 ${other}。`,
    starting: ["正在载入库。", "稍等一下。"],
    untrained: ["它还什么都没学。", "权重全是随机的，所以不管你画什么，十个概率都在十分之一上下。"],
    drawing: (digits) => ["正在画。", `正在画 ${digits} 个供学习的数字。`],
    learning: (step, of, loss) => [
      "正在学。",
      `第 ${step} 步，共 ${of} 步，损失 ${loss}。学的同时，它一直在读你画的数字。`,
    ],
    trained: (share, of, steps, seconds) => [
      `测试数字读对了 ${share}。`,
      `${seconds} 秒走了 ${steps} 步；测试用的 ${of} 个数字，它都没见过。`,
    ],
    stopped: (share, of, steps) => [
      `停下了：测试数字读对了 ${share}。`,
      `走了 ${steps} 步；测试用的 ${of} 个数字，它都没见过。`,
    ],
    loaded: (file, layers, share, of) => [
      `现在用的是 ${file} 里的网络。`,
      `各层大小：${layers}。画出来的 ${of} 个测试数字，它读对 ${share}。`,
    ],
    mistake: (truth, taken, share) => `${truth} 读成 ${taken}，${share}`,
    noMistakes: "没有：测试数字全对。",
  },
};
