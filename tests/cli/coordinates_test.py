"""Coordinates of different spread through the built binary: samples are as wide as the data in each of them, constant
ones stay constant, and the request knows which scaling it has.

usage: coordinates_test.py BINARY
"""
import os
import sys
import tempfile

import numpy

from binary import refused, require, run

BINARY = os.path.abspath(sys.argv[1])
TRAINING = ["--train.steps", "1000", "--train.batch", "256", "--network.width", "32", "--network.depth", "2", "--device",
            "host"]


def normals(deviations, name):
    rng = numpy.random.default_rng(3)
    points = rng.normal(size=(2000, len(deviations))) * deviations + 10.0 * numpy.arange(1, len(deviations) + 1)
    numpy.save(name, points)
    return name


def trained(data, *flags):
    done = run(BINARY, ["train", "--data", data, "--out", "m.safetensors", *TRAINING, *flags])
    require(done.returncode == 0, f"{data}: {done.stderr!r}")
    return done.stderr.decode()


def sampled(*flags):
    done = run(BINARY, ["sample", "--particles", "2000", "--out", "s.npy", *flags])
    require(done.returncode == 0, f"{flags}: {done.stderr!r}")
    return numpy.load("s.npy").astype(float)


def require_deviations(samples, deviations, name):
    found = samples.std(0)
    for wanted, deviation in zip(deviations, found):
        require(deviation == 0 if wanted == 0 else wanted / 2 < deviation < 2 * wanted, f"{name}: {found}")


def models():
    """Far apart, beyond what one deviation can hold; alike; constant; in one, two and three dimensions."""
    for name, deviations, notes in [
        ("apart", [31000, 1e-3], ["coordinate 0 has 31 000 000 times the standard deviation of coordinate 1: each"]),
        ("thirty", [1, 30, 3], ["coordinate 1 has ", " times the standard deviation of coordinate 0: each coordinate is"]),
        ("alike", [1, 10], []),
        ("constant", [2, 0, 1], ["coordinate 1 is constant (20); samples keep this value"]),
    ]:
        data = normals(deviations, name + ".npy")
        said = trained(data)
        require(said.count("\n") == min(1, len(notes)), f"{name}: {said}")
        for note in notes:
            require(note in said and said.startswith(f"scorefield: note: {data}: "), f"{name}: {said}")
        samples = sampled("--model", "m.safetensors")
        require_deviations(samples, deviations, name)
        if name == "constant":
            require((samples[:, 1] == 20).all(), "the constant is not kept")


def one_deviation_for_all():
    said = trained(normals([1, 1e4], "wide.npy"), "--data.scaling", "common")
    require("cannot be learned with a common standard deviation" in said, said)
    require(sampled("--model", "m.safetensors").std(0)[0] > 2, "one deviation has held both coordinates")


def targets():
    data = normals([1, 1e-6, 0], "target.npy")
    samples = sampled("--target", f"empirical {data}", "--steps", "20")
    require_deviations(samples, [1, 1e-6, 0], "target")
    require((samples[:, 2] == 30).all(), "the constant is not kept")


def requests():
    trained(normals([1, 1], "points.npy"))
    sample = ["sample", "--particles", "4", "--out", "x.npy", "--data.scaling", "common"]
    words = ["flag without effect (--data.scaling)", "leave it out"]
    refused(BINARY, [*sample, "--model", "m.safetensors"], 2, [*words, "was trained with"], ".")
    refused(BINARY, [*sample, "--target", "gaussian"], 2, [*words, "gaussian keeps its own units"], ".")
    refused(BINARY, ["train", "--data", "points.npy", "--out", "x.safetensors", "--data.scaling", "own"], 2,
            ["--data.scaling", "known: auto, common, per_coordinate"], ".")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    models()
    one_deviation_for_all()
    targets()
    requests()
