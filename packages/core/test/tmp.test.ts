import { test } from "vitest";
import { compile, typesOf } from "./compiler.js";
test("x", async () => {
  const ex = [
    "zeros([5, 3]).split(2)",
    "zeros([5, 3]).split(2)[2]",
    "zeros([5, 3]).split(2, 1)",
    "zeros([6, 3]).split(2)",
    "zeros([6, 3]).split(n)",
    "zeros([n, 3]).split(2)",
    "zeros([n, 3]).split([1, 4])",
    "zeros([5, 3]).split([1, 4])",
    "zeros([5, 3]).split([1, 3])",
    "zeros([5, 3]).split(2, 2)",
    "zeros([5, 3]).split(2, n)",
    "zeros([1000, 3]).split(2)",
    "zeros([]).split(2)",
    "zeros([0, 3]).split(2)",
    "zeros([5, 3]).chunk(4)",
    "zeros([5, 3]).chunk(2)",
    "zeros([0, 3]).chunk(2)",
    "zeros([5, 3]).chunk(n)",
    "zeros([n, 3]).chunk(2)",
    "zeros([2, 3]).unbind()",
    "zeros([n, 3]).unbind()",
    "zeros([n, 3]).unbind(1)",
    "plain.split(2)",
    "zeros([2, 3]).split(2).map((x) => x.sum())",
  ];
  const [found] = await compile([typesOf(ex)]);
  ex.forEach((e, i) => console.log(e, "\n    ", found!.filter(({ line }) => line === i + 1).map(({ text }) => text).join("\n     ")));
}, 100000);
