/**
 * The header of a safetensors file: JSON of one form only, read by a parser that knows no other. A
 * general one would build what a hostile file tells it to, and lose names that come twice. Nothing
 * here looks at the tensors' bytes: that is safetensors.ts.
 */
import { DataError } from "./errors.js";

/** What the header says of one tensor, unchecked against anything else. */
export interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Begin and end, counted from the end of the header. */
  readonly offsets: readonly number[];
}

export interface Header {
  readonly entries: ReadonlyMap<string, HeaderEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

const MOST_DIMENSIONS = 64;
const code = (character: string): number => character.charCodeAt(0);
const [QUOTE, BACKSLASH, ZERO, NINE] = [code('"'), code("\\"), code("0"), code("9")];

/** Reads a header, or throws a `DataError` that tells the byte of the file. */
export function parseHeader(bytes: Uint8Array): Header {
  const scan = new Scanner(bytes);
  const entries = new Map<string, HeaderEntry>();
  const metadata = new Map<string, string>();
  let described = false;
  scan.object((name) => {
    if (entries.has(name) || (name === "__metadata__" && described)) scan.twice(name);
    if (name === "__metadata__") {
      described = true;
      scan.object((key) => {
        if (metadata.has(key)) scan.twice(key);
        metadata.set(key, scan.string());
      });
    } else entries.set(name, scan.entry());
  });
  scan.end();
  return { entries, metadata };
}

/** Goes through the bytes once; strings are decoded one by one. */
class Scanner {
  private at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  private fail(problem: string): never {
    throw new DataError(`the header of the safetensors file, byte ${this.at + 8}: ${problem}`);
  }

  twice(name: string): never {
    this.fail(`the name ${JSON.stringify(name.slice(0, 80))} comes twice`);
  }

  private blanks(): void {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.at += 1;
    }
  }

  private next(character: string): boolean {
    this.blanks();
    if (this.bytes[this.at] !== code(character)) return false;
    this.at += 1;
    return true;
  }

  private expect(character: string): void {
    if (!this.next(character)) this.fail(`here should be ${character}`);
  }

  /** `item` between brackets, as often as there are commas. */
  private list(open: string, close: string, item: () => void): void {
    this.expect(open);
    if (this.next(close)) return;
    do item();
    while (this.next(","));
    this.expect(close);
  }

  object(member: (name: string) => void): void {
    this.list("{", "}", () => {
      const name = this.string();
      this.expect(":");
      member(name);
    });
  }

  private numbers(most: number): number[] {
    const numbers: number[] = [];
    this.list("[", "]", () => {
      if (numbers.length === most) this.fail(`there are more than ${most} numbers`);
      numbers.push(this.number());
    });
    return numbers;
  }

  private number(): number {
    this.blanks();
    const start = this.at;
    let value = 0;
    for (let byte = this.bytes[this.at]; isDigit(byte); byte = this.bytes[++this.at]) {
      value = value * 10 + byte - ZERO;
    }
    if (this.at === start) this.fail("here should be a whole number, 0 or more");
    if (!Number.isSafeInteger(value)) this.fail("the number is larger than any file");
    if (this.bytes[start] === ZERO && this.at > start + 1) this.fail("a number begins with 0");
    return value;
  }

  string(): string {
    this.expect('"');
    const start = this.at;
    let plain = true;
    for (; this.bytes[this.at] !== QUOTE; this.at++) {
      const byte = this.bytes[this.at];
      if (byte === undefined) this.fail("the string is never closed");
      if (byte < 0x20) this.fail("a control character stands in a string");
      if (byte === BACKSLASH) {
        plain = false;
        this.at += 1;
      }
    }
    const bytes = this.bytes.subarray(start, this.at);
    this.at += 1;
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return this.fail("the string before is not UTF-8");
    }
    return plain ? text : this.unescape(text);
  }

  private unescape(text: string): string {
    let value: unknown;
    try {
      value = JSON.parse(`"${text}"`);
    } catch {
      // Told below: what is no text is no string.
    }
    if (typeof value === "string" && !/\p{Surrogate}/u.test(value)) return value;
    return this.fail("the string before has an escape that JSON does not know");
  }

  entry(): HeaderEntry {
    let dtype: string | undefined;
    let shape: number[] | undefined;
    let offsets: number[] | undefined;
    this.object((field) => {
      if (field === "dtype" && dtype === undefined) dtype = this.string();
      else if (field === "shape" && shape === undefined) shape = this.numbers(MOST_DIMENSIONS);
      else if (field === "data_offsets" && offsets === undefined) offsets = this.numbers(2);
      else if (["dtype", "shape", "data_offsets"].includes(field)) this.twice(field);
      else this.fail("a tensor has only dtype, shape and data_offsets");
    });
    if (dtype === undefined || shape === undefined || offsets?.length !== 2) {
      return this.fail("the tensor before needs dtype, shape and data_offsets, two numbers");
    }
    return { dtype, shape, offsets };
  }

  end(): void {
    this.blanks();
    if (this.at < this.bytes.length) this.fail("the header goes on after its last }");
  }
}

const isDigit = (byte: number | undefined): byte is number =>
  byte !== undefined && byte >= ZERO && byte <= NINE;
