// A reader of written formulas: what a person would understand by the text, as a number. It knows
// the notation and nothing of the trees that were written.

type Values = Readonly<Record<string, number>>;
type Functions = Readonly<Record<string, (...xs: number[]) => number>>;

/** What the text of a formula comes to, with what stands after `where`. */
export function readFormula(text: string, values: Values, functions: Functions): number {
  const [whole = "", definitions = ""] = text.split(" where ");
  const known: Record<string, number> = { π: Math.PI, e: Math.E, ...values };
  // What a letter stands for may have later letters in it.
  for (const definition of definitions.split(/, (?=[uvwts] = )/).reverse()) {
    const [, letter = "", part = ""] = /^([uvwts]) = (.*)$/.exec(definition) ?? [];
    if (letter !== "") known[letter] = new Reader(part, known, functions).all();
  }
  return new Reader(whole, known, functions).all();
}

const infix: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { or: (a, b) => Number(a !== 0 || b !== 0) },
  { and: (a, b) => Number(a !== 0 && b !== 0) },
  {},
  {
    "=": (a, b) => Number(a === b),
    "≠": (a, b) => Number(a !== b),
    "<": (a, b) => Number(a < b),
    "≤": (a, b) => Number(a <= b),
    ">": (a, b) => Number(a > b),
    "≥": (a, b) => Number(a >= b),
  },
  { "+": (a, b) => a + b, "−": (a, b) => a - b },
  { "·": (a, b) => a * b, "/": (a, b) => a / b },
];
const NOT = 2;
const SUM = 4;

class Reader {
  private readonly tokens: string[];
  private readonly values: Values;
  private readonly functions: Functions;
  private at = 0;

  constructor(text: string, values: Values, functions: Functions) {
    this.tokens = text.match(/\d+(\.\d+)?(e−?\d+)?|[a-zA-Z]\w*|[^\s]/g) ?? [];
    this.values = values;
    this.functions = functions;
  }

  all(): number {
    const value = this.choice();
    if (this.at < this.tokens.length) throw new Error(`${this.tokens[this.at]} is left over`);
    return value;
  }

  private take(...wanted: string[]): string | undefined {
    return wanted.includes(this.tokens[this.at] ?? "end") ? this.tokens[this.at++] : undefined;
  }

  private expect(token: string): void {
    if (this.take(token) === undefined)
      throw new Error(`${token} is missing in ${this.tokens.join(" ")}`);
  }

  private choice(): number {
    const yes = this.operators(0);
    if (this.take("if") === undefined) return yes;
    const condition = this.operators(0);
    this.expect("else");
    const no = this.choice();
    return condition === 0 ? no : yes;
  }

  private operators(level: number): number {
    if (level === NOT && this.take("not") !== undefined) return Number(this.operators(NOT) === 0);
    if (level === SUM && this.take("−") !== undefined)
      return this.rest(SUM, -this.operators(SUM + 1));
    return level === infix.length ? this.power() : this.rest(level, this.operators(level + 1));
  }

  /** What follows a first operand, from left to right. */
  private rest(level: number, first: number): number {
    let value = first;
    for (;;) {
      const sign = this.take(...Object.keys(infix[level]!));
      if (sign === undefined) return value;
      value = infix[level]![sign]!(value, this.operators(level + 1));
    }
  }

  private power(): number {
    if (this.take("√") !== undefined) return Math.sqrt(this.atom());
    const base = this.atom();
    const mark = this.take("²", "³", "^");
    if (mark === undefined) return base;
    if (mark !== "^") return base ** (mark === "²" ? 2 : 3);
    return base ** (this.take("−") === undefined ? this.power() : -this.power());
  }

  private atom(): number {
    const token = this.tokens[this.at++] ?? "end";
    const closing = { "(": ")", "|": "|", "⌊": "⌋", "⌈": "⌉" }[token];
    if (closing !== undefined) {
      const value = this.choice();
      this.expect(closing);
      return (
        { "(": value, "|": Math.abs(value), "⌊": Math.floor(value) }[token] ?? Math.ceil(value)
      );
    }
    if (/^\d/.test(token)) return Number(token.replace("−", "-"));
    if (token === "∞") return Infinity;
    if (token === "NaN") return NaN;
    if (this.take("(") === undefined) {
      if (!Object.hasOwn(this.values, token)) throw new Error(`nobody said what ${token} is`);
      return this.values[token]!;
    }
    const inputs = [this.choice()];
    while (this.take(",") !== undefined) inputs.push(this.choice());
    this.expect(")");
    return this.functions[token]!(...inputs);
  }
}
