"""A Scorefield checkpoint of the MLP as the peers take it: NumPy arrays."""
import json
import struct

import numpy


def read_tensors(path):
    """The tensors of a safetensors file of float32 by name."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        values = numpy.frombuffer(file.read(), numpy.uint8)
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        first, end = entry["data_offsets"]
        tensors[name] = values[first:end].view("<f4").reshape(entry["shape"])
    return tensors


def layers_at(tensors, time):
    """The layers of the network at one time, first to last: (weight, addend). The projected time features depend on
    nothing else, so they are added to the biases, in double precision. SiLU follows all layers but the last."""
    angles = float(time) * tensors["time.frequencies"].astype(float)
    features = numpy.concatenate([numpy.sin(angles), numpy.cos(angles)])
    hidden = sum(name.startswith("hidden.") and name.endswith(".weight") for name in tensors)
    layers = []
    for name in ["input", *(f"hidden.{i}" for i in range(hidden))]:
        addend = tensors[f"{name}.time"].astype(float) @ features + tensors[f"{name}.bias"]
        layers.append((tensors[f"{name}.weight"], addend.astype(numpy.float32)))
    layers.append((tensors["output.weight"], tensors["output.bias"]))
    return layers


def evaluate(layers, rows):
    """The network's outputs (n, dim) in double precision."""
    h = rows.astype(float)
    for i, (weight, addend) in enumerate(layers):
        h = h @ weight.astype(float).T + addend
        if i + 1 < len(layers):
            h = h / (1 + numpy.exp(-h))
    return h


def operations(layers):
    """Multiplications and additions of the layers' products for one row."""
    return sum(2 * weight.size for weight, _ in layers)
