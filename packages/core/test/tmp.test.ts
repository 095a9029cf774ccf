import { test } from "vitest";

import { compile, typesOf } from "./compiler.js";
test("x", async () => {
  const ex = [
    'einsum("ij,jk->ik", zeros([2, 3]), zeros([3, 4]))',
    'einsum("ij,jk->ik", zeros([n, 3]), zeros([3, 4]))',
    'einsum("ij,jk->ik", zeros([2, 3]), zeros([4, 4]))',
    'einsum("ij,jk", zeros([2, 3]), zeros([3, 4]))',
    'einsum("ba, ac", zeros([2, 3]), zeros([3, 4]))',
    'einsum("ij", zeros([2, 3]))',
    'einsum("ji", zeros([2, 3]))',
    'einsum("ii", zeros([3, 3]))',
    'einsum("ii->i", zeros([3, 3]))',
    'einsum("ii->i", zeros([3, 1]))',
    'einsum("...i->...", zeros([3, 1]))',
    'einsum("bhqd,bhkd->bhqk", zeros([2, 4, 5, 8]), zeros([2, 4, 6, 8]))',
    'einsum("ij,jk->il", zeros([2, 3]), zeros([3, 4]))',
    'einsum("ijk->i", zeros([2, 3]))',
    'einsum("i->i", zeros([2, 3]))',
    'einsum("i,j->ij", zeros([2]))',
    'einsum("i->i", zeros([2]), zeros([3]))',
    'einsum("ij,jk->ik", plain, zeros([3, 4]))',
    'einsum("ij,jk->ik", [zeros([2, 3]), zeros([3, 4])])',
    'einsum("ij,jk->ik" as string, zeros([2, 3]), zeros([3, 4]))',
    'einsum("ij,ij->i", zeros([2, 3]), zeros([2, 1]))',
    'einsum("i,i->", zeros([2]), zeros([2]))',
    'einsum("i->ii", zeros([2]))',
  ];
  const [found] = await compile([`import { einsum } from "@nabla/core"; ${typesOf(ex)}`]);
  ex.forEach((e, i) =>
    console.log(
      e,
      "\n    ",
      found!
        .filter(({ line }) => line === i + 1)
        .map(({ text }) => text)
        .join("\n     "),
    ),
  );
}, 100000);
