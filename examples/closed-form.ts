/**
 * Three ways to the same least squares: normal equations, Q · R, and gradient descent. All three
 * agree on real data about diabetes. Then two columns are made more and more alike, which shows
 * what each way costs: normal equations lose digits twice as fast, and descent loses its patience.
 */
import { join } from "node:path";

import { cat, linalg, manualSeed, ones, r2Score, randn, SGD, tensor, zeros } from "nabla";
import type { Tensor } from "nabla";
import { figure, lossCurve, pointsAndCurves } from "nabla/viz";

import * as cli from "./support/command-line.js";
import { Mistake } from "./support/mistake.js";
import { solveRefined } from "./support/refined.js";

const dtype = "float64";

cli.run(() => {
  const { data, steps, out } = cli
    .command("closed-form", "Normal equations and Q · R against gradient descent.")
    .option("--data <folder>", "diabetes_data.csv and diabetes_target.csv", cli.shipped("diabetes"))
    .option("--steps <count>", "how many steps descent may take", cli.count, 4000)
    .parse()
    .opts<{ data: string; steps: number; out: string }>();
  const { x, y } = read(data);
  const [n, p] = x.shape as [number, number];
  console.log(`${n} patients, ${p - 1} measurements and a constant from ${data}\n`);

  const exact = tensor(solveRefined(x, Array.from(y.data())).parameters, { dtype });
  const descent = descend(x, y, steps);
  const ways = {
    "normal equations": clocked(() => byNormalEquations(x, y)),
    "Q · R": clocked(() => byQR(x, y)),
    "gradient descent": descent,
  };
  console.log("                  residual sum of squares   R²        digits  time");
  for (const [name, { b, milliseconds }] of Object.entries(ways)) {
    const fitted = x.mv(b);
    const rss = y.sub(fitted).square().sum().item().toFixed(9);
    const r2 = r2Score(fitted, y).toFixed(6);
    const same = digits(b, exact).toFixed(1).padStart(4);
    console.log(`${name.padEnd(18)}${rss}         ${r2}  ${same}    ${milliseconds.toFixed(1)} ms`);
  }
  console.log(`The exact answer has ${y.sub(x.mv(exact)).square().sum().item().toFixed(9)}.`);

  const alike = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => compare(x, y, 10 ** -k));
  console.log("\nA column more, that differs from another by a share:");
  for (const { share, condition, normal, qr, wanted } of alike) {
    console.log(
      `  ${share.toExponential(0)}: condition ${condition.toExponential(1)}, ` +
        `normal equations ${normal.toFixed(1)} digits, Q · R ${qr.toFixed(1)}, ` +
        `descent needs about ${wanted.toExponential(0)} steps`,
    );
  }
  console.log("\nWith few columns, solve; by Q · R wherever some may be nearly alike.");
  console.log("Descend where there are too many columns to solve for, or the model is not linear.");
  const conditions = alike.map(({ condition }) => condition);
  const curve = (label: string, values: number[]) => ({ x: conditions, y: values, label });
  const best = y.sub(x.mv(exact)).square().mean().item();
  const above = descent.losses.map((loss) => Math.max(loss - best, 1e-12));
  const panels = [
    lossCurve({ losses: above, title: "Descent", yLabel: "error above the least possible" }),
    pointsAndCurves({
      curves: [
        curve(
          "Q · R",
          alike.map(({ qr }) => qr),
        ),
        curve(
          "normal equations",
          alike.map(({ normal }) => normal),
        ),
      ],
      logX: true,
      xLabel: "condition number",
      yLabel: "digits that are right",
      title: "Columns that are nearly alike",
    }),
  ];
  cli.writePicture(out, "closed-form.svg", figure(panels));
});

/** Columns with mean 0 and deviation 1 behind a constant one, and what they should explain. */
function read(folder: string): { x: Tensor; y: Tensor } {
  const file = join(folder, "diabetes_data.csv");
  const { columns, rows } = cli.readNumbers(file, { delimiter: " " });
  const y = cli.readNumbers(join(folder, "diabetes_target.csv")).column(0);
  if (rows !== y.length || rows <= columns.length) {
    throw new Mistake(`${folder} has ${rows} rows of data and ${y.length} targets. Check --data.`);
  }
  const raw = tensor(
    columns.map((column) => Array.from(column)),
    { dtype },
  ).transpose(0, 1);
  const scaled = raw.sub(raw.mean(0)).div(raw.std(0, false, { correction: 0 }));
  return { x: cat([ones([rows, 1], { dtype }), scaled], 1), y: tensor(y, { dtype }) };
}

/** Xᵀ X b = Xᵀ y: small and quick, but its condition is the square of that of X. */
function byNormalEquations(x: Tensor, y: Tensor): Tensor {
  const across = x.transpose(0, 1);
  return linalg.solve(across.matmul(x), across.mv(y));
}

/** R b = Qᵀ y, where X = Q · R: Q turns without stretching, so no digits are lost twice. */
function byQR(x: Tensor, y: Tensor): Tensor {
  const { Q, R } = linalg.qr(x);
  const right = Q.transpose(0, 1).mv(y).unsqueeze(1);
  return linalg.solveTriangular(R, right, { upper: true }).squeeze(1);
}

/** The quickest descent with one rate for all: 2 over the sum of the two extreme curvatures. */
function descend(x: Tensor, y: Tensor, steps: number) {
  const sizes = linalg
    .svdvals(x)
    .square()
    .mul(2 / x.shape[0]!)
    .data();
  const b = zeros([x.shape[1]!], { dtype, requiresGrad: true });
  const optimizer = new SGD([b], { lr: 2 / (sizes[0]! + sizes.at(-1)!) });
  const losses: Tensor[] = [];
  const { milliseconds } = clocked(() => {
    for (let i = 0; i < steps; i++) {
      const loss = x.mv(b).sub(y).square().mean();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(loss.detach());
    }
    return b;
  });
  return { b: b.detach(), milliseconds, losses: losses.map((loss) => loss.item()) };
}

/** What happens with one more column, that is another one with a share of chance in it. */
function compare(x: Tensor, y: Tensor, share: number) {
  manualSeed(1);
  const twin = x.narrow(1, 3, 1).add(randn([x.shape[0]!, 1], { dtype }).mul(share));
  const wider = cat([x, twin], 1);
  const exact = tensor(solveRefined(wider, Array.from(y.data())).parameters, { dtype });
  const condition = linalg.cond(wider).item();
  const [normal, qr] = [byNormalEquations, byQR].map((way) => digits(way(wider, y), exact));
  // Each step leaves (k - 1) / (k + 1) of the error, k being the square of the condition.
  const wanted = Math.log(1e6) / Math.log1p(2 / (condition ** 2 - 1));
  return { share, condition, normal: normal!, qr: qr!, wanted };
}

/** How many leading digits are right in the worst of the parameters. */
function digits(b: Tensor, exact: Tensor): number {
  const error = b.sub(exact).div(exact).abs().amax().item();
  return Math.max(0, Math.min(16, -Math.log10(error)));
}

function clocked(run: () => Tensor): { b: Tensor; milliseconds: number } {
  const began = performance.now();
  const b = run();
  b.data();
  return { b, milliseconds: performance.now() - began };
}
