/**
 * What counts as a number in a cell, and what to say when it does not.
 * Read `table.ts` for where cells come from.
 */

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const notFinite = /^[+-]?(nan|inf|infinity)$/i;

/**
 * The number in a cell, already without blanks around it; or, as text, why it is none and what to
 * do. `Number(cell)` alone would take "" for 0, "0x1F" for 31 and "Infinity" for a number.
 */
export function toNumber(cell: string): number | string {
  if (decimal.test(cell)) {
    const value = Number(cell);
    return Number.isFinite(value) ? value : `"${shorten(cell)}" is too large for a 64-bit number`;
  }
  if (cell === "") return "the cell is empty: fill in a number or remove the row";
  const shown = JSON.stringify(shorten(cell));
  if (notFinite.test(cell)) {
    return `${shown} is not a finite number: replace it or remove the row`;
  }
  return `${shown} is not a number${advice(cell)}`;
}

/**
 * Whether a cell of the first line is more likely a value, if perhaps a faulty one, than a name.
 */
export function looksNumeric(cell: string): boolean {
  return /^[+-]?[.,]?\d/.test(cell) || notFinite.test(cell);
}

function advice(cell: string): string {
  if (/^[+-]?\d*,\d+$/.test(cell)) return `: write ${cell.replace(",", ".")}, with a point`;
  if (/^\S+\s+\S/.test(cell) && cell.split(/\s+/).every((part) => decimal.test(part))) {
    return ': if blanks separate the cells, pass { delimiter: " " }';
  }
  if (/^[+-]?0x[\da-f]+$/i.test(cell)) return `: write it in decimal, ${Number.parseInt(cell, 16)}`;
  return "";
}

function shorten(cell: string): string {
  return cell.length > 40 ? `${cell.slice(0, 39)}…` : cell;
}
