"""`study seed`: the held-out loss that it reports is recomputed in NumPy from the exported tensors alone, over draws of
NumPy's own; its figures are met, and its picture has six panels.

usage: seed_test.py BINARY [STEPS]   (in the project's folder; STEPS of training, else as few as suffice)
"""
import json
import os
import shutil
import struct
import sys
import tempfile

import numpy

from binary import png_size, refused, require, run

BINARY = os.path.abspath(sys.argv[1])
STEPS = sys.argv[2] if len(sys.argv) > 2 else "1500"
LEVELS = 40
DRAWS = 1_000_000


def read_safetensors(path):
    """Tensors by name and the metadata: 8-byte header length, JSON header with each tensor's shape and place, bytes."""
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(content[8 + length :][begin:end], dtype="<f4")
        tensors[name] = values.reshape(entry["shape"])
    return tensors, metadata


def silu(x):
    return x / (1 + numpy.exp(-x))


def network(tensors, x, k):
    """The plain time-conditioned MLP at one level."""
    angles = k * tensors["time.frequencies"]
    e = numpy.concatenate([numpy.sin(angles), numpy.cos(angles)])

    def layer(h, name):
        return silu(h @ tensors[name + ".weight"].T + (tensors[name + ".bias"] + tensors[name + ".time"] @ e))

    h = layer(x, "input")
    for index in range(3):
        h = layer(h, f"hidden.{index}")
    return h @ tensors["output.weight"].T + tensors["output.bias"]


def swiss_roll(random, count):
    """make_swiss_roll of scikit-learn with noise 0.5, coordinates 0 and 2."""
    t = 1.5 * numpy.pi * (1 + 2 * random.random(count))
    return numpy.stack([t * numpy.cos(t), t * numpy.sin(t)], axis=1) + 0.5 * random.standard_normal((count, 2))


def alpha_bar(k):
    """cos² schedule of the experiment: 1 at k = 0."""
    s = 0.008

    def f(level):
        return numpy.cos(numpy.pi / 2 * (level / LEVELS + s) / (1 + s)) ** 2

    return f(k) / f(0)


def held_out_loss(path):
    """Mean over draws, levels and coordinates of (F − ε)², and its standard error."""
    tensors, metadata = read_safetensors(path)
    mean = numpy.array(json.loads(metadata["scorefield.data.mean"]))
    deviation = float(metadata["scorefield.data.deviation"])
    random = numpy.random.default_rng(20)
    losses = []
    for k in range(LEVELS):
        x0 = (swiss_roll(random, DRAWS // LEVELS) - mean) / deviation
        noise = random.standard_normal(x0.shape)
        x = numpy.sqrt(alpha_bar(k)) * x0 + numpy.sqrt(1 - alpha_bar(k)) * noise
        losses.append(((network(tensors, x.astype(numpy.float32), k) - noise) ** 2).mean(axis=1))
    # Every level has its own mean: only what varies within levels is chance.
    error = numpy.sqrt(sum(loss.var() / len(loss) for loss in losses)) / LEVELS
    return numpy.mean([loss.mean() for loss in losses]), error


def main():
    with tempfile.TemporaryDirectory() as folder:
        picture = os.path.join(folder, "seed.png")
        done = run(BINARY, ["study", "seed", "--train.steps", STEPS, "--particles", "2000", "--out", picture, "--json",
                            "--quiet", "--validation", "sync"])
        require(done.returncode == 0 and done.stderr == b"", f"study seed: {done.stderr}")
        found = json.loads(done.stdout)
        rows = {row[0]: row for row in found["tables"][0]["rows"]}
        require(len(rows) == 7 and found["particles"] == 2000, f"study seed: {rows}")
        require(all(row[4] is not False for row in rows.values()), f"not met: {rows}")
        require(png_size(picture) == (1932, 1056), f"picture of {png_size(picture)}")
        model = os.path.join(folder, "seed.safetensors")
        require((found["out"], found["model"]) == (picture, model), f"study seed wrote {found['out']}, {found['model']}")
        reported = rows["held-out loss"][3]
        recomputed, error = held_out_loss(model)
        # Both are means over a million draws, independent of each other; 3.3 standard errors: once in a thousand.
        allowed = 3.3 * numpy.sqrt(2) * error
        print(f"held-out loss {reported:.5f}, in NumPy {recomputed:.5f} ± {error:.5f}")
        require(abs(reported - recomputed) <= allowed, f"{reported} is not {recomputed} within {allowed}")
        # Its own model it writes anew, and no other.
        again = run(BINARY, ["study", "seed", "--train.steps", "5", "--particles", "64", "--out", picture, "--quiet"])
        require(again.returncode == 0 and f"wrote {model}\n" in again.stdout.decode(), f"study seed again: {again}")
        foreign = os.path.join(folder, "mine.safetensors")
        shutil.copy("assets/swiss_roll.safetensors", foreign)
        with open(foreign, "rb") as file:
            before = file.read()
        refused(BINARY, ["study", "seed", "--out", "mine.png"], 2, ["--out mine.png", "mine.safetensors"], folder)
        with open(foreign, "rb") as file:
            require(file.read() == before, "the model of another training is gone")
        refused(BINARY, ["study", "seed", "--out", "seed.jpg"], 2, ["--out seed.jpg", ".png"], folder)
        refused(BINARY, ["study", "chain", "--out", "a.png"], 2, ["flag without effect", "--out"], folder)
        refused(BINARY, ["study", "orders", "--train.steps", "5"], 2, ["flag without effect", "--train.steps"], folder)


main()
