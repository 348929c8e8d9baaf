"""Points of more than three coordinates through the built binary. Files, exact targets, training and scores accept up
to 4096 coordinates. Drawing and PLY files refuse more than three.

usage: dimensions_test.py BINARY   (in the project's folder)
"""
import json
import os
import sys
import tempfile

import numpy

from binary import refused, require, run

BINARY = os.path.abspath(sys.argv[1])
MIXTURE = {"weights": [0.25, 0.75], "means": [[0] * 6, [3, -2, 1, 4, 0, 2]],
           "covariances": [(0.3 * numpy.eye(6) + 0.1).tolist(), numpy.diag([0.1, 0.2, 0.3, 0.1, 0.2, 0.3]).tolist()]}


def succeeds(*arguments):
    done = run(BINARY, [*arguments, "--json"])
    require(done.returncode == 0, f"{arguments}: {done.stderr!r}")
    return json.loads(done.stdout)


def files_keep_all_columns():
    """Writes five columns to NPY and CSV and reads them back."""
    numpy.save("five.npy", numpy.random.default_rng(1).normal(size=(300, 5)).astype(numpy.float32))
    for kind in ("npy", "csv"):
        said = succeeds("data", "five.npy", "--particles", "200", "--out", f"once.{kind}")
        require(said["dim"] == 5, f"{kind}: {said}")
        said = succeeds("data", f"once.{kind}", "--particles", "50", "--out", f"again_{kind}.npy")
        require(said["dim"] == 5, f"{kind} read back: {said}")
    table = numpy.loadtxt("once.csv", delimiter=",").astype(numpy.float32)
    require((table == numpy.load("once.npy")).all(), "the table differs")
    again = [numpy.load(f"again_{kind}.npy") for kind in ("csv", "npy")]
    require(numpy.allclose(*again, rtol=1e-6), "read back they differ")
    refused(BINARY, ["data", "five.npy", "--out", "five.ply"], 2, ["five.ply", "5", "PLY vertices have 3", ".csv"], ".")


def gaussians():
    for dim, particles in ((3, 4000), (4, 4000), (10, 4000), (300, 1000)):
        said = succeeds("sample", "--target", "gaussian", "--target.variance", "0.25", "--dim", str(dim), "--steps", "20",
                        "--particles", str(particles), "--out", "g.npy")
        require(said["dim"] == dim, str(said))
        samples = numpy.load("g.npy")
        require(samples.shape == (particles, dim), str(samples.shape))
        # Coordinates are independent: the deviation has the bias of DDIM with 20 steps, measured in three dimensions.
        if dim == 3:
            expected = samples.std()
            require(0.45 < expected < 0.5, str(expected))
        require(abs(samples.std() - expected) < 0.01 and abs(samples.mean()) < 0.02, f"{samples.mean()} {samples.std()}")
    done = run(BINARY, ["sample", "--target", "gaussian", "--dim", "100", "--steps", "2", "--particles", "50", "--stats"])
    require(b"(10000 in all)" in done.stdout and len(done.stdout) < 2000, f"moments of 100 coordinates: {done.stdout}")
    refused(BINARY, ["sample", "--target", "gaussian", "--dim", "4097", "--out", "g.npy"], 2, ["--dim", "4096"], ".")
    refused(BINARY, ["sample", "--target", "gaussian", "--dim", "0", "--out", "g.npy"], 2, ["--dim", "4096"], ".")


def mixtures_and_scores():
    with open("six.json", "w") as file:
        json.dump(MIXTURE, file)
    target = ["--target", "gmm", "six.json"]
    succeeds("sample", *target, "--steps", "200", "--particles", "2000", "--out", "s.npy")
    found = succeeds("score", "s.npy", *target)
    require(abs(found["knn_two_sample"] - 0.5) < 0.04, f"samples of the mixture: {found['knn_two_sample']}")
    require(abs(found["shares"][0] - 0.25) < 0.04, str(found["shares"]))
    succeeds("data", *target, "--particles", "2000", "--out", "exact.npy")
    found = succeeds("score", "exact.npy", *target)
    require(abs(found["knn_two_sample"] - 0.5) < 0.03 and found["precision"] > 0.9, f"exact draws: {found}")
    numpy.save("moved.npy", numpy.load("exact.npy") + 1)
    found = succeeds("score", "moved.npy", "exact.npy")
    require(found["knn_two_sample"] > 0.9 and found["sliced_w2"] > 0.2, f"a known shift: {found}")


def empirical():
    """The ideal denoiser of a data set returns its points."""
    points = numpy.random.default_rng(2).normal(size=(40, 9)).astype(numpy.float32)
    numpy.save("nine.npy", points)
    succeeds("sample", "--target", "empirical", "nine.npy", "--particles", "500", "--out", "e.npy")
    gaps = numpy.linalg.norm(numpy.load("e.npy")[:, None] - points[None], axis=2).min(axis=1)
    require(numpy.median(gaps) < 0.1, f"{numpy.median(gaps)} away from the data")


def trainings():
    """Two clusters in eight coordinates. One coordinate is constant; the others depend on each other."""
    rng = numpy.random.default_rng(3)
    points = numpy.where(rng.random(3000)[:, None] < 0.5, 2.0, -2.0) + 0.5 * rng.normal(size=(3000, 8))
    points[:, 1] = 0.5 * points[:, 0] + 0.2 * rng.normal(size=3000)
    points[:, 7] = 4
    numpy.savetxt("eight.csv", points, delimiter=",")
    training = ["train", "--data", "eight.csv", "--train.batch", "256", "--network.width", "32", "--network.depth", "2"]
    for device in ("host", "0"):
        said = succeeds(*training, "--train.steps", "1500", "--device", device, "--out", "m.safetensors")
        require(said["loss"] < 0.5, f"{device}: {said}")
        succeeds("sample", "--model", "m.safetensors", "--particles", "2000", "--out", "m.npy")
        samples = numpy.load("m.npy")
        require(samples.shape == (2000, 8) and (samples[:, 7] == 4).all(), f"{device}: {samples[0]}")
        found = succeeds("score", "m.npy", "--data", "eight.csv")
        # An untrained network has T = 1 and precision 0; the data against itself have 0.5 and 0.96.
        require(found["knn_two_sample"] < 0.75 and found["precision"] > 0.5, f"{device}: {found}")
    wide = numpy.random.default_rng(4).normal(size=(60, 70))
    numpy.save("wide.npy", wide)
    refused(BINARY, ["train", "--data", "wide.npy", "--process", "edm", "--objective", "ism", "--out", "x.safetensors"],
            2, ["one derivative per coordinate", "70", "ssm"], ".")
    numpy.save("too_wide.npy", numpy.zeros((3, 4097)) + numpy.arange(3)[:, None])
    refused(BINARY, ["train", "--data", "too_wide.npy", "--out", "x.safetensors"], 2, ["they have 4097", "1 to 4096"], ".")


def pictures_are_refused():
    words = ["too many dimensions to draw", "5 dimensions", "scorefield sample"]
    refused(BINARY, ["render", "--target", "gaussian", "--dim", "5", "--steps", "2", "--out", "x.png"], 2, words, ".")
    refused(BINARY, ["render", "--model", "m.safetensors", "--steps", "2", "--out", "x.png"], 2,
            [words[0], "m.safetensors", "8 dimensions", words[2]], ".")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        files_keep_all_columns()
        gaussians()
        mixtures_and_scores()
        empirical()
        trainings()
        pictures_are_refused()


main()
