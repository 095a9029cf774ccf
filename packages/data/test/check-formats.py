"""Checks with Python's own libraries that files go both ways: reads what Nabla wrote in the folder
argv[1], and writes files there for Nabla to read. Who runs it: python.test.ts. Ends with 77 where
numpy or safetensors is missing; without torch it checks the rest, and says so. Its last line names
the tensors it wrote."""

import sys

try:
    import numpy as np
    from safetensors import safe_open
    from safetensors.numpy import load_file, save_file
except ImportError as error:
    print(f"missing: {error.name}")
    sys.exit(77)
try:
    import torch
    import safetensors.torch
except ImportError as error:
    torch = None
    print(f"missing: {error.name}")

folder = sys.argv[1]
expected = {
    "f32": np.array([[1.5, -2.0], [np.inf, 1e-40]], dtype="f4"),
    "f64": np.array([0.1, 2.0**-1074]),
    "i32": np.array(-(2**31), dtype="i4"),
    "bool": np.array([[True], [False]]),
    "none": np.zeros((0, 3), dtype="f4"),
}


def same(a, b):
    assert a.dtype == b.dtype and a.shape == b.shape and (a == b).all(), (a, b)


# What Nabla wrote.
tensors = load_file(f"{folder}/nabla.safetensors")
arrays = [np.load(f"{folder}/{path}") for path in ("nabla.npz", "nabla-small.npz")]
for found in (tensors, *arrays):
    assert set(found) == set(expected), set(found)
    for name, x in expected.items():
        same(found[name], x)
with safe_open(f"{folder}/nabla.safetensors", "np") as file:
    assert file.metadata() == {"format": "pt"}
same(np.load(f"{folder}/nabla.npy"), expected["f32"])
if torch:
    for name, x in safetensors.torch.load_file(f"{folder}/nabla.safetensors").items():
        same(x.numpy(), expected[name])

# What Nabla shall read: the numbers 0 to 5 in every type.
numbers = np.arange(6).reshape(2, 3)
arrays = {t: numbers.astype(t) for t in "f2 f4 f8 i1 u1 i2 u2 i4 u4 i8 u8 b1".split()}
save_file(arrays, f"{folder}/numpy.safetensors")
arrays |= {">f4": numbers.astype(">f4"), ">i8": numbers.astype(">i8")}
arrays["fortran"] = np.asfortranarray(numbers)
np.savez(f"{folder}/numpy.npz", **arrays)
np.savez_compressed(f"{folder}/numpy-small.npz", **arrays)
if torch:
    names = "float16 bfloat16 float32 float64 int8 uint8 int16 int32 int64 bool"
    names += " float8_e4m3fn float8_e5m2"
    types = [getattr(torch, name) for name in names.split() if hasattr(torch, name)]
    tensors = {str(t): torch.from_numpy(numbers).to(t) for t in types}
    safetensors.torch.save_file(tensors, f"{folder}/torch.safetensors", metadata={"format": "pt"})
    print(",".join(tensors))
