/** What `readTable` understands, and what it refuses with the right place and advice. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { DataError, readTable } from "../src/index.js";
import type { ReadTableOptions } from "../src/index.js";

const plain = [
  [1, 3],
  [2, 4],
];
const unnamed = ["column 1", "column 2"];

interface Understood {
  readonly what: string;
  readonly text: string;
  readonly options?: ReadTableOptions;
  readonly names?: string[];
  readonly columns?: number[][];
}

const understood: Understood[] = [
  { what: "commas", text: "1,2\n3,4\n" },
  { what: "semicolons", text: "1;2\n3;4\n" },
  { what: "tabs", text: "1\t2\n3\t4\n" },
  { what: "a delimiter of one's own", text: "1|2\n3|4", options: { delimiter: "|" } },
  { what: "blanks as delimiter", text: "1 2\n3 4", options: { delimiter: " " } },
  { what: "no line end at the end", text: "1,2\n3,4" },
  { what: "Windows line ends", text: "1,2\r\n3,4\r\n" },
  { what: "old Macintosh line ends", text: "1,2\r3,4\r" },
  { what: "mixed line ends", text: "1,2\r\n3,4\n" },
  { what: "a byte order mark", text: "\uFEFF1,2\n3,4\n" },
  { what: "blank lines at the end", text: "1,2\n3,4\n\n  \r\n\n" },
  { what: "blank lines in the middle", text: "\n1,2\n\n  \r\n3,4\n" },
  { what: "lines before the table", text: "# made\n\n1,2\n3,4\n", options: { skip: 1 } },
  { what: "blanks around cells", text: " 1 , 2\n3  ,\u00A04 \n" },
  { what: "quoted cells", text: '"1","2"\n 3 , "4" \n' },
  { what: "a header", text: "x,y\n1,2\n3,4\n", names: ["x", "y"] },
  { what: "a header after a byte order mark", text: "\uFEFFx,y\n1,2\n3,4\n", names: ["x", "y"] },
  {
    what: "a header with the delimiter in quotes",
    text: '"x;1",y\n1,2\n3,4',
    names: ["x;1", "y"],
  },
  { what: "a header with a gap", text: ",y\n1,2\n3,4\n", names: ["column 1", "y"] },
  {
    what: "numbers as names, when told so",
    text: "2020,2021\n1,2\n3,4",
    options: { header: true },
    names: ["2020", "2021"],
  },
  { what: "no header, when told so", text: "1,2\n3,4", options: { header: false } },
  { what: "the number of columns asked for", text: "1,2\n3,4", options: { columns: 2 } },
  {
    what: "every way to write a number",
    text: "+1,-.5\n1e3,2.\n1.5E-3,-0\n007,0.1",
    columns: [
      [1, 1000, 0.0015, 7],
      [-0.5, 2, -0, 0.1],
    ],
  },
  { what: "a single row", text: "1,2", columns: [[1], [2]] },
  { what: "a single column", text: "1\n2\n", names: ["column 1"], columns: [[1, 2]] },
];

describe("readTable understands", () => {
  test.each(understood)("$what", ({ text, options, names = unnamed, columns = plain }) => {
    const table = readTable(text, options);
    expect(table.names).toEqual(names);
    expect(table.columns.map((column) => [...column])).toEqual(columns);
    expect(table.rows).toBe(columns[0]?.length);
  });
});

interface Refused {
  readonly what: string;
  readonly text: string;
  readonly options?: ReadTableOptions;
  readonly message: string;
}

const refused: Refused[] = [
  { what: "text", text: "1,2\n3,abc", message: 'line 2, column 2: "abc" is not a number' },
  {
    what: "text on a first line that may be a header",
    text: "x,1\n2,3",
    message:
      'line 1, column 1: "x" is not a number; if this line holds the names of the columns, ' +
      "pass { header: true }",
  },
  {
    what: "a header, when told there is none",
    text: "x,y\n1,2",
    options: { header: false },
    message: 'line 1, column 1: "x" is not a number',
  },
  {
    what: "a comma for the decimal point",
    text: "1;2\n1,5;2",
    message: 'line 2, column 1: "1,5" is not a number: write 1.5, with a point',
  },
  {
    what: "a hexadecimal number",
    text: "1,2\n-0x1F,2",
    message: 'line 2, column 1: "-0x1F" is not a number: write it in decimal, -31',
  },
  {
    what: "blanks between the cells",
    text: "1 2\n3 4",
    message:
      'line 1, column 1: "1 2" is not a number: if blanks separate the cells, ' +
      'pass { delimiter: " " }; if this line holds the names of the columns, pass { header: true }',
  },
  {
    what: "a very long cell",
    text: `1\n${"z".repeat(100)}`,
    message: `line 2, column 1: "${"z".repeat(39)}…" is not a number`,
  },
  {
    what: "nan",
    text: "1,2\nNaN,2",
    message: 'line 2, column 1: "NaN" is not a finite number: replace it or remove the row',
  },
  {
    what: "infinity",
    text: "1,2\n3,-inf",
    message: 'line 2, column 2: "-inf" is not a finite number: replace it or remove the row',
  },
  {
    what: "nan on the first line, which is no header",
    text: "nan,inf\n1,2",
    message:
      'line 1, column 1: "nan" is not a finite number: replace it or remove the row; ' +
      "if this line holds the names of the columns, pass { header: true }",
  },
  {
    what: "a number beyond 64 bits",
    text: "1,1e999",
    message:
      'line 1, column 2: "1e999" is too large for a 64-bit number; ' +
      "if this line holds the names of the columns, pass { header: true }",
  },
  {
    what: "an empty cell",
    text: "1,2\n3,",
    message: "line 2, column 2: the cell is empty: fill in a number or remove the row",
  },
  {
    what: "an empty cell in quotes",
    text: '1,2\n"",3',
    message: "line 2, column 1: the cell is empty: fill in a number or remove the row",
  },
  {
    what: "a first line of empty cells, which is no header",
    text: ",\n1,2",
    message:
      "line 1, column 1: the cell is empty: fill in a number or remove the row; " +
      "if this line holds the names of the columns, pass { header: true }",
  },
  {
    what: "a row too short",
    text: "1,2\n3",
    message: "line 2: 1 cell where line 1 has 2: add the missing ones",
  },
  {
    what: "a row too long",
    text: "1,2\n3,4\n5,6,7",
    message: "line 3: 3 cells where line 1 has 2: remove the surplus, or quote the cell it is in",
  },
  {
    what: "a table that begins further down",
    text: "1,2\n3,4,5",
    message:
      "line 2: 3 cells where line 1 has 2: remove the surplus, or quote the cell it is in; " +
      "if the table begins further down, pass { skip: 1 }, or more",
  },
  {
    what: "a number of lines to skip that is none",
    text: "1,2",
    options: { skip: -1 },
    message: "{ skip: -1 } is no number of lines: pass 0, 1, 2, ...",
  },
  {
    what: "more lines skipped than there are",
    text: "1,2",
    options: { skip: 2 },
    message: "the table is empty: there is no row in the text",
  },
  {
    what: "text below lines that were skipped",
    text: "#\n\n1,2\n3,x",
    options: { skip: 1 },
    message: 'line 4, column 2: "x" is not a number',
  },
  {
    what: "a blank line in the middle of one column",
    text: "1\n\n3",
    message: "line 2, column 1: the cell is empty: fill in a number or remove the row",
  },
  {
    what: "another number of columns than asked for",
    text: "1,2,3",
    options: { columns: 2 },
    message:
      "line 1: there are 3 columns where { columns: 2 } was asked for; " +
      "if the cells are split wrongly, pass { delimiter }",
  },
  { what: "no text", text: "", message: "the table is empty: there is no row in the text" },
  {
    what: "only blank lines",
    text: "\uFEFF\n \r\n",
    message: "the table is empty: there is no row in the text",
  },
  {
    what: "only a header",
    text: "x,y\n",
    message:
      "line 1: there is a header but no row below it; " +
      "if this line is data, pass { header: false }",
  },
  {
    what: "a name given twice",
    text: "x,y,x\n1,2,3",
    message: 'line 1, column 3: "x" names column 1 too: rename one of the two',
  },
  {
    what: "a quote never closed",
    text: '1,2\n3,"4\n5,6\n',
    message: 'line 2, column 2: a quote opens here and is never closed: add the missing "',
  },
  {
    what: "text after a closing quote",
    text: '1,2\n3,"4"5\n',
    message:
      "line 2, column 2: a quote stands inside the cell: " +
      'put the whole cell in quotes and double those inside, ""',
  },
  {
    what: "a quote in the middle of a cell",
    text: '1,2\n3"4,5\n',
    message:
      "line 2, column 1: a quote stands inside the cell: " +
      'put the whole cell in quotes and double those inside, ""',
  },
  {
    what: "a delimiter of two characters",
    text: "1",
    options: { delimiter: "||" },
    message:
      '"||" cannot separate cells: pass one character that no number contains, ' +
      'such as { delimiter: ";" }',
  },
  {
    what: "a delimiter that numbers contain",
    text: "1.2",
    options: { delimiter: "." },
    message:
      '"." cannot separate cells: pass one character that no number contains, ' +
      'such as { delimiter: ";" }',
  },
];

function errorOf(read: () => unknown): DataError {
  try {
    read();
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("readTable refuses", () => {
  test.each(refused)("$what", ({ text, options, message }) => {
    expect(errorOf(() => readTable(text, options)).message).toBe(message);
  });

  test("what is neither text nor bytes", () => {
    expect(errorOf(() => readTable(7 as unknown as string)).message).toMatch(/^readTable takes/);
  });

  test("bytes that are not UTF-8, at their line", () => {
    const bytes = Uint8Array.of(...new TextEncoder().encode("a,b\n1,2\n3,"), 0xe9);
    expect(errorOf(() => readTable(bytes)).message).toBe(
      "line 3: the bytes are not utf-8; if they come from an older program, pass { encoding: " +
        '"latin1" } or whatever it writes',
    );
  });

  test("an encoding that nobody knows", () => {
    const read = (): unknown => readTable(new Uint8Array(2), { encoding: "klingon" });
    expect(errorOf(read).message).toBe('{ encoding: "klingon" } is unknown: try "latin1"');
  });
});

describe("bytes", () => {
  const text = "größe,b\r\n1,2\r\n3,4\r\n";
  test.each<[string, Uint8Array, ReadTableOptions]>([
    ["UTF-8", new TextEncoder().encode(text), {}],
    ["UTF-8 with a mark", new TextEncoder().encode(`\uFEFF${text}`), {}],
    ["Latin-1", Buffer.from(text, "latin1"), { encoding: "latin1" }],
    ["UTF-16", Buffer.from(`\uFEFF${text}`, "utf16le"), {}],
  ])("%s", (_what, bytes, options) => {
    const table = readTable(bytes, options);
    expect([table.names, [...table.column("größe")]]).toEqual([
      ["größe", "b"],
      [1, 3],
    ]);
  });
});

describe("lines are those an editor shows", () => {
  const places: { what: string; text: string; line: number; column: number }[] = [
    { what: "with a byte order mark", text: "\uFEFF1,2\nx,4", line: 2, column: 1 },
    { what: "with Windows line ends", text: "1,2\r\n3,4\r\n5,x", line: 3, column: 2 },
    { what: "after a quoted line break", text: '"a\nb",c\n1,2\nx,4', line: 4, column: 1 },
    { what: "after a quoted Windows line break", text: '"a\r\nb",c\r\n1,x', line: 3, column: 2 },
    { what: "after a quoted line break in the row", text: 'a,b\n"\n1",x', line: 2, column: 1 },
    { what: "after two line breaks in one cell", text: '"a\n\nb",c\nx,4', line: 4, column: 1 },
    { what: "at a quote never closed", text: '"a\r\nb",c\n1,2\n3,"4\n5,6', line: 4, column: 2 },
  ];
  test.each(places)("$what", ({ text, line, column }) => {
    const error = errorOf(() => readTable(text));
    expect({ line: error.line, column: error.column }).toEqual({ line, column });
  });
});

describe("Table", () => {
  const table = readTable("x,y\n1,2\n3,4");

  test("gives a column by name or position, without copying", () => {
    expect(table.column("y")).toBe(table.columns[1]);
    expect(table.column(0)).toBe(table.columns[0]);
  });

  test.each([
    ["z", 'there is no column "z": the columns are "x", "y"'],
    [2, "there is no column 2: pass 0 to 1"],
    [-1, "there is no column -1: pass 0 to 1"],
  ])("refuses column %j", (key, message) => {
    expect(errorOf(() => table.column(key)).message).toBe(message);
  });
});

const tutorial = fileURLToPath(
  new URL("../../../../shared/data/linear-regression/data.csv", import.meta.url),
);
if (!existsSync(tutorial)) console.log(`skipped: reading ${tutorial}, which is not there`);

test.skipIf(!existsSync(tutorial))("a real file: 100 points, Windows line ends, no header", () => {
  const table = readTable(readFileSync(tutorial, "utf8"), { columns: 2 });
  const [x, y] = [table.column(0), table.column(1)];
  expect(table.rows).toBe(100);
  expect([x[0], y[0]]).toEqual([32.502345269453031, 31.70700584656992]);
  // The published mean squared error of the line y = 0 over this file.
  expect(y.reduce((sum, value) => sum + value * value, 0) / y.length).toBeCloseTo(
    5565.107834483,
    9,
  );
});
