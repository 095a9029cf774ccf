/**
 * Tables as they are found: columns of numbers, of yes and no, of words, with values missing. Not
 * here: how they become tensors, which is features.ts's; tables of numbers alone, which are
 * table.ts's.
 */
import { toNumber } from "./cell.js";
import { DataError } from "./errors.js";
import { placeOf, readRows } from "./rows.js";
import type { ReadTableOptions, Row } from "./rows.js";

/** What a column holds. */
export type ColumnKind = "number" | "boolean" | "text";

/** What `readFrame` cannot, or should not, find out by itself. */
export interface ReadFrameOptions extends ReadTableOptions {
  /** What stands for a missing value; empty, `NA`, `N/A`, `NaN` and `null` unless given. */
  readonly missing?: readonly string[];
  /** What columns hold, by name; found out from all cells of a column unless given. */
  readonly kinds?: Readonly<Record<string, ColumnKind>>;
}

interface Column {
  readonly kind: ColumnKind;
  /** Numbers, 0 and 1, or words; `null` where missing. */
  readonly values: readonly (number | string | null)[];
}

/**
 * A table whose columns hold numbers, booleans or text, and whose values may be missing.
 *
 * @example
 * const frame = readFrame("age,sex\n22,male\n,female\n");
 * frame.kind("age") // number
 * frame.numbers("age") // 22,NaN
 * frame.texts("sex") // [ 'male', 'female' ]
 */
export class Frame {
  /** The name of each column, as in `Table`. */
  readonly names: readonly string[];
  /** How many rows there are. */
  readonly rows: number;
  /** The line of the file on which each row begins. */
  readonly lines: readonly number[];
  private readonly columns: ReadonlyMap<string, Column>;

  /** Frames come from `readFrame`. */
  constructor(columns: ReadonlyMap<string, Column>, lines: readonly number[]) {
    this.columns = columns;
    this.names = [...columns.keys()];
    this.lines = lines;
    this.rows = lines.length;
  }

  /**
   * What a column holds.
   * @example
   * readFrame("alive\ntrue\nFalse").kind("alive") // boolean
   */
  kind(name: string): ColumnKind {
    return this.columnNamed(name).kind;
  }

  /**
   * How many values of a column are missing.
   * @example
   * readFrame("a,b\n1,2\n,4").missing("a") // 1
   */
  missing(name: string): number {
    return this.columnNamed(name).values.filter((value) => value === null).length;
  }

  /**
   * The numbers of a column, 0 and 1 for booleans, NaN where missing. Throws a `DataError` for a
   * column of text.
   * @example
   * readFrame("a,b\n1,x\n2,y").numbers("b") // throws DataError: line 2, column 2: column "b" holds
   */
  numbers(name: string): Float64Array {
    const { kind, values } = this.columnNamed(name);
    if (kind === "text") {
      const first = values.findIndex((value) => value !== null);
      throw new DataError(
        `column "${name}" holds text, such as ${JSON.stringify(values[first])}: take its ` +
          "categories, or pass { missing } if that stands for a missing value",
        { line: this.lines[first] ?? 0, column: this.names.indexOf(name) + 1 },
      );
    }
    return Float64Array.from(values, (value) => (value === null ? NaN : Number(value)));
  }

  /**
   * The values of a column as text, `null` where missing.
   * @example
   * readFrame("a,b\n1,x\n2,").texts("b") // [ 'x', null ]
   */
  texts(name: string): (string | null)[] {
    const { kind, values } = this.columnNamed(name);
    return values.map((value) => {
      if (value === null) return null;
      return kind === "boolean" ? String(value === 1) : String(value);
    });
  }

  /**
   * The rows with these numbers, counted from 0: a part for training, a part for testing.
   * @example
   * readFrame("a\n1\n2\n3").take([2, 0]).numbers("a") // 3,1
   */
  take(rows: readonly number[]): Frame {
    const wrong = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= this.rows);
    if (wrong !== undefined) {
      throw new DataError(`there is no row ${wrong}: pass numbers from 0 to ${this.rows - 1}`);
    }
    const columns = [...this.columns].map(([name, { kind, values }]): [string, Column] => [
      name,
      { kind, values: rows.map((row) => values[row]!) },
    ]);
    return new Frame(
      new Map(columns),
      rows.map((row) => this.lines[row]!),
    );
  }

  private columnNamed(name: string): Column {
    const column = this.columns.get(name);
    if (column !== undefined) return column;
    throw new DataError(
      `there is no column "${name}": the columns are "${this.names.join('", "')}"`,
    );
  }
}

const defaultMissing = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"];

/**
 * Reads a table with columns of any kind from a CSV or TSV file, its text or its bytes. A column
 * holds numbers if all its cells are numbers or missing, booleans if all are `true` or `false` in
 * any case, otherwise text. What is understood and refused is otherwise as in `readTable`.
 *
 * @example
 * const frame = readFrame("mpg,hp\n18,130\n25,?", { missing: ["?"] });
 * frame.missing("hp") // 1
 * const kinds = { hp: "number" };
 * readFrame("mpg,hp\n18,130\n25,?", { kinds }) // throws DataError: line 3, column 2: "?" is not
 */
export function readFrame(source: string | Uint8Array, options: ReadFrameOptions = {}): Frame {
  const { names, body } = readRows(source, options, "readFrame");
  const { kinds = {}, missing = defaultMissing } = options;
  const unknown = Object.keys(kinds).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new DataError(
      `{ kinds } names a column "${unknown}", which is not there: the columns are ` +
        `"${names.join('", "')}"`,
    );
  }
  const absent = new Set(missing);
  const columns = names.map((name, position): [string, Column] => {
    const cells = body.map(({ cells }) => cells[position] ?? "");
    const kind = Object.hasOwn(kinds, name) ? kinds[name]! : kindOf(cells, absent);
    const values = cells.map((cell, i) =>
      absent.has(cell) ? null : valueOf(cell, kind, body[i]!, position),
    );
    return [name, { kind, values }];
  });
  return new Frame(
    new Map(columns),
    body.map(({ line }) => line),
  );
}

const truth = /^(true|false)$/i;

function kindOf(cells: readonly string[], absent: ReadonlySet<string>): ColumnKind {
  const present = cells.filter((cell) => !absent.has(cell));
  if (present.every((cell) => typeof toNumber(cell) === "number")) return "number";
  return present.every((cell) => truth.test(cell)) ? "boolean" : "text";
}

function valueOf(cell: string, kind: ColumnKind, row: Row, position: number): number | string {
  if (kind === "text") return cell;
  const value = kind === "number" ? toNumber(cell) : truthOf(cell);
  if (typeof value === "number") return value;
  throw new DataError(
    `${value}; if it stands for a missing value, pass it in { missing }`,
    placeOf(row, position),
  );
}

const truthOf = (cell: string): number | string =>
  truth.test(cell) ? Number(/^t/i.test(cell)) : `${JSON.stringify(cell)} is not true or false`;
