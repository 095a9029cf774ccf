/**
 * Automatic differentiation of single numbers in forty lines, after Karpathy's micrograd: what
 * tensors of one element are compared with.
 */
export class Value {
  grad = 0;
  data: number;
  private readonly parents: readonly Value[];
  private readonly slopes: readonly number[];

  constructor(data: number, parents: readonly Value[] = [], slopes: readonly number[] = []) {
    this.data = data;
    this.parents = parents;
    this.slopes = slopes;
  }

  add(other: Value): Value {
    return new Value(this.data + other.data, [this, other], [1, 1]);
  }

  mul(other: Value): Value {
    return new Value(this.data * other.data, [this, other], [other.data, this.data]);
  }

  relu(): Value {
    return new Value(Math.max(this.data, 0), [this], [this.data > 0 ? 1 : 0]);
  }

  backward(): void {
    const order: Value[] = [];
    const seen = new Set<Value>();
    const visit = (value: Value): void => {
      if (seen.has(value)) return;
      seen.add(value);
      for (const parent of value.parents) visit(parent);
      order.push(value);
    };
    visit(this);
    this.grad = 1;
    for (let i = order.length - 1; i >= 0; i--) {
      const { grad, parents, slopes } = order[i]!;
      for (let k = 0; k < parents.length; k++) parents[k]!.grad += slopes[k]! * grad;
    }
  }
}
