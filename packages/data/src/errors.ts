/**
 * The one error of this package: it knows where in the file the trouble is.
 * Read `table.ts` next: who throws it.
 */
import { NablaError } from "@nabla/core";

/**
 * Thrown when a file cannot be read as what was asked for, or not be written. The message begins
 * with the place, where there is one: `line 7, column 2: "abc" is not a number`.
 *
 * @example
 * readTable("1,2\n3,abc") // throws DataError: line 2, column 2: "abc" is not a number
 */
export class DataError extends NablaError {
  /** Line of the file as an editor counts them, from 1; undefined if no one line is to blame. */
  readonly line: number | undefined;
  /** Column of the table, from 1; undefined if no one cell is to blame. */
  readonly column: number | undefined;

  constructor(problem: string, place: { line?: number; column?: number; cause?: unknown } = {}) {
    const { line, column, ...options } = place;
    const parts: string[] = [];
    if (line !== undefined) parts.push(`line ${line}`);
    if (column !== undefined) parts.push(`column ${column}`);
    super(parts.length > 0 ? `${parts.join(", ")}: ${problem}` : problem, options);
    this.line = line;
    this.column = column;
  }
}
