"""What `data` promises: fresh points in the data's units, in every kind of file the same, which `score` cannot tell from
the data.

usage: data_test.py BINARY   (in the project's folder)
"""
import json
import os
import sys
import tempfile

import numpy

from binary import refused, require, run

BINARY = os.path.abspath(sys.argv[1])


def data(folder, *arguments):
    done = run(BINARY, ["data", *arguments, "--json"], folder)
    require(done.returncode == 0 and done.stderr == b"" and done.stdout.count(b"\n") == 1, f"data {arguments}: {done}")
    return json.loads(done.stdout)


def fresh_data_cannot_be_told_from_the_data(folder):
    # All shapes: tests/data/neighbours_test.cpp.
    for name in ("swiss_roll", "eight_gaussians", "torus_knot"):
        data(folder, name, "--out", "fresh.npy", "--particles", "10000", "--seed", "3")
        done = run(BINARY, ["score", "fresh.npy", "--data", name, "--json"], folder)
        require(done.returncode == 0, f"score of {name}: {done}")
        score = json.loads(done.stdout)
        require(abs(score["knn_two_sample"] - 0.5) <= 0.01, f"{name}: T is {score['knn_two_sample']}")
        # In space 1 to 3% of independent points lie in no ball of the others', less than one of a hundred in the plane.
        least = 0.985 if len(score["samples"]["mean"]) < 3 else 0.965
        for figure in ("precision", "recall"):
            require(score[figure] >= least, f"{name}: {figure} is {score[figure]}")
            require(abs(score[figure] - score["data_" + figure]) < 0.006, f"{name}: {figure} beside the data's: {score}")


def points_of(path):
    if path.endswith(".npy"):
        return numpy.load(path)
    if path.endswith(".csv"):
        return numpy.loadtxt(path, delimiter=",", ndmin=2)
    with open(path, "rb") as file:
        header = []
        while not header or header[-1] != b"end_header":
            header.append(file.readline().strip())
        require(header[:2] == [b"ply", b"format binary_little_endian 1.0"], f"header {header}")
        kind = "<f4" if b"property float x" in header else "<f8"
        return numpy.frombuffer(file.read(), kind).reshape(-1, 3)


def kinds_of_files_hold_the_same_points(folder):
    for name, dim in (("moons", 2), ("torus_knot", 3), ("mixture_a", 1)):
        for kind in ("npy", "ply", "csv"):
            out = f"{name}.{kind}"
            said = data(folder, name, "--out", out, "--particles", "70001")
            require((said["data"], said["dim"], said["particles"], said["out"]) == (name, dim, 70001, out), str(said))
        array, cloud, table = (points_of(os.path.join(folder, f"{name}.{kind}")) for kind in ("npy", "ply", "csv"))
        require(array.shape == (70001, dim) and array.dtype == numpy.float32, f"{array.shape} {array.dtype}")
        require((cloud[:, :dim] == array).all() and (cloud[:, dim:] == 0).all(), f"{name}: the cloud differs")
        require((table.astype(numpy.float32) == array).all(), f"{name}: the table differs")
        for kind in ("ply", "csv"):  # read back with the dimension of the data
            said = data(folder, f"{name}.{kind}", "--out", f"again.{kind}", "--particles", "50")
            require(said["dim"] == dim, f"{name}.{kind} is read in dimension {said['dim']}")


def seeds_and_numbers(folder):
    for name, arguments in {"a": ["--seed", "1"], "b": ["--seed", "2"], "c": ["--seed", "1", "--particles", "300"]}.items():
        data(folder, "swiss_roll", "--out", name + ".npy", *arguments)
    first, second, fewer = (numpy.load(os.path.join(folder, name + ".npy")) for name in "abc")
    require(len(first) == 10_000 and (first[:300] == fewer).all(), "fewer points are not the first ones")
    require(not (first == second).any(), "another seed gives the same points")


def files_and_targets(folder):
    far = 1.7e9 + numpy.random.default_rng(5).random((500, 2))
    numpy.save(os.path.join(folder, "far.npy"), far)
    data(folder, "far.npy", "--out", "drawn.npy", "--particles", "2000")
    drawn = numpy.load(os.path.join(folder, "drawn.npy"))
    gap = numpy.abs(drawn[:, None] - far[None]).max(axis=2).min(axis=1).max()
    require(drawn.dtype == numpy.float64 and gap < 1e-6, f"points far from zero: {drawn.dtype}, {gap} off")
    with open(os.path.join(folder, "mixture.json"), "w") as file:
        json.dump({"weights": [1], "means": [[1e6, 0]], "sigmas": [0.5]}, file)
    data(folder, "--target", "gmm", "mixture.json", "--out", "exact.csv", "--particles", "4000")
    exact = points_of(os.path.join(folder, "exact.csv"))
    require(numpy.allclose(exact.mean(axis=0), [1e6, 0], atol=0.05)
            and numpy.allclose(exact.std(axis=0), 0.5, atol=0.03), f"the target's points: {exact.mean(axis=0)}")


def wrong_requests_are_refused(folder):
    for arguments, words in [
        (["moon", "--out", "a.npy"], ["did you mean 'moons'"]),
        (["moons", "--out", "a.txt"], ["--out a.txt", ".npy", ".ply", ".csv"]),
        (["moons", "--out", "a"], ["--out a"]),
        (["far.npy", "--out", "far.npy"], ["far.npy"]),
    ]:
        refused(BINARY, ["data", *arguments], 2, words, folder)
    refused(BINARY, ["data", "moons", "--out", "nowhere/a.npy"], 1, ["nowhere"], folder)


def main():
    with tempfile.TemporaryDirectory() as folder:
        fresh_data_cannot_be_told_from_the_data(folder)
        kinds_of_files_hold_the_same_points(folder)
        seeds_and_numbers(folder)
        files_and_targets(folder)
        wrong_requests_are_refused(folder)


main()
