// What rearranges, joins and multiplies, as cases for the tests of derivatives: a name, the
// function, and the shapes of its inputs. Values are tested in rearrange.test.ts, join.test.ts and
// product.test.ts; the derivatives in ops.gradient.test.ts.

import {
  blockDiag,
  cartesianProd,
  cat,
  columnStack,
  dstack,
  hstack,
  meshgrid,
  multiDot,
  stack,
  tensor,
  vstack,
} from "@nabla/core";
import type { Tensor } from "@nabla/core";

type Case = [name: string, run: (...inputs: Tensor[]) => Tensor, ...shapes: number[][]];

/** Squares, so that the second derivative is not 0. */
const squares = (run: (...inputs: Tensor[]) => Tensor) => {
  return (...inputs: Tensor[]): Tensor => run(...inputs).square();
};

const linear: Case[] = [
  ["view", (x) => x.view([3, 2]), [2, 3]],
  ["viewAs", (x) => x.viewAs(x.reshape([6])), [2, 3]],
  ["reshapeAs", (x) => x.reshapeAs(x.reshape([6])), [2, 3]],
  ["expandAs", (x) => x.expandAs(tensor([1, 2, 3]).expand([2, 3])), [3]],
  ["broadcastTo", (x) => x.broadcastTo([2, 3]), [2, 1]],
  ["narrow", (x) => x.narrow(1, 1, 2), [2, 4]],
  ["unflatten", (x) => x.unflatten(0, [2, -1]), [4, 2]],
  ["movedim", (x) => x.movedim([0, 1], [-1, 0]), [2, 3, 2]],
  ["swapaxes", (x) => x.swapaxes(0, 1), [2, 3]],
  ["swapdims", (x) => x.swapdims(0, 1), [2, 3]],
  ["t", (x) => x.t(), [2, 3]],
  ["T", (x) => x.T, [2, 3]],
  ["mT", (x) => x.mT, [2, 2, 3]],
  ["ravel", (x) => x.transpose(0, 1).ravel(), [2, 3]],
  ["atLeast1d", (x) => x.atLeast1d(), []],
  ["atLeast2d", (x) => x.atLeast2d(), [3]],
  ["atLeast3d", (x) => x.atLeast3d(), [2, 3]],
  ["squeeze of two dimensions", (x) => x.squeeze([1, 2]), [2, 1, 1, 3]],
  ["diagonal", (x) => x.diagonal(), [3, 4]],
  ["diagonal below, of a batch", (x) => x.diagonal(-1, -2, -1), [2, 3, 3]],
  ["unfold", (x) => x.unfold(0, 2, 2), [5]],
  ["unfold with overlaps", (x) => x.unfold(1, 3, 1), [2, 5]],
  ["unfold with gaps", (x) => x.unfold(-1, 2, 3), [2, 6]],
  ["flip", (x) => x.flip([0, 1]), [2, 3]],
  ["fliplr", (x) => x.fliplr(), [2, 3]],
  ["flipud", (x) => x.flipud(), [2, 3]],
  ["roll", (x) => x.roll([1, -1], [0, 1]), [2, 3]],
  ["roll of all", (x) => x.roll(2), [2, 3]],
  ["rot90", (x) => x.rot90(), [2, 3]],
  ["rot90 twice", (x) => x.rot90(2), [2, 3]],
  ["rot90 back", (x) => x.rot90(-1, [1, 2]), [2, 3, 2]],
  ["repeat", (x) => x.repeat([2, 1, 2]), [2, 3]],
  ["tile", (x) => x.tile([2]), [2, 3]],
  ["repeatInterleave", (x) => x.repeatInterleave(2, 1), [2, 3]],
  ["repeatInterleave by a tensor", (x) => x.repeatInterleave(tensor([2, 0, 1]), 1), [2, 3]],
  ["triu", (x) => x.triu(1), [3, 4]],
  ["tril", (x) => x.tril(-1), [2, 3, 3]],
  ["diag of a vector", (x) => x.diag(1), [3]],
  ["diag of a matrix", (x) => x.diag(-1), [3, 3]],
  ["diagEmbed", (x) => x.diagEmbed(1, 0, 2), [2, 3]],
  ["diagflat", (x) => x.diagflat(), [2, 2]],
  ["pad", (x) => x.pad([1, 2, 0, -1], { value: 3 }), [2, 3]],
  ["pad, reflect", (x) => x.pad([2, 1], { mode: "reflect" }), [2, 3]],
  ["pad, replicate", (x) => x.pad([2, 1], { mode: "replicate" }), [2, 3]],
  ["pad, circular", (x) => x.pad([2, 3], { mode: "circular" }), [2, 3]],
  ["maskedFill", (x) => x.maskedFill(tensor([true, false, true]), 2), [2, 3]],
  ["unbind", (x) => x.unbind(1)[2]!, [2, 3]],
  ["split", (x) => x.split(2, 1)[1]!, [2, 3]],
  ["split, two parts of three", (x) => x.split([1, 1, 2])[2]!.mul(x.split([1, 3])[0]!), [4]],
  ["chunk", (x) => x.chunk(2)[1]!, [5]],
  ["tensorSplit", (x) => x.tensorSplit([1, 2])[1]!, [4]],
  ["cat", (a, b) => cat([a, b], 1), [2, 3], [2, 1]],
  ["cat with itself", (a) => cat([a, a.mul(2), a]), [2, 3]],
  ["cat with nothing", (a) => cat([tensor([]).to("float64"), a]), [2, 3]],
  ["stack", (a, b) => stack([a, b], 1), [2, 3], [2, 3]],
  ["hstack", (a, b) => hstack([a, b]), [2], [3]],
  ["vstack", (a, b) => vstack([a, b]), [3], [2, 3]],
  ["dstack", (a, b) => dstack([a, b]), [2, 3], [2, 3]],
  ["columnStack", (a, b) => columnStack([a, b]), [2], [2, 2]],
  ["blockDiag", (a, b) => blockDiag([a, b]), [2, 3], [2]],
  ["meshgrid", (a, b) => stack(meshgrid([a, b])), [2], [3]],
  ["meshgrid, xy", (a, b) => stack(meshgrid([a, b], { indexing: "xy" })), [2], [3]],
  ["cartesianProd", (a, b) => cartesianProd([a, b]), [2], [3]],
  ["trace", (x) => x.trace(), [3, 3]],
];

const products: Case[] = [
  ["mm", (a, b) => a.mm(b), [2, 3], [3, 2]],
  ["bmm", (a, b) => a.bmm(b), [2, 2, 3], [2, 3, 1]],
  ["mv", (a, b) => a.mv(b), [2, 3], [3]],
  ["dot", (a, b) => a.dot(b), [3], [3]],
  ["vdot", (a, b) => a.vdot(b), [3], [3]],
  ["outer", (a, b) => a.outer(b), [2], [3]],
  ["inner", (a, b) => a.inner(b), [2, 3], [4, 3]],
  ["vecdot", (a, b) => a.vecdot(b, 0), [3, 2], [3, 2]],
  [
    "tensordot",
    (a, b) =>
      a.tensordot(b, [
        [0, 2],
        [1, 0],
      ]),
    [2, 2, 3],
    [3, 2, 2],
  ],
  ["addmm", (x, a, b) => x.addmm(a, b, { beta: 0.5, alpha: 2 }), [3], [2, 2], [2, 3]],
  ["addmm that forgets", (x, a, b) => x.addmm(a, b, { beta: 0 }), [3], [2, 2], [2, 3]],
  ["addmv", (x, a, b) => x.addmv(a, b, { alpha: 2 }), [2], [2, 3], [3]],
  ["addr", (x, a, b) => x.addr(a, b, { beta: 2 }), [2, 3], [2], [3]],
  ["baddbmm", (x, a, b) => x.baddbmm(a, b), [2, 1, 1], [2, 2, 3], [2, 3, 2]],
  ["addbmm", (x, a, b) => x.addbmm(a, b), [2, 2], [2, 2, 3], [2, 3, 2]],
  ["kron", (a, b) => a.kron(b), [2, 3], [2]],
  ["cross", (a, b) => a.cross(b), [2, 3], [2, 3]],
  ["cross, broadcast", (a, b) => a.cross(b, -1), [1, 3], [2, 3]],
  ["matrixPower", (x) => x.matrixPower(3), [2, 2]],
  ["matrixPower 0", (x) => x.matrixPower(0), [2, 2]],
  ["multiDot", (a, b, c) => multiDot([a, b, c]), [2], [2, 3], [3, 2]],
];

export const structureCases: Case[] = [
  ...linear.map(([name, run, ...shapes]): Case => [name, squares(run), ...shapes]),
  ...products,
];
