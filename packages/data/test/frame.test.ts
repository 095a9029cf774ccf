/** Tables with words and gaps, what they become, and the real ones of the shared data. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { Features, readFrame, readTable } from "../src/index.js";

describe("readFrame", () => {
  test.each([
    ["a\n1\n-2.5e3", "number", [1, -2500]],
    ["a\n1\nNA\n\n3", "number", [1, NaN, NaN, 3]],
    ["a\nTRUE\nfalse\nnull", "boolean", [1, 0, NaN]],
  ])("%j holds %s", (text, kind, values) => {
    const frame = readFrame(text);
    expect([frame.kind("a"), ...frame.numbers("a")]).toEqual([kind, ...values]);
  });

  test("text", () => {
    const frame = readFrame('a,b\n"x, y",1\n,2\n"say ""hi""",3\r\n1,4');
    expect(frame.texts("a")).toEqual(["x, y", null, 'say "hi"', "1"]);
    expect([frame.kind("a"), frame.missing("a"), frame.lines]).toEqual(["text", 1, [2, 3, 4, 5]]);
  });

  test("kinds and missing values as told", () => {
    const frame = readFrame("zip,n\n01234,-9\n?,5", {
      kinds: { zip: "text" },
      missing: ["?", "-9"],
    });
    expect(frame.texts("zip")).toEqual(["01234", null]);
    expect([...frame.numbers("n")]).toEqual([NaN, 5]);
  });

  test("Latin-1", () => {
    const bytes = Buffer.from("a,b\nKöln,1", "latin1");
    expect(readFrame(bytes, { encoding: "latin1" }).texts("a")).toEqual(["Köln"]);
    expect(() => readFrame(bytes)).toThrow(/^line 2: .*\{ encoding: "latin1" \}/);
  });

  test.each([
    [
      () => readFrame("a,b\n1,2\n3,?", { kinds: { b: "number" } }),
      'line 3, column 2: "?" is not a number; if it stands for a missing value, pass it in',
    ],
    [
      () => readFrame("a\nyes", { kinds: { a: "boolean" } }),
      'line 2, column 1: "yes" is not true or false; if it stands for a missing value, pass it in',
    ],
    [() => readFrame("a\n1", { kinds: { b: "text" } }), '{ kinds } names a column "b"'],
    [() => readFrame("a\n1").take([1]), "there is no row 1: pass numbers from 0 to 0"],
    [() => readFrame("a\n1").numbers("b"), 'there is no column "b": the columns are "a"'],
    [() => readFrame("a,b\n1,2\n3"), "line 3: 1 cell where line 1 has 2"],
    [() => readFrame('a,b\n1,"2'), "line 2, column 2: a quote opens here and is never closed"],
  ])("refuses: %#", (run, message) => {
    expect(run).toThrow(message);
  });
});

describe("Features", () => {
  const train = readFrame("n,w\n1,b\n3,a\n,b\n8,");

  test.each([
    [{ n: { fill: "mean" } }, [1, 3, 4, 8]],
    [{ n: { fill: "median" } }, [1, 3, 3, 8]],
    [{ n: { fill: "mostFrequent" } }, [1, 3, 1, 8]],
    [{ n: { fill: -1 } }, [1, 3, -1, 8]],
    [{ w: { as: "index", fill: "mostFrequent" } }, [1, 0, 1, 1]],
    [{ w: { as: "index", fill: { value: "c" } } }, [1, 0, 1, 2]],
    [{ w: { fill: "mostFrequent" } }, [0, 1, 1, 0, 0, 1, 0, 1]],
    [
      { n: { as: "oneHot", fill: { value: "none" } } },
      [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0],
    ],
  ] as const)("%j", (columns, expected) => {
    expect([...new Features(columns).fit(train).transform(train).data()]).toEqual(expected);
  });

  test.each([
    [{ n: { fill: 0, as: "index" } }, /categories, which have no mean/],
    [{ n: {} }, /^line 4, column 1: column "n" has 1 missing values, the first here: pass \{ fill/],
    [{ w: {} }, /^line 5, column 2: column "w" has 1 missing/],
    [{ w: { as: "number" } }, /column "w" holds text/],
    [{ x: {} }, /there is no column "x"/],
  ] as const)("refuses %j", (columns, message) => {
    expect(() => new Features(columns).fit(train)).toThrow(message);
  });

  test("what the test part holds is not learnt", () => {
    const features = new Features({ n: { fill: "mean", standardize: true } });
    features.fit(readFrame("n\n1\n3\n"));
    const same = new Features({ n: {} });
    same.loadStateDict(JSON.parse(JSON.stringify(features.stateDict())) as never);
    for (const one of [features, same]) {
      expect(one.transform(readFrame("n,m\n100,\n,1")).toArray()).toEqual([[98], [0]]);
    }
    expect(() => new Features({ n: {} }).transform(train)).toThrow(/call features.fit\(train\)/);
  });

  test("a column that never changes becomes zeros", () => {
    const frame = readFrame("n\n5\n5");
    expect([
      ...new Features({ n: { standardize: true } }).fit(frame).transform(frame).data(),
    ]).toEqual([0, 0]);
  });
});

const shared = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
if (!existsSync(shared)) console.log(`skipped: reading ${shared}, which is not there`);

describe.skipIf(!existsSync(shared))("the shared data", () => {
  const file = (path: string): Uint8Array => readFileSync(shared + path);

  test.each([
    ["mpg.csv", 398, 9, { horsepower: 6, mpg: 0 }, { horsepower: "number", name: "text" }],
    [
      "titanic.csv",
      891,
      15,
      { age: 177, embarked: 2, embark_town: 2, deck: 688, fare: 0 },
      { alone: "boolean", sex: "text", age: "number" },
    ],
    [
      "titanic_quoted_crlf.csv",
      891,
      11,
      { age: 177, embarked: 2, name: 0 },
      { name: "text", fare: "number" },
    ],
  ])("dirty/%s", (name, rows, columns, missing, kinds) => {
    const frame = readFrame(file(`dirty/${name}`));
    expect([frame.rows, frame.names.length]).toEqual([rows, columns]);
    for (const [column, count] of Object.entries(missing)) {
      expect([column, frame.missing(column)]).toEqual([column, count]);
    }
    for (const [column, kind] of Object.entries(kinds)) {
      expect([column, frame.kind(column)]).toEqual([column, kind]);
    }
    expect(() => readTable(file(`dirty/${name}`))).toThrow(
      /^line 2, column \d: .* is not a number/,
    );
  });

  test("names with commas and quotes are whole", () => {
    const names = readFrame(file("dirty/titanic_quoted_crlf.csv")).texts("name");
    expect(names[0]).toBe("Braund, Mr. Owen Harris");
    expect(names.filter((name) => name?.includes('"')).length).toBeGreaterThan(10);
  });

  test.each([
    ["sklearn/iris.csv", { skip: 1 }, 150, 5],
    ["sklearn/breast_cancer.csv", { skip: 1 }, 569, 31],
    ["sklearn/diabetes_data.csv", { delimiter: " " }, 442, 10],
    ["sklearn/diabetes_target.csv", {}, 442, 1],
    ["linear-regression/data.csv", {}, 100, 2],
  ])("%s", (name, options, rows, columns) => {
    const table = readTable(file(name), options);
    expect([table.rows, table.names.length]).toEqual([rows, columns]);
  });

  test("breast_cancer.csv without { skip } says so", () => {
    expect(() => readTable(file("sklearn/breast_cancer.csv"))).toThrow(
      /line 2: .*pass \{ skip: 1 \}/,
    );
  });
});
