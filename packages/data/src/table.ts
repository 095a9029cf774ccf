/**
 * Reads a table of numbers from delimited text (CSV, TSV): one `Float64Array` a column. It splits
 * nothing itself: cells come from csv-parse; here they become numbers or an error with its line.
 * It does not know files, missing values or categories. Read `cell.ts` next: what counts as a
 * number.
 */
import { CsvError, parse } from "#csv-parse";

import { looksNumeric, toNumber } from "./cell.js";
import { DataError } from "./errors.js";

/** What `readTable` cannot, or should not, find out by itself. */
export interface ReadTableOptions {
  /**
   * The character between cells. Unless given, it is a tab if the first line has one outside
   * quotes, otherwise a semicolon if it has one, otherwise a comma.
   */
  readonly delimiter?: string;
  /**
   * Whether the first line holds the names of the columns. Unless given, it does if none of its
   * cells begins like a number.
   */
  readonly header?: boolean;
  /** Exactly how many columns the table must have. */
  readonly columns?: number;
}

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
 * Reads a table of numbers from the text of a CSV or TSV file.
 *
 * Understood: comma, semicolon or tab between cells; names of columns on the first line, or none;
 * cells in double quotes; blanks around cells; line ends of Unix and Windows; a byte order mark;
 * blank lines at the end. A number is a decimal one: `3`, `-0.5`, `+1e-3`.
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
export function readTable(text: string, options: ReadTableOptions = {}): Table {
  if (typeof text !== "string") {
    throw new DataError(
      "readTable(text) takes the text of a file, not its bytes or its name: " +
        'pass readFileSync(path, "utf8") or await file.text()',
    );
  }
  const rows = splitRows(text, options.delimiter);
  const [first] = rows;
  if (first === undefined) {
    throw new DataError("the table is empty: there is no row in the text");
  }
  const width = first.cells.length;
  if (options.columns !== undefined && width !== options.columns) {
    throw new DataError(
      `there ${width === 1 ? "is 1 column" : `are ${width} columns`} where { columns: ` +
        `${options.columns} } was asked for; if the cells are split wrongly, pass { delimiter }`,
      { line: first.line },
    );
  }

  const hasHeader = options.header ?? isHeader(first.cells);
  const names = hasHeader ? headerNames(first) : first.cells.map((_, index) => unnamed(index));
  const body = hasHeader ? rows.slice(1) : rows;
  if (body.length === 0) {
    throw new DataError(
      "there is a header but no row below it; if this line is data, pass { header: false }",
      { line: first.line },
    );
  }

  const columns = names.map(() => new Float64Array(body.length));
  for (const [index, row] of body.entries()) {
    const { cells, line } = row;
    if (cells.length !== width) {
      throw new DataError(differentLength(cells, width, first.line), { line });
    }
    for (const [position, column] of columns.entries()) {
      const cell = cells[position] ?? "";
      const result = toNumber(cell);
      if (typeof result === "string") {
        const hint =
          row === first && options.header === undefined
            ? "; if this line holds the names of the columns, pass { header: true }"
            : "";
        const place = { line: line + lineBreaks(cells.slice(0, position)), column: position + 1 };
        throw new DataError(result + hint, place);
      }
      column[index] = result;
    }
  }
  return new Table(names, columns);
}

/** The cells of one row, and the line of the file on which it begins. */
interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

function splitRows(textOfFile: string, delimiter?: string): Row[] {
  const text = textOfFile.startsWith("\uFEFF") ? textOfFile.slice(1) : textOfFile;
  const options = {
    delimiter: delimiter === undefined ? findDelimiter(text) : checkDelimiter(delimiter),
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    trim: true,
  };
  let records: string[][];
  try {
    records = parse(text, options);
  } catch (error) {
    if (error instanceof CsvError) throw misplacedQuote(text, options, error);
    throw error;
  }
  while (records.length > 0 && isBlank(records.at(-1) ?? [])) records.pop();

  let line = 1;
  return records.map((cells) => {
    const row = { cells, line };
    line += 1 + lineBreaks(cells);
    return row;
  });
}

/** csv-parse stops at the first bad quote; the cells it got through before tell the line. */
function misplacedQuote(text: string, options: object, error: CsvError): DataError {
  let line = 1;
  let column = 1;
  try {
    parse(text, {
      ...options,
      cast: (cell) => {
        line += lineBreaks([cell]);
        column += 1;
        return cell;
      },
      on_record: () => {
        line += 1;
        column = 1;
        return null;
      },
    });
  } catch {
    // The same error again: line and column now say where.
  }
  const problem =
    error.code === "CSV_QUOTE_NOT_CLOSED"
      ? 'a quote opens here and is never closed: add the missing "'
      : 'a quote stands inside the cell: put the whole cell in quotes and double those inside, ""';
  return new DataError(problem, { line, column });
}

function findDelimiter(text: string): string {
  const seen = new Set<string>();
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "\n" || character === "\r") break;
    else seen.add(character);
  }
  return ["\t", ";"].find((delimiter) => seen.has(delimiter)) ?? ",";
}

function checkDelimiter(delimiter: string): string {
  if (delimiter.length !== 1 || /[\w+\-."\r\n]/.test(delimiter)) {
    throw new DataError(
      `${JSON.stringify(delimiter)} cannot separate cells: pass one character that no number ` +
        'contains, such as { delimiter: ";" }',
    );
  }
  return delimiter;
}

function isHeader(cells: readonly string[]): boolean {
  return cells.some((cell) => cell !== "") && !cells.some(looksNumeric);
}

function headerNames({ cells, line }: Row): string[] {
  const names = cells.map((cell, index) => (cell === "" ? unnamed(index) : cell));
  for (const [index, name] of names.entries()) {
    const earlier = names.indexOf(name);
    if (earlier < index) {
      throw new DataError(
        `${JSON.stringify(name)} names column ${earlier + 1} too: rename one of the two`,
        { line, column: index + 1 },
      );
    }
  }
  return names;
}

function unnamed(index: number): string {
  return `column ${index + 1}`;
}

function differentLength(cells: readonly string[], width: number, firstLine: number): string {
  if (isBlank(cells))
    return "the line is blank: remove it (only blank lines at the end are ignored)";
  return (
    `${cells.length} ${cells.length === 1 ? "cell" : "cells"} where ` +
    `line ${firstLine} has ${width}: ` +
    (cells.length < width
      ? "add the missing ones"
      : "remove the surplus, or quote the cell it is in")
  );
}

function isBlank(cells: readonly string[]): boolean {
  return cells.length === 1 && cells[0] === "";
}

function lineBreaks(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) count += cell.match(/\r\n|\r|\n/g)?.length ?? 0;
  return count;
}
