/**
 * Rows of cells from delimited text (CSV, TSV), each with its line. It splits nothing itself:
 * cells come from csv-parse. What the cells mean is told in table.ts, where all are numbers, and in
 * frame.ts, where they are not.
 */
import { CsvError, parse } from "#csv-parse";

import { looksNumeric } from "./cell.js";
import { DataError } from "./errors.js";
import { decodeText } from "./text.js";

/** What readers of tables cannot, or should not, find out by themselves. */
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
  /** How many lines before the table to leave out; none unless given. */
  readonly skip?: number;
  /**
   * How bytes are read: `"utf-8"` unless given, or by a byte order mark; `"latin1"` (which is
   * Windows-1252, as on the web), or any other name that `TextDecoder` knows.
   */
  readonly encoding?: string;
}

/** The cells of one row, and the line of the file on which it begins. */
export interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

/** A table as it is written: names, and rows that are all as wide. */
export interface Rows {
  readonly names: readonly string[];
  readonly body: readonly Row[];
  /** Whether a first line that was taken for values could be names. */
  readonly guessed: boolean;
}

/** Splits text, or the bytes of one, into rows that are all as wide. */
export function readRows(
  source: string | Uint8Array,
  options: ReadTableOptions,
  reader: string,
): Rows {
  const rows = splitRows(decodeText(source, options.encoding, reader), options);
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
  const all = hasHeader ? rows.slice(1) : rows;
  // Where there is one column, a blank line may be a value that is missing.
  const body = width === 1 ? all : all.filter(({ cells }) => !isBlank(cells));
  if (body.length === 0) {
    throw new DataError(
      "there is a header but no row below it; if this line is data, pass { header: false }",
      { line: first.line },
    );
  }
  for (const { cells, line } of body) {
    if (cells.length === width) continue;
    const second = rows.find((row) => row !== first && !isBlank(row.cells));
    const further =
      line === second?.line && cells.length > width
        ? "; if the table begins further down, pass { skip: 1 }, or more"
        : "";
    throw new DataError(differentLength(cells, width, first.line) + further, { line });
  }
  return { names, body, guessed: !hasHeader && options.header === undefined };
}

/** Where a cell is, for messages. */
export const placeOf = (
  { cells, line }: Row,
  column: number,
): { line: number; column: number } => ({
  line: line + lineBreaks(cells.slice(0, column)),
  column: column + 1,
});

function splitRows(whole: string, { delimiter, skip = 0 }: ReadTableOptions): Row[] {
  const text = withoutLines(whole, skip);
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
    if (error instanceof CsvError) throw misplacedQuote(text, options, error, skip + 1);
    throw error;
  }
  while (records.length > 0 && isBlank(records.at(-1) ?? [])) records.pop();

  let line = 1 + skip;
  const rows = records.map((cells) => {
    const row = { cells, line };
    line += 1 + lineBreaks(cells);
    return row;
  });
  const begin = rows.findIndex(({ cells }) => !isBlank(cells));
  return begin > 0 ? rows.slice(begin) : rows;
}

function withoutLines(text: string, skip: number): string {
  if (!Number.isSafeInteger(skip) || skip < 0) {
    throw new DataError(`{ skip: ${skip} } is no number of lines: pass 0, 1, 2, ...`);
  }
  const breaks = /\r\n|\n|\r/g;
  for (let i = 0; i < skip; i++) {
    if (breaks.exec(text) === null) return "";
  }
  return text.slice(breaks.lastIndex);
}

/** csv-parse stops at the first bad quote; the cells it got through before tell the line. */
function misplacedQuote(
  text: string,
  options: object,
  error: CsvError,
  firstLine: number,
): DataError {
  let line = firstLine;
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
