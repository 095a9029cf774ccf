/** What the third chapter says as its reader steps, in both languages. */
interface Words {
  readonly play: readonly [string, string];
  readonly editor: string;
  readonly loading: string;
  readonly nothing: string;
  readonly constant: string;
  readonly large: (count: number) => string;
  readonly slow: string;
  /** Before the first step. */
  readonly forward: readonly [title: string, text: string];
  readonly stepOf: (step: number, of: number) => string;
  readonly begins: (result: string) => string;
  readonly arrives: (from: string) => string;
  readonly sum: (parts: number, from: string) => string;
  readonly local: string;
  readonly passes: (to: string) => string;
  readonly putBack: (to: string) => string;
  readonly noDerivative: (to: string) => string;
  readonly summed: (to: string) => string;
  readonly where: string;
  readonly leaf: (name: string) => string;
  readonly and: string;
  readonly drawing: (result: string) => string;
}

export const words: Readonly<Record<"en" | "zh", Words>> = {
  en: {
    play: ["Play", "Pause"],
    editor: "The program",
    loading: "Drawing …",
    nothing: "There is no tensor to draw: declare one at the beginning of a line, such as loss.",
    constant:
      "Nothing here is to be learnt: make what is with { requiresGrad: true }, " +
      "and compute loss from it.",
    large: (count) => `${count} steps are more than one wants to take; make it smaller.`,
    slow: "It ran for five seconds and was ended. Is there a loop without an end?",
    forward: [
      "Forward: the numbers.",
      "Each box has computed its number from those above it, and remembers how. " +
        "Now take the first step back.",
    ],
    stepOf: (step, of) => `Step ${step} of ${of}`,
    begins: (result) => `It begins with ${result} itself. Moved by a little, it moves by as much:`,
    arrives: (from) => `From ${from} arrives`,
    sum: (parts, from) => `${parts} ways lead here, from ${from}. What comes along each is added:`,
    local: "How the result of this box depends on what goes in:",
    passes: (to) => `So ${to} gets`,
    putBack: (to) => `${to} gets it, each element where it was taken from:`,
    noDerivative: (to) => `${to} gets nothing: there is no derivative by it.`,
    summed: (to) => `summed over all elements, since ${to} was used for each`,
    where: "where",
    leaf: (name) => `${name} was not computed from anything, so the way ends here. It keeps what
      arrived:`,
    and: " and ",
    drawing: (result) => `The graph of ${result}`,
  },
  zh: {
    play: ["播放", "暂停"],
    editor: "程序",
    loading: "正在画图……",
    nothing: "没有张量可画：请在一行的开头声明一个，例如 loss。",
    constant: "这里没有要学的东西：用 { requiresGrad: true } 造出参数，再由它算出 loss。",
    large: (count) => `一共 ${count} 步，太多了，走不过来；请把程序改小一点。`,
    slow: "程序跑了五秒还没结束，已经停掉了。是不是有一个没有尽头的循环？",
    forward: [
      "前向：先把数算出来。",
      "每个方框都由上面的数算出自己的数，并且记住了是怎么算的。现在，往回走第一步。",
    ],
    stepOf: (step, of) => `第 ${step} 步，共 ${of} 步`,
    begins: (result) => `从 ${result} 自己开始。它变多少，它就变多少：`,
    arrives: (from) => `从 ${from} 传来`,
    sum: (parts, from) => `通到这里的路有 ${parts} 条，分别来自 ${from}。各条路传来的，加在一起：`,
    local: "这个方框的结果，怎样随它的输入而变：",
    passes: (to) => `于是 ${to} 得到`,
    putBack: (to) => `${to} 得到它，每个元素回到原来的位置：`,
    noDerivative: (to) => `${to} 什么也得不到：对它没有导数。`,
    summed: (to) => `对所有元素求和，因为 ${to} 在每个元素里都用了一次`,
    where: "其中",
    leaf: (name) => `${name} 不是由别的数算出来的，路到这里就是尽头。传来的数，它留下：`,
    and: "、",
    drawing: (result) => `${result} 的计算图`,
  },
};
