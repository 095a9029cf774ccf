"""Checks with Python's own libraries that files go both ways: reads what Nabla wrote in the folder
argv[1], and writes files there for Nabla to read. Who runs it: python.test.ts. Ends with 77, and
says which, where a library is missing."""

import importlib
import sys

missing = []
for library in ("numpy", "torch", "safetensors.torch", "safetensors.numpy"):
    try:
        importlib.import_module(library)
    except ImportError:
        missing.append(library)
if missing:
    print("missing: " + ", ".join(missing))
    sys.exit(77)

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import load_file as load_numpy
from safetensors.torch import load_file, save_file

folder = sys.argv[1]
expected = {
    "f32": torch.tensor([[1.5, -2.0], [float("inf"), 1e-40]]),
    "f64": torch.tensor([0.1, 2.0**-1074], dtype=torch.float64),
    "i32": torch.tensor(-(2**31), dtype=torch.int32),
    "bool": torch.tensor([[True], [False]]),
    "none": torch.zeros(0, 3),
}


def same(a, b):
    assert a.dtype == b.dtype and a.shape == b.shape and bool((a == b).all()), (a, b)


# What Nabla wrote.
read = load_file(f"{folder}/nabla.safetensors")
assert set(read) == set(expected)
for name, x in expected.items():
    same(read[name], x)
    same(load_numpy(f"{folder}/nabla.safetensors")[name], x.numpy())
with safe_open(f"{folder}/nabla.safetensors", "pt") as file:
    assert file.metadata() == {"format": "pt"}
for path in ("nabla.npz", "nabla-small.npz"):
    arrays = np.load(f"{folder}/{path}")
    assert set(arrays.files) == set(expected)
    for name, x in expected.items():
        same(arrays[name], x.numpy())
same(np.load(f"{folder}/nabla.npy"), expected["f32"].numpy())

# What Nabla shall read: the numbers 0 to 5 in every type.
numbers = torch.arange(6).reshape(2, 3)
types = "float16 bfloat16 float32 float64 int8 uint8 int16 int32 int64 bool float8_e4m3fn float8_e5m2"
tensors = {t: numbers.to(getattr(torch, t)) for t in types.split() if hasattr(torch, t)}
save_file(tensors, f"{folder}/torch.safetensors", metadata={"format": "pt"})
arrays = {t: numbers.numpy().astype(t) for t in "f2 f4 f8 i1 u1 i2 u2 i4 u4 i8 u8 >f4 >i8 b1".split()}
arrays["fortran"] = np.asfortranarray(numbers.numpy())
np.savez(f"{folder}/numpy.npz", **arrays)
np.savez_compressed(f"{folder}/numpy-small.npz", **arrays)
print(",".join(tensors))
