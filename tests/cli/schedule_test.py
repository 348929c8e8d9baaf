"""What `schedule` promises: the noise levels of a process and a sampler as text, JSON, CSV and figures; the same numbers
in all of them, which are those of the compiled program and of the closed forms.

usage: schedule_test.py BINARY   (in the project's folder)
"""
import csv
import json
import math
import os
import sys
import tempfile
import xml.etree.ElementTree as xml

from binary import has_vulkan, png_size, refused, require, run

BINARY = os.path.abspath(sys.argv[1])
SVG = "{http://www.w3.org/2000/svg}"
HAS_VULKAN = has_vulkan(BINARY)


def done(folder, *arguments):
    result = run(BINARY, [*arguments], folder)
    require(result.returncode == 0, f"{arguments}: {result}")
    require(result.stderr == b"", f"{arguments}: {result.stderr}")
    return result.stdout.decode()


def schedule(folder, *arguments):
    return json.loads(done(folder, "schedule", *arguments, "--json", "--quiet"))


def near(a, b, tolerance=1e-12):
    return abs(a - b) <= tolerance * max(1, abs(b))


def levels_are_those_of_the_program(folder):
    """Of every process: each state has the scales of the first evaluation of its step."""
    for process in ("ddpm", "vp", "subvp", "ve", "ou", "additive", "edm", "flow"):
        arguments = ["--process", process, "--prediction", "x0", "--sampler", "heun", "--steps", "6"]
        states = schedule(folder, *arguments)["states"]
        program = json.loads(done(folder, "program", *arguments, "--json"))
        first = {}
        for op in program["ops"]:
            if op["op"] == "eval":
                first.setdefault(op["step"], op)
        require(len(states) == 7 and len(first) == 6, f"{process}: {len(states)} states")
        for step, op in first.items():
            for name in ("t", "alpha", "sigma"):
                require(states[step][name] == op[name], f"{process}, step {step}: {name} {states[step]}, {op}")
        last = states[-1]
        require(last["alpha"] == 1 and last["sigma"] == 0 and last["log_snr"] is None and last["t"] is None, str(last))
        coefficients = ("beta",) if process == "ddpm" else ("drift", "diffusion")
        require(all(set(coefficients) <= set(state) for state in states), f"{process}: {states[0]}")


def posterior_weights(folder):
    """Ho et al. 2020, eq. 7, with 1 - beta = 0.9: the figures of the literature, which count timesteps from 1."""
    states = schedule(folder, "--process.schedule", "constant", "--process.beta", "0.1", "--process.T", "50", "--steps",
                      "50", "--sampler", "ddpm", "--spacing", "leading")["states"]
    for t, of_state, of_data in ((1, 0, 1), (2, 0.4993, 0.4993), (10, 0.8923, 0.0956), (50, 0.9481, 0.0076)):
        state = states[50 - t]
        require(near(state["weight_state"], of_state, 5.1e-5) and near(state["weight_data"], of_data, 5.1e-5),
                f"t = {t}: {state}")
        require(near(state["beta"], 0.1), str(state))


def files_have_the_same_numbers(folder):
    arguments = ["--process", "vp", "--sampler", "ddim", "--steps", "9"]
    states = schedule(folder, *arguments)["states"]
    said = done(folder, "schedule", *arguments, "--out", "levels.csv")
    require(said == "wrote levels.csv\n", said)
    with open(os.path.join(folder, "levels.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    require(len(rows) == 10, f"{len(rows)} rows")
    for row, state in zip(rows, states):
        for name, value in state.items():
            cell = float(row[name]) if row[name] else None
            require(cell == value or (value is None and cell == math.inf), f"{name}: {row}, {state}")
        if state["sigma"] > 0:
            alpha = math.exp(-0.5 * (0.1 * state["t"] + 0.5 * 19.9 * state["t"] ** 2))
            require(near(state["alpha"], alpha), f"alpha {state}, {alpha}")
    text = done(folder, "schedule", *arguments)
    require(text.startswith("process vp, sampler ddim; steps 9, network evaluations 9\n"), text)
    require(len(text.splitlines()) == 4 + 10, text)


def degenerate_runs(folder):
    one = schedule(folder, "--steps", "1")
    require(len(one["states"]) == 2 and one["evaluations"] == 1, str(one))
    chain = schedule(folder, "--program", "three_states")
    require(chain["states"] == [] and chain["evaluations"] == 0, str(chain))
    require("no noise levels" in done(folder, "schedule", "--program", "three_states"), "a chain has noise levels")
    constant = schedule(folder, "--sampler", "langevin", "--steps", "5")["states"]
    require(len({state["sigma"] for state in constant[:-1]}) == 1, str(constant))
    own = done(folder, "program", "--process", "edm", "--sampler", "heun", "--steps", "4", "--json")
    with open(os.path.join(folder, "own.json"), "w") as file:
        file.write(own)
    require(schedule(folder, "--program", "own.json")["process"] == "edm", "the program's process is not taken")


def figures(folder):
    for name, arguments in (("levels", []), ("steps", ["--schedule.axis", "step"]),
                            ("chain", ["--program", "three_states"]), ("one", ["--steps", "1"])):
        done(folder, "schedule", *arguments, "--out", name + ".svg")
        root = xml.parse(os.path.join(folder, name + ".svg")).getroot()
        texts = [text.text for text in root.iter(SVG + "text")]
        require(root.tag == SVG + "svg" and "α and σ" in texts and "log-SNR" in texts, f"{name}: {texts}")
        require(len(list(root.iter(SVG + "polyline"))) > 20, name)
    done(folder, "schedule", "--sampler", "ddpm", "--out", "levels.png")
    require(png_size(os.path.join(folder, "levels.png"))[0] > 1000, "the size of the picture")
    refused(BINARY, ["schedule", "--schedule.axis", "step"], 2, ["--schedule.axis", "figure"], folder)
    refused(BINARY, ["schedule", "--out", "levels.txt"], 2, ["--out", ".csv, .png or .svg"], folder)


with tempfile.TemporaryDirectory() as scratch:
    levels_are_those_of_the_program(scratch)
    posterior_weights(scratch)
    files_have_the_same_numbers(scratch)
    degenerate_runs(scratch)
    if HAS_VULKAN:
        figures(scratch)
help_text = run(BINARY, ["schedule", "--help"]).stdout.decode()
require(len(help_text.splitlines()) <= 40, "the help is longer than a screen")
print("schedules agree with programs and closed forms")
