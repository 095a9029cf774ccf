"""The workloads of the target table in PyTorch's eager mode, on one thread.

`python3 torch_bench.py NAME` prints the microseconds of many steps as a JSON list. bench/run.ts
calls it, and says so where PyTorch cannot be imported. The workloads are those of
bench/regressions.ts, bench/computations.ts and bench/networks.ts.
"""

import json
import math
import sys
import time

try:
    import torch
except ImportError:
    sys.exit("PyTorch cannot be imported")

torch.set_num_threads(1)
torch.manual_seed(1)


def default_loop(parameters, lr, loss):
    optimizer = torch.optim.SGD(parameters, lr=lr)

    def step():
        value = loss()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return value.item()

    return step


def differentiated(leaves, loss):
    def step():
        for leaf in leaves:
            leaf.grad = None
        value = loss()
        value.backward()
        return value.item()

    return step


def leaf(*shape):
    return torch.zeros(shape, requires_grad=True)


def line(size):
    x = torch.rand(size)
    y = 2 * x + 1 + 0.1 * torch.randn(size)
    w, b = leaf(), leaf()
    return default_loop([w, b], 0.1, lambda: (x * w + b - y).square().mean())


def logistic():
    x = torch.randn(10_000, 20)
    y = (x @ torch.randn(20) > 0).float()
    w, b = leaf(20), leaf()
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    return default_loop([w, b], 0.1, lambda: bce(x @ w + b, y))


def cubic():
    x = torch.linspace(-math.pi, math.pi, 2000)
    y = x.sin()
    a, b, c, d = leaf(), leaf(), leaf(), leaf()
    return default_loop(
        [a, b, c, d],
        1e-6,
        lambda: (a + b * x + c * x.square() + d * x.pow(3) - y).square().sum(),
    )


LAYERS = [2, 16, 16, 1]


def scalars():
    count = sum(size * (LAYERS[i] + 1) for i, size in enumerate(LAYERS[1:]))
    weights = [(torch.rand(()) * 2 - 1).requires_grad_() for _ in range(count)]
    inputs = [torch.tensor(0.5), torch.tensor(-0.25)]

    def loss():
        following = iter(weights)
        values = inputs
        for layer, size in enumerate(LAYERS[1:]):
            results = []
            for _ in range(size):
                total = next(following)
                for value in values:
                    total = total + value * next(following)
                results.append(total if layer == len(LAYERS) - 2 else total.relu())
            values = results
        return values[0] * values[0]

    return differentiated(weights, loss)


def functions():
    x = torch.randn(1_000_000, requires_grad=True)
    a = torch.tensor(0.7, requires_grad=True)
    b = torch.tensor(0.1, requires_grad=True)
    return differentiated(
        [a, b, x], lambda: ((x * a + b).tanh() * (-x.square()).exp()).sum()
    )


def normalized():
    x = torch.randn(1024, 1024, requires_grad=True)

    def loss():
        centred = x - x.mean(1, True)
        deviation = (centred.square().mean(1, True) + 1e-5).sqrt()
        return (centred / deviation).softmax(1).square().sum()

    return differentiated([x], loss)


def network(model, shape):
    x = torch.rand(shape)
    y = torch.randint(0, 10, shape[:1])
    entropy = torch.nn.functional.cross_entropy
    return default_loop(list(model.parameters()), 0.01, lambda: entropy(model(x), y))


def perceptron(batch, *sizes):
    layers = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.ReLU()]
    return network(torch.nn.Sequential(*layers[:-1]), (batch, sizes[0]))


def convolutional(batch):
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 5 * 5, 10),
    )
    return network(model, (batch, 1, 28, 28))


class Reader(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.recurrent = torch.nn.LSTM(16, 32, num_layers=2, batch_first=True)
        self.judge = torch.nn.Linear(32, 10)

    def forward(self, x):
        return self.judge(self.recurrent(x)[0][:, -1])


WORKLOADS = {
    "L100 float32": lambda: line(100),
    "L10k float32": lambda: line(10_000),
    "L1M float32": lambda: line(1_000_000),
    "LOGREG": logistic,
    "SIN": cubic,
    "SCALAR": scalars,
    "EW": functions,
    "NORM": normalized,
    "MLP": lambda: perceptron(64, 784, 128, 10),
    "MLPBIG": lambda: perceptron(256, 784, 512, 512, 10),
    "CNN": lambda: convolutional(64),
    "LSTM": lambda: network(Reader(), (16, 50, 16)),
}


def timed(step, warm_up=2.0, seconds=1.0):
    """Microseconds of a step, for short runs of steps."""
    end = time.perf_counter() + warm_up
    calls = 0
    while time.perf_counter() < end:
        step()
        calls += 1
    a_run = max(1, int(calls / warm_up * 0.02))
    samples = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(a_run):
            step()
        samples.append((time.perf_counter() - start) / a_run * 1e6)
    return samples


if __name__ == "__main__":
    print(json.dumps(timed(WORKLOADS[sys.argv[1]]())))
