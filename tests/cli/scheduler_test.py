"""`program --scheduler FILE --steps N --json` as scripts use it: the printed programs of several configurations of every
class, run in NumPy, give the figures of the public library (tests/diffusion/data/README.md); and what cannot be honoured
ends with status 2 and one line that names file and field.

usage: scheduler_test.py BINARY   (in the project's folder)
"""
import collections
import json
import os
import sys
import tempfile

import numpy

from binary import refused, require, run

BINARY = os.path.abspath(sys.argv[1])
DATA = "tests/diffusion/data"
PER_CLASS = 3
TOLERANCE = 1e-9  # the figures have twelve digits, schedules of wide range lose some of double precision's


def model(scaled, time):
    return scaled * time / (time + 1)


def threshold(x, ratio, most):
    bound = numpy.clip(numpy.quantile(numpy.abs(x), ratio, axis=1, keepdims=True), 1, most)
    return numpy.clip(x, -bound, bound) / bound


def sum_of(program):
    """Σ|x| of what the program does to the library's start values without noise."""
    element, sample = numpy.meshgrid(numpy.arange(192), numpy.arange(4))
    start = (element * 4 + sample) / 768
    registers = [numpy.zeros_like(start) for _ in range(program["registers"])]
    registers[program["init"]["register"]] = start * program["init"]["scale"]
    for op in program["ops"]:
        if op["op"] == "eval":
            x = registers[op["src"]]
            result = op["c_skip"] * x + op["c_out"] * model(op["c_in"] * x, op["c_noise"])
        elif op["op"] == "blend":
            result = sum((coefficient * registers[r] for r, coefficient in op["terms"]), numpy.zeros_like(start))
        elif op["op"] == "clamp":
            result = numpy.clip(registers[op["dst"]], op["low"], op["high"])
        else:
            require(op["op"] == "threshold", f"no scheduler has {op}")
            result = threshold(registers[op["dst"]], op["ratio"], op["max"])
        registers[op["dst"]] = result
    return numpy.abs(registers[program["result"]]).sum()


def rows():
    """The first few of every class in each file, with the whole configuration."""
    common = {"num_train_timesteps": 1000, "beta_start": 1e-4, "beta_end": 0.02, "beta_schedule": "linear"}
    for name, presets in [("scheduler_matrix.jsonl", common), ("scheduler_options.jsonl", {})]:
        count = collections.Counter()
        with open(os.path.join(DATA, name)) as file:
            for row in map(json.loads, file):
                count[row["scheduler"]] += 1
                if count[row["scheduler"]] <= PER_CLASS:
                    yield row, {"_class_name": row["scheduler"], **presets, **row["config"]}


def compiled(cwd, config, steps):
    with open(os.path.join(cwd, "scheduler_config.json"), "w") as file:
        json.dump(config, file)
    arguments = ["program", "--scheduler", "scheduler_config.json", "--steps", str(steps)]
    done = run(BINARY, [*arguments, "--json"], cwd)
    require(done.returncode == 0, f"{config} is refused: {done.stderr}")
    return json.loads(done.stdout)


def agrees_with_the_library(cwd):
    classes = set()
    for row, config in rows():
        program = compiled(cwd, config, row["num_inference_steps"])
        classes.add(row["scheduler"])
        evaluations = sum(op["op"] == "eval" for op in program["ops"])
        require(evaluations == program["evaluations"] == row["evaluations"], f"evaluations of {row}: {evaluations}")
        actual = sum_of(program)
        require(abs(actual / row["sum_float64"] - 1) < TOLERANCE, f"sum of {row}: {actual}")
    return classes


def refuses_by_field(cwd):
    cases = [
        ("DDIMSchedular", {}, "_class_name", "did you mean 'DDIMScheduler'"),
        ("DDIMScheduler", {"timestep_spacing": "even"}, "timestep_spacing", "known: linspace, leading, trailing"),
        ("DDPMScheduler", {"variance_type": "learned_range"}, "variance_type", "learned variances are not supported"),
        ("DPMSolverMultistepScheduler", {"solver_order": 4}, "solver_order", "1 … 3"),
        ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver"}, "final_sigmas_type", "give sigma_min"),
        ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++", "solver_order": 3}, "solver_order",
         "give 2"),
        ("DPMSolverMultistepInverseScheduler", {"algorithm_type": "sde-dpmsolver"}, "algorithm_type", "no noise"),
        ("DPMSolverSinglestepScheduler", {"algorithm_type": "sde-dpmsolver++"}, "algorithm_type",
         "give dpmsolver++"),
        ("UniPCMultistepScheduler", {"solver_p": {"_class_name": "DDIMScheduler"}}, "solver_p", "no other predictor"),
        ("FlowMatchEulerDiscreteScheduler", {"use_dynamic_shifting": True}, "use_dynamic_shifting",
         "--scheduler.mu"),
        ("IPNDMScheduler", {"trained_betas": [1, 0.5, 0]}, "trained_betas", "use --steps 2"),
        ("EulerDiscreteScheduler", {"beta_end": "0.02"}, "beta_end", "not a number"),
    ]
    for name, fields, field, cure in cases:
        with open(os.path.join(cwd, "s.json"), "w") as file:
            json.dump({"_class_name": name, **fields}, file)
        refused(BINARY, ["program", "--scheduler", "s.json", "--steps", "10", "--json"], 2,
                [f"invalid scheduler (s.json: {field}): ", cure], cwd)


def passes_over_with_a_note(cwd):
    config = {"_class_name": "DDIMScheduler", "clip_sample": False}
    plain = compiled(cwd, config, 10)
    for fields, words in [({"eta_max": 1}, ["eta_max"]), ({"beta_shedule": "cosine"}, ["did you mean 'beta_schedule'"]),
                          ({"use_karras_sigmas": True}, ["use_karras_sigmas"])]:
        require(compiled(cwd, {**config, **fields}, 10) == plain, f"{fields} change the program")
        done = run(BINARY, ["program", "--scheduler", "scheduler_config.json", "--steps", "10"], cwd)
        note = done.stderr.decode()
        require(note.startswith("scorefield: note: scheduler_config.json: ignored ") and note.count("\n") == 1
                and all(word in note for word in words), f"{fields}: {note}")
    quiet = run(BINARY, ["program", "--scheduler", "scheduler_config.json", "--quiet"], cwd)
    require(quiet.stderr == b"", f"--quiet says {quiet.stderr}")


def shifts_by_mu(cwd):
    config = {"_class_name": "FlowMatchEulerDiscreteScheduler", "use_dynamic_shifting": True}
    with open(os.path.join(cwd, "s.json"), "w") as file:
        json.dump(config, file)
    request = ["program", "--scheduler", "s.json", "--steps", "3", "--json"]
    done = run(BINARY, [*request, "--scheduler.mu", "0.5"], cwd)
    require(done.returncode == 0, done.stderr)
    sigmas = [op["sigma"] for op in json.loads(done.stdout)["ops"] if op["op"] == "eval"]
    expected = [numpy.exp(0.5) / (numpy.exp(0.5) + (1 / t - 1)) for t in numpy.linspace(1, 1 / 1000, 3)]
    require(numpy.allclose(sigmas, expected, rtol=1e-12), f"{sigmas}, not {expected}")
    refused(BINARY, ["program", "--scheduler.mu", "0.5"], 2, ["--scheduler.mu", "no scheduler"], cwd)


def refuses_other_requests(cwd):
    with open(os.path.join(cwd, "s.json"), "w") as file:
        json.dump({"_class_name": "DDIMScheduler"}, file)
    with open(os.path.join(cwd, "half.json"), "w") as file:
        file.write('{"_class_name": "DDIMSch')
    program = ["program", "--json", "--scheduler"]
    refused(BINARY, [*program, "missing.json"], 2, ["missing.json"], cwd)
    refused(BINARY, [*program, "half.json"], 2, ["invalid scheduler (half.json"], cwd)
    refused(BINARY, [*program, "s.json", "--steps", "1001"], 2, ["--steps", "1 … 1000", "give fewer"], cwd)
    refused(BINARY, [*program, "s.json", "--sampler", "ddim"], 2, ["--sampler", "leave --sampler out"], cwd)
    refused(BINARY, [*program, "s.json", "--process.T", "10"], 2, ["--process.T", "leave --process.T out"], cwd)


with tempfile.TemporaryDirectory() as folder:
    classes = agrees_with_the_library(folder)
    refuses_by_field(folder)
    passes_over_with_a_note(folder)
    shifts_by_mu(folder)
    refuses_other_requests(folder)
print(f"{len(classes)} classes agree")
