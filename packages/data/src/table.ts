/**
 * Reads a table of numbers from delimited text (CSV, TSV): one `Float64Array` a column. It does not
 * know missing values or categories: that is frame.ts. Read rows.ts next, where rows come from, and
 * `cell.ts`: what counts as a number.
 */
import { toNumber } from "./cell.js";
import { DataError } from "./errors.js";
import { placeOf, readRows } from "./rows.js";
import type { ReadTableOptions } from "./rows.js";

/**
 * A table of numbers, stored by column.
 *
 * @example
 * const table = readTable("x,y\n1,2\n3,4");
 * table.rows // 2
 * table.names // [ 'x', 'y' ]
 * table.column("y") // 2,4
 */
export class Table {
  /** The name of each column; `column 1`, `column 2`, ... where the file has none. */
  readonly names: readonly string[];
  /** The numbers of each column, in the order of the file. */
  readonly columns: readonly Float64Array[];
  /** How many rows there are, the header not counted. */
  readonly rows: number;

  /**
   * Tables come from `readTable`. All columns have the same length, and there is a name for each.
   */
  constructor(names: readonly string[], columns: readonly Float64Array[]) {
    this.names = names;
    this.columns = columns;
    this.rows = columns[0]?.length ?? 0;
  }

  /**
   * One column, by its name or by its position from 0. The array is the table's own, not a copy.
   * Throws `DataError` if there is no such column.
   *
   * @example
   * readTable("1,2\n3,4").column(0) // 1,3
   * readTable("x,y\n1,2").column("z") // throws DataError: there is no column "z"
   */
  column(nameOrPosition: string | number): Float64Array {
    const position =
      typeof nameOrPosition === "number" ? nameOrPosition : this.names.indexOf(nameOrPosition);
    const column = this.columns[position];
    if (column === undefined) {
      throw new DataError(
        typeof nameOrPosition === "number"
          ? `there is no column ${nameOrPosition}: pass 0 to ${this.names.length - 1}`
          : `there is no column "${nameOrPosition}": the columns are "${this.names.join('", "')}"`,
      );
    }
    return column;
  }
}

/**
 * Reads a table of numbers from a CSV or TSV file, its text or its bytes.
 *
 * Understood: comma, semicolon or tab between cells; names of columns on the first line, or none;
 * cells in double quotes; blanks around cells; line ends of Unix and Windows; a byte order mark;
 * blank lines, where there is more than one column. A number is a decimal one: `3`, `-0.5`,
 * `+1e-3`.
 *
 * Throws `DataError`, with line and column, for everything that would otherwise become a wrong
 * number: text, empty cells, `nan` and `inf`, rows of different lengths, a quote that never
 * closes, no rows at all.
 *
 * @example
 * const table = readTable("hours,score\n1,52.5\n2,61\n", { columns: 2 });
 * table.column("score") // 52.5,61
 * readTable("1;2\n3;4").names // [ 'column 1', 'column 2' ]
 * readTable("1,2\n3") // throws DataError: line 2: 1 cell where line 1 has 2
 */
export function readTable(source: string | Uint8Array, options: ReadTableOptions = {}): Table {
  const { names, body, guessed } = readRows(source, options, "readTable");
  const columns = names.map(() => new Float64Array(body.length));
  for (const [index, row] of body.entries()) {
    for (const [position, column] of columns.entries()) {
      const result = toNumber(row.cells[position] ?? "");
      if (typeof result === "string") {
        const hint =
          index === 0 && guessed
            ? "; if this line holds the names of the columns, pass { header: true }"
            : "";
        throw new DataError(result + hint, placeOf(row, position));
      }
      column[index] = result;
    }
  }
  return new Table(names, columns);
}
