"""What `sample` promises: files that do not depend on batching, sharding or repetition, samples close to the data, and
the figures of --json.

usage: sample_test.py BINARY   (in the project's folder)
"""
import json
import os
import sys
import tempfile

import numpy

from binary import refused, require, run, without_steps_note

BINARY = os.path.abspath(sys.argv[1])
MODEL = os.path.abspath("assets/swiss_roll.safetensors")
DEVICE = "host"  # of `sample` below


def sample(folder, name, *arguments):
    """The bytes of the sample file, and what --json says."""
    out = os.path.join(folder, name)
    done = run(BINARY, ["sample", "--model", MODEL, "--out", out, "--json", "--device", DEVICE, *arguments])
    require(done.returncode == 0 and without_steps_note(done.stderr) == b"", f"sample {arguments}: {done.stderr}")
    with open(out, "rb") as file:
        return file.read(), json.loads(done.stdout)


def batching_changes_nothing(folder):
    for particles, chunks in ((257, (1, 7)), (10_000, (1_000, 4_096))):
        run_arguments = ["--particles", str(particles), "--sampler", "ddpm", "--steps", "12", "--seed", "5"]
        whole = sample(folder, "whole.npy", *run_arguments)[0]
        require(sample(folder, "again.npy", *run_arguments)[0] == whole, "two runs with one seed differ")
        for chunk in chunks:
            parts = sample(folder, "parts.npy", *run_arguments, "--chunk", str(chunk))[0]
            require(parts == whole, f"chunks of {chunk} change {particles} particles")
        other = sample(folder, "other.npy", *run_arguments[:-1], "6")[0]
        require(other != whole, "another seed gives the same file")


def programs_are_those_of_their_samplers(folder):
    """A program that was written is run as if its sampler had been named."""
    flags = ["--sampler", "dpmpp_sde", "--steps", "6"]
    program = os.path.join(folder, "program.json")
    done = run(BINARY, ["program", "--model", MODEL, *flags, "--json", "--out", program])
    require(done.returncode == 0 and done.stderr == b"", f"program: {done.stderr}")
    named, read = (sample(folder, "of.npy", "--particles", "257", *how) for how in (flags, ["--program", program]))
    require(named[0] == read[0], "the program that was read gives other samples")
    require(read[1]["steps"] == 6 and read[1]["evaluations"] == named[1]["evaluations"], "steps of another program")


def programs_of_targets_are_read(folder):
    """What was written for an exact target says what its estimates stand for."""
    target, flags = ["--target", "mixture_a"], ["--sampler", "heun", "--steps", "10", "--init", "matched"]
    program = os.path.join(folder, "target.json")
    done = run(BINARY, ["program", *target, *flags, "--out", program, "--quiet"])
    require(done.returncode == 0, f"program of a target: {done.stderr}")
    samples = []
    for how in (flags, ["--program", program]):
        out = os.path.join(folder, "of_target.npy")
        done = run(BINARY, ["sample", *target, *how, "--particles", "257", "--out", out, "--quiet"])
        require(done.returncode == 0, f"sample of a target: {done.stderr}")
        samples.append(numpy.load(out))
    require(numpy.array_equal(*samples), "the program that was read gives other samples")


def shards_concatenate(folder):
    arguments = ["--particles", "1001", "--steps", "5"]
    sample(folder, "whole.npy", *arguments)
    parts = []
    for part in (1, 2, 3):
        sample(folder, f"part{part}.npy", *arguments, "--shard", f"{part}/3")
        parts.append(numpy.load(os.path.join(folder, f"part{part}.npy")))
    whole = numpy.load(os.path.join(folder, "whole.npy"))
    require(numpy.array_equal(numpy.concatenate(parts), whole), "shards do not add up to the whole")


def start_states_come_back(folder):
    trajectory = os.path.join(folder, "trajectory.npy")
    start = os.path.join(folder, "start.npy")
    for units, allowed in (("standardised", 0), ("data", 1e-3)):
        first = os.path.join(folder, "a.npy")
        sample(folder, "a.npy", "--particles", "500", "--steps", "10", "--trajectory", trajectory, "--units", units)
        states = numpy.load(trajectory)
        require(numpy.array_equal(states[-1], numpy.load(first)), f"the last state is not --out in units {units}")
        numpy.save(start, states[0])
        for count in (["--particles", "500"], []):
            sample(folder, "b.npy", *count, "--steps", "10", "--init", start, "--units", units)
            error = numpy.abs(numpy.load(os.path.join(folder, "b.npy")) - numpy.load(first)).max()
            require(error <= allowed, f"--init with the start of --trajectory is off by {error} in units {units}")


def inversions_return_to_their_start(folder):
    """Through the program's own files: METHODS' round trip of DDIM, 0.030 deviations by 200 steps."""
    sample(folder, "a.npy", "--particles", "1000", "--steps", "200")
    sample(folder, "z.npy", "--sampler", "ddim_inverse", "--steps", "200", "--init", os.path.join(folder, "a.npy"))
    sample(folder, "b.npy", "--steps", "200", "--init", os.path.join(folder, "z.npy"))
    a, z, b = (numpy.load(os.path.join(folder, f"{name}.npy")).astype(float) for name in "azb")
    require(abs(z.std() / a.std() - 1) < 0.15, f"noise has {z.std() / a.std()} of the data's deviation")
    trip = numpy.sqrt(((a - b) ** 2).mean()) / a.std()
    require(trip < 0.045, f"the round trip misses its start by {trip} deviations")


def exact_starts_leave_weights_alone(folder):
    """Where the data are still most of the first level, the normal start is wrong and says so; exact draws are not."""
    for arguments in (["--process.T", "50", "--sampler", "ddpm", "--steps", "50"],
                      ["--process", "additive", "--steps", "50"], ["--timesteps", "400,300,200,100,50,10"]):
        common = ["--target", "mixture_d", "--particles", "10000", *arguments]
        output = run(BINARY, ["sample", "--out", os.path.join(folder, "m.npy"), "--init", "matched", *common])
        require(b"note: at the first noise level" in output.stderr, f"no note of the signal left: {arguments}")
        samples = []
        for how in (["--init", "exact"], []):
            output = run(BINARY, ["sample", "--out", os.path.join(folder, "e.npy"), *how, *common])
            require(b"first noise level" not in output.stderr, f"a note with an exact start: {output.stderr}")
            samples.append(numpy.load(os.path.join(folder, "e.npy")))
        require(b", init exact (automatic)" in output.stdout, f"the start is not told: {output.stdout}")
        require(numpy.array_equal(*samples), f"an exact start is not the default: {arguments}")
        share = (samples[0].sum(axis=1) < 0).mean()
        # 10 000 draws: a deviation of 0.004; a few steps of DDIM lose little more.
        require(abs(share - 0.2) < 0.02, f"weight {share} instead of 0.2: {arguments}")


def swiss_roll(seed, count):
    """Fresh data by scikit-learn's definition of the roll, coordinates 0 and 2, with NumPy's own random numbers."""
    generator = numpy.random.default_rng(seed)
    t = 1.5 * numpy.pi * (1 + 2 * generator.random(count))
    roll = numpy.stack([t * numpy.cos(t), t * numpy.sin(t)], 1)
    return roll + 0.5 * generator.standard_normal(roll.shape)


def sliced_w2(a, b):
    angles = numpy.pi * numpy.arange(512) / 512
    directions = numpy.stack([numpy.cos(angles), numpy.sin(angles)])
    quantiles = (numpy.arange(2000) + 0.5) / 2000
    return numpy.sqrt(numpy.mean((numpy.quantile(a @ directions, quantiles, 0)
                                  - numpy.quantile(b @ directions, quantiles, 0)) ** 2))


def samples_are_close_to_the_data(folder):
    # Data against data is 0.022 on average; 0.05 is what the product promises.
    for arguments in (["--sampler", "ddim", "--steps", "50"], ["--sampler", "dpmpp_2m", "--steps", "20"]):
        report = sample(folder, "quality.npy", "--particles", "10000", *arguments)[1]
        samples = numpy.load(os.path.join(folder, "quality.npy"))
        require(samples.dtype == numpy.float32 and samples.shape == (10_000, 2), f"shape {samples.shape}")
        distances = []
        for seed in range(4):
            data = swiss_roll(seed, 10_000)
            distances.append(sliced_w2((samples - data.mean()) / data.std(), (data - data.mean()) / data.std()))
        require(numpy.mean(distances) <= 0.05, f"{arguments}: sliced W2 {distances}")
        scored = run(BINARY, ["score", os.path.join(folder, "quality.npy"), "--data", "swiss_roll", "--json"])
        score = json.loads(scored.stdout)["sliced_w2"]
        require(abs(score - numpy.mean(distances)) < 0.015, f"score says {score}, NumPy {distances}")
        for key in ("device", "variant", "particles", "dim", "steps", "evaluations", "seconds",
                    "particle_steps_per_s", "out"):
            require(key in report, f"--json lacks {key}")
        require(report["evaluations"] == int(arguments[-1]), f"evaluations {report['evaluations']}")


def tells_the_spacing_in_effect(folder):
    for arguments, spacing in (([], "quadratic"), (["--spacing", "karras"], "karras"), (["--timesteps", "9,5"], None)):
        report = sample(folder, "spaced.npy", "--particles", "10", "--quiet", *arguments)[1]
        require(report["spacing"] == spacing, f"{arguments}: {report}")
    text = run(BINARY, ["sample", "--model", MODEL, "--out", "spaced.npy", "--particles", "10"], folder).stdout.decode()
    require("spacing quadratic (automatic)" in text, text)


def says_what_a_sampler_cannot(folder):
    """Langevin dynamics and one-step samplers do not give the data's distribution; a note says so."""
    for sampler, words in (("langevin", "does not mix"), ("consistency", "too narrow"), ("lcm", "too narrow")):
        arguments = ["sample", "--model", MODEL, "--out", "noted.npy", "--particles", "10", "--sampler", sampler]
        said = run(BINARY, arguments, folder).stderr.decode()
        require(f"scorefield: note: {sampler}: " in said and words in said and said.count("\n") == 1, said)
        require(run(BINARY, [*arguments, "--quiet"], folder).stderr == b"", f"{sampler}: not quiet")


def points_far_from_zero(folder):
    """Learned by the differences between them; samples are float32 all the same, which is said where it is too coarse."""
    draws = numpy.random.default_rng(4)
    points = {"seconds": 1.7e9 + 60 * draws.random((1000, 1)), "map": [5e5, 5.4e6] + 100 * draws.normal(size=(1000, 2))}
    for name, values in points.items():
        numpy.save(os.path.join(folder, name + ".npy"), values)
        done = run(BINARY, ["train", "--data", name + ".npy", "--out", name + ".safetensors", "--train.steps", "300",
                            "--train.batch", "256", "--network.width", "16", "--network.depth", "1", "--quiet",
                            "--device", "host"], folder)
        require(done.returncode == 0 and done.stderr == b"", f"train on {name}: {done}")
        arguments = ["sample", "--model", name + ".safetensors", "--out", "far.npy", "--particles", "2000"]
        done = run(BINARY, arguments, folder)
        note = b"" if name == "map" else b"scorefield: note: float32 resolution near the data of seconds.npy is 128 ("
        require(done.returncode == 0 and done.stderr.startswith(note) and bool(done.stderr) == bool(note), str(done))
        samples = numpy.load(os.path.join(folder, "far.npy")).astype(numpy.float64)
        away = numpy.abs(samples.mean(axis=0) - values.mean(axis=0)).max()
        # A short training: about the right place, and width. Rounding alone moves the seconds by up to 64.
        require(away < (0.3 * values.std(axis=0).max() if name == "map" else 64), f"{name}: {away} away")
        if name == "map":
            ratio = samples.std(axis=0) / values.std(axis=0)
            require((ratio > 0.3).all() and (ratio < 3).all(), f"{name}: {ratio} times as wide")


def engines_agree(folder):
    """The processor and a Vulkan device draw the same noise; roundings alone tell them apart."""
    global DEVICE
    for flags in (["--sampler", "ddpm"], ["--sampler", "dpmpp_sde"], ["--sampler", "heun", "--noise", "independent"],
                  ["--sampler", "euler_ancestral", "--noise", "path"]):
        states = []
        for DEVICE in ("host", "0"):
            report = sample(folder, "of.npy", "--particles", "3000", "--steps", "20", *flags)[1]
            require((report["device"] == "host") == (DEVICE == "host"), f"{DEVICE}: {report}")
            require(report["variant"].startswith("host-") == (DEVICE == "host"), f"{DEVICE}: {report}")
            states.append(numpy.load(os.path.join(folder, "of.npy")))
        apart = numpy.abs(states[0] - states[1])
        require(0 < numpy.median(apart) < 1e-5 and apart.max() < 0.02, f"{flags}: {numpy.median(apart)}, {apart.max()}")


def automatic_device(folder):
    """Without a GPU the processor does the work, and it is said why."""
    text = run(BINARY, ["sample", "--model", MODEL, "--out", "auto.npy", "--particles", "10"], folder).stdout.decode()
    offered = json.loads(run(BINARY, ["devices", "--json"]).stdout)
    software = all(device["type"] == "software" for device in offered["devices"])
    require((offered["host_because"] is not None) == software, str(offered))
    asked = json.loads(run(BINARY, ["devices", "--json", "--device", "host"]).stdout)
    require(asked["host_because"] == "it was asked for" and asked["chosen"] == offered["chosen"], str(asked))
    require(("device          host (there is no GPU, and it is faster than" in text) == software, text)
    refused(BINARY, ["sample", "--model", MODEL, "--out", "x.npy", "--device", "host", "--validation", "on"], 2,
            ["--validation", "host"], folder)
    validated = run(BINARY, ["sample", "--model", MODEL, "--out", "x.npy", "--particles", "10", "--validation", "sync",
                             "--json"], folder)
    require(validated.returncode == 0 and json.loads(validated.stdout)["device"] != "host", str(validated))


def noise_of_one_path(folder):
    """With one path, the samples of many steps and of more steps belong together; with independent draws they do not."""
    def states(steps, noise):
        sample(folder, "path.npy", "--particles", "4000", "--sampler", "ddpm", "--steps", str(steps), "--noise", noise)
        return numpy.load(os.path.join(folder, "path.npy"))

    def apart(noise):
        return numpy.median(numpy.abs(states(400, noise) - states(800, noise)))

    of_path, independent = apart("path"), apart("independent")
    require(of_path < 0.5 * independent, f"one path: {of_path} apart, independent draws: {independent}")
    said = run(BINARY, ["sample", "--model", MODEL, "--out", "n.npy", "--particles", "9", "--noise", "path"], folder)
    require(b"note: --noise path has no effect: ddim" in said.stderr, str(said))


def main():
    global DEVICE
    with tempfile.TemporaryDirectory() as folder:
        for DEVICE in ("host", "0"):
            batching_changes_nothing(folder)
            programs_are_those_of_their_samplers(folder)
            shards_concatenate(folder)
            start_states_come_back(folder)
            samples_are_close_to_the_data(folder)
        DEVICE = "host"
        programs_of_targets_are_read(folder)
        inversions_return_to_their_start(folder)
        exact_starts_leave_weights_alone(folder)
        automatic_device(folder)
        noise_of_one_path(folder)
        engines_agree(folder)
        tells_the_spacing_in_effect(folder)
        says_what_a_sampler_cannot(folder)
        points_far_from_zero(folder)


main()
