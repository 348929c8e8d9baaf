"""What `score` promises: figures that know data from what only looks like them, in units that neither a shift nor a
stretch of both sets changes, checked against NumPy by all pairs.

usage: score_test.py BINARY
"""
import json
import os
import sys
import tempfile

import numpy

from binary import refused, require, run

BINARY = os.path.abspath(sys.argv[1])
DISTANCES = ("sliced_w2", "energy_distance", "mmd", "knn_two_sample", "precision", "recall")


def score(folder, *arguments):
    done = run(BINARY, ["score", *arguments, "--json"], folder)
    require(done.returncode == 0 and done.stderr == b"" and done.stdout.count(b"\n") == 1, f"score {arguments}: {done}")
    return json.loads(done.stdout)


def save(folder, name, points):
    numpy.save(os.path.join(folder, name), points)
    return name


def squares(a, b):
    return ((a[:, None] - b[None]) ** 2).sum(axis=2)


def neighbours(samples, reference, k=5):
    """T, precision and recall by all pairs."""
    units = reference.std(axis=0)
    a, b = samples / units, reference / units
    n = len(a)
    pooled = squares(*[numpy.concatenate([a, b])] * 2)
    numpy.fill_diagonal(pooled, numpy.inf)
    nearest = numpy.argsort(pooled, axis=1)[:, :k]
    own = ((nearest < n) == (numpy.arange(2 * n) < n)[:, None]).mean()
    radius = [numpy.sort(squares(x, x), axis=1)[:, k] for x in (a, b)]
    cross = squares(a, b)
    return own, (cross <= radius[1][None]).any(axis=1).mean(), (cross <= radius[0][:, None]).any(axis=0).mean()


def figures_are_those_of_all_pairs(folder):
    draws = numpy.random.default_rng(7)
    for dim in (1, 2, 3, 5, 17):
        a = draws.normal(size=(400, dim)) * 0.8
        b = draws.normal(size=(400, dim)) * [3] + [[0.2] * dim]
        b[:, 0] *= 40
        a[:, 0] *= 40
        found = score(folder, save(folder, "a.npy", a), save(folder, "b.npy", b))
        for name, figure in zip(DISTANCES[3:], neighbours(a, b)):
            require(abs(found[name] - figure) < 1e-9, f"{name} is {found[name]}, by all pairs {figure}")
        for name, points in (("samples", a), ("reference", b)):
            moments = found[name]
            require(numpy.allclose(moments["mean"], points.mean(axis=0), rtol=1e-6, atol=1e-6)
                    and numpy.allclose(moments["deviation"], points.std(axis=0), rtol=1e-6), f"{name}: {moments}")


def both_moved_or_stretched_change_nothing(folder):
    draws = numpy.random.default_rng(8)
    a = draws.normal(size=(3000, 3))
    b = draws.normal(size=(2000, 3)) + [0.5, 0, 0]
    plain = score(folder, save(folder, "a.npy", a), save(folder, "b.npy", b))
    ways = {"moved": lambda x: x + 1e6 * numpy.array([1, -1, 1]), "one stretched": lambda x: x * [1, 1e6, 1],
            "one moved and pressed": lambda x: x * [1e-6, 1, 1] + [0, 0, 3e5]}
    for name, way in ways.items():
        other = score(folder, save(folder, "far_a.npy", way(a)), save(folder, "far_b.npy", way(b)))
        for distance in DISTANCES:
            require(abs(other[distance] - plain[distance]) <= 0.01 * plain[distance],
                    f"{name}: {distance} is {other[distance]}, not {plain[distance]}")


def targets_are_measured_like_data(folder):
    """A mixture far from zero, narrow one way and wide the other."""
    mixture = {"weights": [0.5, 0.5], "means": [[3e6, 40], [3e6 + 4, -40]], "covariances": [[[1, 0], [0, 400]]] * 2}
    with open(os.path.join(folder, "far.json"), "w") as file:
        json.dump(mixture, file)
    draws = numpy.random.default_rng(9)
    chosen = draws.random(10_000) < 0.5
    points = numpy.where(chosen[:, None], mixture["means"][0], mixture["means"][1])
    points = points + draws.normal(size=(10_000, 2)) * [1, 20]
    same = score(folder, save(folder, "exact.npy", points), "--target", "gmm", "far.json")
    require(abs(same["knn_two_sample"] - 0.5) < 0.01 and same["precision"] > 0.985 and same["sliced_w2"] < 0.06,
            f"exact draws: {same}")
    narrow = points.mean(axis=0) + (points - points.mean(axis=0)) * [0.7, 1]
    found = score(folder, save(folder, "narrow.npy", narrow), "--target", "gmm", "far.json")
    # The narrow coordinate alone: W2 0.3 in its deviation, times √(1/2) of the mean over directions.
    require(abs(found["sliced_w2"] - 0.3 / 2 ** 0.5) < 0.03, f"narrow by 30%: {found['sliced_w2']}")


def constant_coordinates_count_where_they_differ(folder):
    draws = numpy.random.default_rng(10)
    a, b = (numpy.stack([draws.normal(size=4000), numpy.full(4000, 0.1)], axis=1) for _ in range(2))
    same = score(folder, save(folder, "a.npy", a), save(folder, "b.npy", b))
    require(same["sliced_w2"] < 0.06 and abs(same["knn_two_sample"] - 0.5) < 0.015, f"equal constants: {same}")
    a[:, 1] += 0.01
    apart = score(folder, save(folder, "a.npy", a), save(folder, "b.npy", b))
    require(apart["sliced_w2"] > 0.5 and apart["knn_two_sample"] > 0.99 and apart["precision"] < 0.01, f"{apart}")


def copies_and_sets_of_points(folder):
    """A file of points is compared with as it is, each point once: draws with replacement would be their own nearest
    neighbours."""
    draws = numpy.random.default_rng(11)
    save(folder, "set.npy", draws.normal(size=(1500, 2)))
    fresh = score(folder, save(folder, "fresh.npy", draws.normal(size=(6000, 2))), "--data", "set.npy")
    require(abs(fresh["knn_two_sample"] - 0.5) < 0.03 and fresh["precision"] > 0.97, f"fresh points: {fresh}")
    require(abs(fresh["data_knn_two_sample"] - 0.5) < 0.03 and fresh["data_recall"] > 0.96, f"its own halves: {fresh}")
    copies = score(folder, "set.npy", "--data", "set.npy")
    require(copies["knn_two_sample"] < 0.47, f"copies of the data: {copies['knn_two_sample']}")


def texts_say_how_to_read_them(folder):
    points = numpy.random.default_rng(12).normal(size=(300, 2)) * 7 + 3
    done = run(BINARY, ["score", save(folder, "a.npy", points), "--data", "moons"], folder)
    text = done.stdout.decode()
    require(done.returncode == 0 and done.stderr == b"", str(done))
    for words in ("k-NN two-sample", "0.5: indistinguishable", "precision", "recall", "data against data",
                  "ref. std", "standard deviation", f"{points[:, 1].mean():.6g}"[:6]):
        require(words in text, f"'{words}' is not said: {text}")


def what_cannot_be_compared_is_refused(folder):
    save(folder, "a.npy", numpy.random.default_rng(13).normal(size=(30, 2)))
    save(folder, "equal.npy", numpy.full((30, 2), 4.0))
    refused(BINARY, ["score", "a.npy", "equal.npy"], 2, ["equal.npy", "all its points are equal"], folder)


def main():
    with tempfile.TemporaryDirectory() as folder:
        figures_are_those_of_all_pairs(folder)
        both_moved_or_stretched_change_nothing(folder)
        targets_are_measured_like_data(folder)
        constant_coordinates_count_where_they_differ(folder)
        copies_and_sets_of_points(folder)
        texts_say_how_to_read_them(folder)
        what_cannot_be_compared_is_refused(folder)


main()
