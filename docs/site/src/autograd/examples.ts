/** The programs that the third chapter opens with, told in both languages. */
interface Example {
  readonly name: string;
  readonly code: string;
}

const code = (...lines: string[]): string => lines.join("\n");

export const examples: Readonly<Record<"en" | "zh", readonly Example[]>> = {
  en: [
    {
      name: "One point",
      code: code(
        "const x = tensor(3);     // measured",
        "const y = tensor(10);",
        "// to be learnt:",
        "const w = tensor(2, { requiresGrad: true });",
        "const b = tensor(1, { requiresGrad: true });",
        "",
        "const m = w.mul(x);",
        "const p = m.add(b);      // what the line predicts",
        "const e = p.sub(y);      // how far off it is",
        "const loss = e.square();",
      ),
    },
    {
      name: "Used twice",
      code: code(
        "const x = tensor(2, { requiresGrad: true });",
        "",
        "const u = x.square();",
        "const v = x.mul(3);",
        "const loss = u.add(v);   // x² + 3x, so 2x + 3 = 7",
      ),
    },
    {
      name: "A neuron",
      code: code(
        "const x = tensor(0.5);",
        "const y = tensor(1);",
        "const w = tensor(1.2, { requiresGrad: true });",
        "const b = tensor(-0.3, { requiresGrad: true });",
        "",
        "const a = w.mul(x).add(b);",
        "const h = a.tanh();      // the neuron",
        "const loss = h.sub(y).square();",
      ),
    },
    {
      name: "Three points",
      code: code(
        "const x = tensor([1, 2, 3]);",
        "const y = tensor([3, 5, 7]);",
        "const w = tensor(1, { requiresGrad: true });",
        "const b = tensor(0, { requiresGrad: true });",
        "",
        "const e = w.mul(x).add(b).sub(y);",
        "const loss = e.square().mean();",
      ),
    },
  ],
  zh: [
    {
      name: "一个点",
      code: code(
        "const x = tensor(3);     // 测得的数据",
        "const y = tensor(10);",
        "// 要学的参数：",
        "const w = tensor(2, { requiresGrad: true });",
        "const b = tensor(1, { requiresGrad: true });",
        "",
        "const m = w.mul(x);",
        "const p = m.add(b);      // 直线的预测",
        "const e = p.sub(y);      // 偏差",
        "const loss = e.square();",
      ),
    },
    {
      name: "用了两次",
      code: code(
        "const x = tensor(2, { requiresGrad: true });",
        "",
        "const u = x.square();",
        "const v = x.mul(3);",
        "const loss = u.add(v);   // x² + 3x，导数是 2x + 3 = 7",
      ),
    },
    {
      name: "一个神经元",
      code: code(
        "const x = tensor(0.5);",
        "const y = tensor(1);",
        "const w = tensor(1.2, { requiresGrad: true });",
        "const b = tensor(-0.3, { requiresGrad: true });",
        "",
        "const a = w.mul(x).add(b);",
        "const h = a.tanh();      // 神经元",
        "const loss = h.sub(y).square();",
      ),
    },
    {
      name: "三个点",
      code: code(
        "const x = tensor([1, 2, 3]);",
        "const y = tensor([3, 5, 7]);",
        "const w = tensor(1, { requiresGrad: true });",
        "const b = tensor(0, { requiresGrad: true });",
        "",
        "const e = w.mul(x).add(b).sub(y);",
        "const loss = e.square().mean();",
      ),
    },
  ],
};
