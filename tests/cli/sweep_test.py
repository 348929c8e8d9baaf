"""What `sweep` promises: a row per run with the figures that `sample` and `score` give, figures as SVG and PNG, one JSON
object, and refusals before work begins.

usage: sweep_test.py BINARY   (in the project's folder)
"""
import csv
import json
import os
import sys
import tempfile
import xml.etree.ElementTree as xml

from binary import has_vulkan, png_size, refused, require, run

BINARY = os.path.abspath(sys.argv[1])
MODEL = os.path.abspath("assets/swiss_roll.safetensors")
PINWHEEL = os.path.abspath("assets/pinwheel.safetensors")
HAS_VULKAN = has_vulkan(BINARY)
COLUMNS = ["sampler", "steps", "evaluations", "spacing", "seed", "sliced_w2", "knn_two_sample", "energy_distance",
           "seconds"]
DISTANCES = COLUMNS[5:8]
SVG = "{http://www.w3.org/2000/svg}"


def done(folder, *arguments):
    result = run(BINARY, [*arguments, "--quiet"], folder)
    require(result.returncode == 0 and result.stderr == b"", f"{arguments}: {result}")
    return result.stdout


def sweep(folder, *arguments):
    out = done(folder, "sweep", *arguments, "--device", "host", "--json")
    require(out.count(b"\n") == 1, f"not one line: {out}")
    return json.loads(out)


def read_rows(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    require(rows[0] == COLUMNS, f"columns {rows[0]}")
    return [dict(zip(COLUMNS, row)) for row in rows[1:]]


def rows_are_those_of_sample_and_score(folder, source, reference, row, *more):
    """One of the rows: sampled and scored by the other two commands."""
    seed = ["--seed", row["seed"]]
    done(folder, "sample", *source, "--device", "host", "--particles", "400", "--sampler", row["sampler"], "--steps",
         row["steps"], "--spacing", row["spacing"], *seed, *more, "--out", "one.npy")
    found = json.loads(done(folder, "score", "one.npy", *reference, *seed, "--json"))
    for name in DISTANCES:
        # `sample` writes float32, which is what the sweep compares, too.
        require(abs(float(row[name]) - found[name]) <= 1e-6 * found[name], f"{row}: {name} is {found[name]} by score")
    return found


def few_points(folder, name, *arguments):
    """A set of few points: references of it take no time."""
    done(folder, "data", *arguments, "--particles", "150", "--out", name)
    return name


def a_network_is_swept(folder):
    points = few_points(folder, "points.csv", "swiss_roll")
    found = sweep(folder, "--model", MODEL, "--data", points, "--samplers", "heun,ddpm", "--steps-list", "4,8",
                  "--spacings", "quadratic,even", "--seed", "5", "--seeds", "2", "--particles", "400", "--out", "a.csv")
    rows = read_rows(os.path.join(folder, "a.csv"))
    keys = [(row["sampler"], row["spacing"], row["steps"], row["seed"]) for row in rows]
    require(keys == [(a, b, c, d) for a in ("heun", "ddpm") for b in ("quadratic", "even") for c in "48" for d in "56"],
            f"rows {keys}")
    require(found["out"] == "a.csv" and found["device"] == "host" and found["particles"] == 400, f"{found}")
    for row, same in zip(rows, found["rows"]):
        require(all(str(same[name]) == row[name] for name in COLUMNS[:5]), f"{row} and {same}")
        require(all(float(row[name]) == same[name] for name in DISTANCES), f"{row} and {same}")
    require([row["evaluations"] for row in rows[:4:2]] == ["7", "15"], f"evaluations of heun: {rows[:4]}")
    rows_are_those_of_sample_and_score(folder, ["--model", MODEL], ["--data", points], rows[3])


def an_exact_target_is_swept(folder):
    found = sweep(folder, "--target", "tree", "--process", "edm", "--samplers", "dpmpp_2m,edm_stochastic", "--sampler.churn",
                  "20", "--steps-list", "12", "--particles", "400", "--out", "b.csv")
    rows = read_rows(os.path.join(folder, "b.csv"))
    require([row["spacing"] for row in rows] == ["auto", "auto"], f"{rows}")
    require([row["spacing_in_effect"] for row in found["rows"]] == ["lambda", "karras"], f"{found['rows']}")
    source = ["--target", "tree", "--process", "edm"]
    scored = rows_are_those_of_sample_and_score(folder, source, ["--target", "tree"], rows[1], "--sampler.churn", "20")
    floor = found["floor"]
    require(abs(floor["sliced_w2"] - scored["data_sliced_w2"]) < 1e-9
            and abs(floor["knn_two_sample"] - scored["data_knn_two_sample"]) < 1e-9
            and 0 < floor["energy_distance"] < 0.3, f"floor {floor}")


def a_class_is_compared_with_its_own_data(folder):
    # All classes are five arms; one of them is far from the others.
    found = sweep(folder, "--model", PINWHEEL, "--class", "2", "--samplers", "ddim", "--steps-list", "20",
                  "--particles", "400")
    require(found["rows"][0]["knn_two_sample"] < 0.6, f"class 2: {found['rows']}")
    refused(BINARY, ["sweep", "--model", PINWHEEL, "--class", "2", "--data", "moons", "--out", "x.csv"], 2,
            ["--class", "class 2"], folder)


def figures_show_the_runs(folder):
    points = few_points(folder, "points.csv", "swiss_roll")
    arguments = ["--model", MODEL, "--data", points, "--samplers", "ddim,heun", "--steps-list", "4,8,16", "--particles",
                 "200", "--seeds", "2", "--distance", "energy_distance"]
    found = sweep(folder, *arguments, "--out", "c.csv", "--figure", "c.svg")
    require(found["out"] == "c.csv" and found["figure"] == "c.svg" and len(found["rows"]) == 12, f"{found}")
    tree = xml.parse(os.path.join(folder, "c.svg")).getroot()
    require(tree.tag == SVG + "svg", tree.tag)
    texts = [text.text for text in tree.iter(SVG + "text")]
    for words in ("ddim", "heun", "floor: data against data", "energy distance, mean over 2 seeds",
                  "Distance of the samples from points.csv, 200 particles", "10"):
        require(words in texts, f"'{words}' is not among {texts}")
    markers = [mark for mark in tree.iter(SVG + "rect") if mark.get("width") == mark.get("height") == "7"]
    require(len(markers) == 6, f"{len(markers)} points")
    curves = [line for line in tree.iter(SVG + "polyline") if len(line.get("points").split()) == 3
              and line.get("stroke-width") == "2"]
    require(len({line.get("stroke") for line in curves}) == 2, f"{len(curves)} curves")
    done(folder, "sweep", *arguments[:-2], "--device", "host", "--out", "c.png")
    require(png_size(os.path.join(folder, "c.png")) == (972, 656), "size of the figure")


def a_device_runs_it_and_is_left_clean(folder):
    """langevin asks the target for its score, ddim for x0: two scores on one device, which both must go before it."""
    points = few_points(folder, "line.csv", "--target", "mixture_a")
    out = done(folder, "sweep", "--validation", "sync", "--target", "mixture_a", "--data", points, "--samplers",
               "ddim,langevin", "--steps-list", "4", "--particles", "100", "--json")
    require(len(json.loads(out)["rows"]) == 2, f"{out}")


def impossible_runs_of_defaults_are_left_out(folder):
    points = few_points(folder, "normals.csv", "--target", "gaussian")
    arguments = ["sweep", "--target", "gaussian", "--data", points, "--process.T", "12", "--particles", "60", "--device",
                 "host", "--out", "d.csv"]
    result = run(BINARY, arguments, folder)
    require(result.returncode == 0, f"{result}")
    notes = result.stderr.decode()
    require("note: left out ddim with 20 steps and spacing auto, and 4 more runs: too many steps" in notes, notes)
    require({row["steps"] for row in read_rows(os.path.join(folder, "d.csv"))} == {"5", "10"}, "rows of other steps")
    require("Floor" in result.stdout.decode() and "wrote d.csv" in result.stdout.decode(), f"{result.stdout}")


def mistakes_are_refused(folder):
    def no(arguments, *words):
        refused(BINARY, ["sweep", "--out", "x.csv", *arguments], 2, words, folder)

    no(["--samplers", "ddmi"], "--samplers", "did you mean 'ddim'")
    no(["--samplers", "ddim,ddim"], "--samplers", "'ddim' given twice")
    no(["--samplers", "repaint"], "--samplers", "--known and --mask")
    no(["--steps-list", "5,,6"], "--steps-list", "'5,,6'")
    no(["--steps-list", "5,0"], "--steps-list", "0 is below 1")
    no(["--spacings", "karas"], "--spacings", "did you mean 'karras'")
    no(["--seeds", "0"], "--seeds", "0 is below 1")
    no(["--seeds", "2", "--seed", str(2 ** 64 - 1)], "--seeds", "2^64-1")
    no(["--target", "tree", "--process", "vp", "--spacings", "leading"], "--spacings", "spacing leading", "choose one of")
    no(["--samplers", "heun", "--sampler.eta", "1"], "--sampler.eta", "heun")
    no(["--distance", "sliced_w2"], "--distance", "--figure")
    no(["--figure", "x.jpg"], "--figure", ".png or .svg")
    no(["--steps", "3"], "--steps", "sweep does not take it")
    refused(BINARY, ["sweep", "--steps-list", "3", "--figure", "missing/x.svg"], 1, ["missing/x.svg"], folder)
    refused(BINARY, ["sweep", "--out", "x.svg", "--figure", "x.svg"], 2, ["--out and --figure"], folder)


def main():
    with tempfile.TemporaryDirectory() as folder:
        a_network_is_swept(folder)
        an_exact_target_is_swept(folder)
        a_class_is_compared_with_its_own_data(folder)
        impossible_runs_of_defaults_are_left_out(folder)
        mistakes_are_refused(folder)
        if HAS_VULKAN:
            figures_show_the_runs(folder)
            a_device_runs_it_and_is_left_clean(folder)


main()
