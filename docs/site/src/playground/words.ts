/** What the playground says as its reader works, in both languages. */
interface Words {
  readonly editor: string;
  readonly first: string;
  readonly guide: string;
  readonly example: string;
  readonly opened: string;
  readonly damaged: string;
  readonly copied: string;
  readonly copiedNot: string;
  readonly preparing: string;
  readonly running: string;
  readonly stopped: string;
  readonly done: (seconds: number) => string;
  readonly failed: string;
  readonly line: (line: number) => string;
  readonly loadingTypes: string;
  readonly errors: (count: number) => string;
  readonly picture: (number: number) => string;
  readonly left: (count: number) => string;
}

export const words: Readonly<Record<"en" | "zh", Words>> = {
  en: {
    editor: "The program",
    first: "To begin with",
    guide: "From the documentation",
    example: "Whole examples",
    opened: "(from the link)",
    damaged: "The link is not whole, so here is the first program.",
    copied: "The link is copied: it has the program in it.",
    copiedNot: "The browser does not let the page copy. The link is in the address bar now.",
    preparing: "Getting ready …",
    running: "Running …",
    stopped: "Stopped.",
    done: (seconds) => `Done in ${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(0)} s.`,
    failed: "It ended with an error.",
    line: (line) => `line ${line}`,
    loadingTypes: "Types: loading …",
    errors: (count) =>
      count === 0 ? "Types: no errors" : `Types: ${count} ${count === 1 ? "error" : "errors"}`,
    picture: (number) => `Picture ${number}`,
    left: (count) => `… ${count} earlier lines`,
  },
  zh: {
    editor: "程序",
    first: "从这里开始",
    guide: "文档里的程序",
    example: "完整的例子",
    opened: "（来自链接）",
    damaged: "链接不完整，先放上第一个程序。",
    copied: "链接已复制，程序就在链接里。",
    copiedNot: "浏览器不允许页面复制。链接已经在地址栏里了。",
    preparing: "正在准备……",
    running: "正在运行……",
    stopped: "已停止。",
    done: (seconds) =>
      `运行完毕，用时 ${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(0)} 秒。`,
    failed: "程序因错误而中止。",
    line: (line) => `第 ${line} 行`,
    loadingTypes: "类型检查：正在加载……",
    errors: (count) => (count === 0 ? "类型检查：没有错误" : `类型检查：${count} 个错误`),
    picture: (number) => `图 ${number}`,
    left: (count) => `……前面还有 ${count} 行`,
  },
};
