"""Wrong requests to the built binary: each ends with the right status, one line that names the place and the cure,
nothing on standard output and no file left behind, also with closed descriptors and under limits on files and memory;
and what standard output owes to scripts.

usage: requests_test.py BINARY   (in the project's folder)
"""
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile

from binary import PREFIX, REFUSED, files_below, has_vulkan, refused, require, run

BINARY = os.path.abspath(sys.argv[1])
ASSET = os.path.abspath("assets/swiss_roll.safetensors")
NO_DRIVER = {"VK_ICD_FILENAMES": "/nonexistent.json", "VK_DRIVER_FILES": "/nonexistent.json"}
MOONS = ["train", "--data", "moons", "--out", "x.safetensors"]
HAS_VULKAN = has_vulkan(BINARY)


def wrong_words(cwd):
    cases = [
        (["smaple"], ["'smaple'", "did you mean 'sample'"]),
        (["sample", "--smapler", "ddim", "--out", "x.npy"], ["--smapler", "did you mean '--sampler'"]),
        (["sample", "--sampler", "ddmi", "--out", "x.npy"], ["--sampler", "did you mean 'ddim'"]),
        (["sample", "--init", "mathced", "--out", "x.npy"], ["--init", "did you mean 'matched'", "FILE.npy"]),
        (["sample", "--steps", "0", "--out", "x.npy"], ["--steps", "0 is below 1"]),
        (["sample", "--steps", "ten", "--out", "x.npy"], ["--steps", "not a whole number"]),
        (["sample", "--steps", "10x", "--out", "x.npy"], ["--steps", "not a whole number"]),
        (["sample", "--particles", "-5", "--out", "x.npy"], ["--particles", "-5 is below 1"]),
        (["sample", "--particles", "9" * 20, "--out", "x.npy"], ["--particles", "is above 1000000000"]),
        (["sample", "--shard", "5/4", "--out", "x.npy"], ["--shard", "5/4"]),
        (["sample"], ["--out"]),
        (["train", "--process.T", "1", "--data", "moons", "--out", "x.safetensors"], ["--process.T", "from 2"]),
        (["render", "--fps", "0", "--out", "x.mp4"], ["--fps", "0 is below 1"]),
        (["render", "--look.map", "jet", "--out", "x.mp4"], ["--look.map", "known:"]),
        (["program", "--fps", "5"], ["--fps", "belongs to render"]),
        (["program", "--steps", "5", "--steps", "6"], ["given twice", "--steps"]),
        (["program", "--steps"], ["missing value", "--steps"]),
        (["program", "--steps", "2000"], ["--steps", "1000 distinct timesteps", "--process.T"]),
        (["program", "--process.T", "10", "--steps", "20"], ["--steps", "10 distinct timesteps"]),
        (["program", "--timesteps", "5,7"], ["--timesteps", "decreasing"]),
        (["program", "--timesteps", "5000"], ["--timesteps", "999"]),
        (["program", "--timesteps", "9,,5"], ["--timesteps", "''"]),
        (["program", "--timesteps", "9,5", "--steps", "2"], ["--timesteps", "leave --steps out"]),
        (["program", "--sampler.variance", "small"], ["--sampler.variance", "ddim", "it has eta"]),
        (["program", "--process.schedule", "cosine", "--process.beta_end", "0.1"], ["--process.beta_end", "linear"]),
        (["program", "--process.beta_start", "2"], ["--process.beta_start", "above 1"]),
        (["program", "--process", "vpp"], ["--process", "did you mean 'vp'"]),
        (["program", "--process", "vp", "--process.T", "5"], ["--process.T", "belongs to ddpm; ou; additive"]),
        (["program", "--process", "vp", "--process.schedule", "linear"], ["--process.schedule", "belongs to ddpm"]),
        (["program", "--process", "flow", "--process.t_min", "1"], ["--process.t_min", "below 1"]),
        (["program", "--process.zero_snr", "yes"], ["--process.zero_snr", "on, off"]),
        (["program", "--process", "vp", "--spacing", "leading"], ["--spacing", "choose one of even, linspace"]),
        (["program", "--process", "flow", "--spacing", "lambda"], ["--spacing", "choose one of even"]),
        (["program", "--process.rho", "3"], ["--process.rho", "quadratic has no such parameter"]),
        (["program", "--spacing", "karras", "--process.rho", "0"], ["--process.rho", "not above 0"]),
        (["program", "--spacing.final", "sigma_min", "--steps", "1000"], ["--steps", "at most 999"]),
        (["program", "--timesteps", "9,5", "--process.rho", "3"], ["--timesteps", "leave --process.rho out"]),
        (["program", "--process", "edm", "--timesteps", "9,0"], ["--timesteps", "no noise at 0"]),
        (["program", "--model", ASSET, "--process", "vp"], ["--process", "was trained with ddpm, not vp"]),
        (["program", "--model", ASSET, "--process.sigma_min", "1"],
         ["--process.sigma_min", "the process ddpm, which has no such parameter"]),
        (["program", "--model", ASSET, "--process.zero_snr", "on"], ["--process.zero_snr", "trained with off, not on"]),
        (["train", "--data", "moons", "--process", "vp", "--process.schedule", "linear", "--out", "x.safetensors"],
         ["--process.schedule", "belongs to ddpm"]),
        ([*MOONS, "--objective.gamma", "3"], ["--objective.gamma", "does not use it"]),
        (["train", "--data", "swiss_roll", "--train.conditional", "on", "--out", "x.safetensors"],
         ["--train.conditional", "has none"]),
        ([*MOONS, "--train.label_dropout", "0.5"], ["--train.label_dropout", "no classes"]),
        ([*MOONS, "--train.conditional", "on", "--train.label_dropout", "1"], ["--train.label_dropout", "above 0.99"]),
        ([*MOONS, "--train.schedule", "constant", "--train.final_learning_rate", "1e-4"],
         ["--train.final_learning_rate", "constant"]),
        ([*MOONS, "--device", "host", "--validation", "sync"], ["--validation", "host"]),
        (["program", "--process", "edm", "--spacing", "even", "--process.rho", "3"], ["--process.rho", "even"]),
        (["program", "--process", "edm", "--spacing.beta_beta", "3"], ["--spacing.beta_beta", "karras"]),
        (["score", "missing.npy", "--data", "swiss_roll"], ["missing.npy"]),
        (["score", "points.npy", "--data", "swiss_rol"], ["did you mean 'swiss_roll'"]),
        (["score", "points.npy", "flat.npy"], ["dimension", "flat.npy"]),
        (["score", "points.npy", "garbage.npy"], ["garbage.npy"]),
        (["train", "--data", "swiss_rol", "--out", "x.safetensors"], ["did you mean 'swiss_roll'"]),
        (["train", "--data", "swiss_roll"], ["--out"]),
        (["train", "--data", "swiss_roll", "--out", "x.safetensors", "--train.ema", "1"], ["--train.ema", "above"]),
    ]
    if HAS_VULKAN:
        cases.append((["render", "--out", "x.avi"], ["--out", "'.avi'", ".mp4"]))
        cases.append((["sample", "--out", "x.txt"], ["x.txt", ".npy"]))
        cases.append((["view", "--objective.gamma", "3"], ["--objective.gamma", "does not use it"]))
        cases.append((["view", "--train.label_dropout", "0.5"], ["--train.label_dropout", "no classes"]))
        cases.append((["view", "--train.schedule", "constant", "--train.final_learning_rate", "1e-4"],
                      ["--train.final_learning_rate", "constant"]))
    for arguments, words in cases:
        refused(BINARY, arguments, 2, words, cwd)


def wrong_models(cwd):
    whole = open(ASSET, "rb").read()
    header = struct.unpack("<Q", whole[:8])[0]
    for name, content in {
        "empty": b"",
        "short": whole[:7],
        "header": whole[: 8 + header // 2],
        "truncated": whole[:-1],
        "longer": whole + b"\0",
        "flipped": whole[:-100] + bytes([whole[-100] ^ 4]) + whole[-99:],
        "flipped_header": whole[:200] + bytes([whole[200] ^ 4]) + whole[201:],
        "huge": struct.pack("<Q", 2**63) + whole[8:],
        "text": b"this is no model",
    }.items():
        path = os.path.join(cwd, name + ".safetensors")
        with open(path, "wb") as file:
            file.write(content)
        refused(BINARY, ["program", "--model", path], 2, [path], cwd)
    refused(BINARY, ["program", "--model", "nothing.safetensors"], 2, ["nothing.safetensors"], cwd)
    refused(BINARY, ["program", "--model", cwd], 2, [cwd], cwd)
    refused(BINARY, ["program", "--model", ASSET, "--process.T", "50"], 2, ["--process.T", "trained with 1000"], cwd)
    refused(BINARY, ["program", "--model", ASSET, "--prediction", "v"], 2, ["--prediction", "epsilon"], cwd)
    same = run(BINARY, ["program", "--model", ASSET, "--process.T", "1000", "--prediction", "epsilon"], cwd)
    require(same.returncode == 0, f"a flag that says what the model says is refused: {same.stderr}")


def unwritable_outputs(cwd):
    refused(BINARY, ["sample", "--model", ASSET, "--out", "nowhere/x.npy"], 1, ["nowhere/x.npy"], cwd)
    if HAS_VULKAN:
        refused(BINARY, ["render", "--sampler", "repaint", "--out", "x.png"], 2, ["repaint", "'scorefield sample'"], cwd)
        for out in ["nowhere/sheet.png", "nowhere/film.mp4", "nowhere/frames"]:
            refused(BINARY, ["render", "--model", ASSET, "--out", out], 1, [out], cwd)
    train = ["train", "--data", "swiss_roll", "--train.steps", "100000000"]
    os.mkdir(os.path.join(cwd, "folder.safetensors"))
    for out in ["nowhere/x.safetensors", "folder.safetensors", "/proc/x.safetensors"]:
        refused(BINARY, [*train, "--out", out], 1, [out], cwd)
    refused(BINARY, [*train, "--out", "x.safetensors", "--log", "nowhere/log.csv"], 1, ["nowhere/log.csv"], cwd)
    refused(BINARY, ["program", "--out", "nowhere/p.json"], 1, ["nowhere/p.json"], cwd)


def files_of_one_name(cwd):
    """An output takes no other output's place, nor an input's."""
    shutil.copy(ASSET, os.path.join(cwd, "model.safetensors"))
    os.symlink("model.safetensors", os.path.join(cwd, "link.safetensors"))
    os.symlink("x.npy", os.path.join(cwd, "link.npy"))
    train = ["train", "--data", "swiss_roll", "--train.steps", "100000000"]
    cases = [
        ([*train, "--out", "x.safetensors", "--log", "./x.safetensors"], ["--out and --log", "its own file name"]),
        (["train", "--data", "points.npy", "--out", os.path.join(cwd, "points.npy")], ["--out", "--data"]),
        (["train", "--data", "picture.png", "--out", "./picture.png"], ["--out", "--data"]),
        (["program", "--model", "model.safetensors", "--out", "link.safetensors"], ["--out", "--model"]),
    ]
    if HAS_VULKAN:
        sample = ["sample", "--model", "model.safetensors"]
        cases += [
            ([*sample, "--out", "x.npy", "--trajectory", "x.npy"], ["--out and --trajectory"]),
            ([*sample, "--out", "x.npy", "--trajectory", "link.npy"], ["--out and --trajectory"]),
            ([*sample, "--out", "model.safetensors"], ["--out", "--model"]),
            ([*sample, "--init", "points.npy", "--out", "nowhere/../points.npy"], ["--out", "--init"]),
            (["sample", "--out", ASSET], ["--out", "the model"]),
            ([*sample, "--sampler", "repaint", "--known", "points.npy", "--out", "points.npy"], ["--out", "--known"]),
            (["sample", "--target", "empirical", "points.npy", "--out", "points.npy"], ["--out", "--target"]),
            (["sample", "--program", "p.json", "--out", "p.json"], ["--out", "--program"]),
            (["render", "--model", "model.safetensors", "--out", "f.mp4", "--frame-log", "f.mp4"], ["--frame-log"]),
        ]
    for arguments, words in cases:
        refused(BINARY, arguments, 2, words, cwd)


def no_model_found(cwd):
    """A binary far from its assets names the cure."""
    copied = os.path.join(cwd, "scorefield")
    shutil.copy(BINARY, copied)
    refused(copied, ["sample", "--out", "x.npy"], 2, ["--model"], cwd)
    os.remove(copied)


def no_driver(cwd):
    for arguments in [["devices"], ["devices", "--json"], ["sample", "--model", ASSET, "--out", "x.npy", "--device", "0"],
                      ["render", "--model", ASSET, "--out", "x.png"]]:
        refused(BINARY, arguments, 1, ["no Vulkan"], cwd, NO_DRIVER)
    done = run(BINARY, ["sample", "--model", ASSET, "--out", "x.npy", "--particles", "9"], cwd, NO_DRIVER)
    require(done.returncode == 0 and b"host (there is no Vulkan device)" in done.stdout, f"sample needs a device: {done}")
    os.remove(os.path.join(cwd, "x.npy"))
    done = run(BINARY, ["program", "--model", ASSET], cwd, NO_DRIVER)
    require(done.returncode == 0 and done.stdout, f"program needs a device: {done}")


def random_requests(cwd):
    """Whatever is said, the binary answers with a status of its own and one line."""
    draw = random.Random(11)
    flags = ["--steps", "--sampler", "--spacing", "--timesteps", "--process.T", "--process.schedule", "--model",
             "--sampler.eta", "--sampler.clip", "--prediction", "--json", "--nothing", "--out"]
    values = ["0", "3", "-1", "1e309", "nan", "ddim", "ddpm", "even", "cosine_seed", "", "x" * 5000, "ä", "5,4,3",
              "v", "/dev/null", "/", "%n%s", "--", "0x10", "999999999999999999999999", "\n"]
    for _ in range(150):
        arguments = ["program"]
        for _ in range(draw.randrange(5)):
            arguments += [draw.choice(flags), draw.choice(values)][: draw.choice([1, 2, 2])]
        if any(flag == "--out" for flag in arguments):
            arguments = [a for a in arguments if not a.startswith("--out")]
        before = files_below(cwd)
        done = run(BINARY, arguments, cwd)
        require(done.returncode in (0, 1, 2), f"{arguments}: {done}")
        require(done.returncode == 0 or done.stderr.count(b"\n") == 1, f"{arguments}: {done.stderr}")
        require(files_below(cwd) == before, f"{arguments} left files")


def standard_output(cwd):
    done = run(BINARY, ["program", "--json", "--steps", "3", "--out", "p.json"], cwd)
    require(done.returncode == 0 and done.stderr == b"", str(done))
    require(json.loads(done.stdout)["steps"] == 3, "program --json is no program")
    require(open(os.path.join(cwd, "p.json"), "rb").read() == done.stdout, "--out differs from standard output")
    for arguments in [["score", "points.npy", "other.npy", "--json"],
                      ["score", "points.npy", "--data", "moons", "--json"]]:
        done = run(BINARY, arguments, cwd)
        require(done.returncode == 0 and done.stderr == b"", str(done))
        require(json.loads(done.stdout)["sliced_w2"] > 0, str(done))
    with open(os.open("/dev/full", os.O_WRONLY), "w") as disk:
        full = subprocess.run([BINARY, "program"], stdout=disk, stderr=subprocess.PIPE)
    require(full.returncode == 1 and full.stderr.count(b"\n") == 1, f"a full disk: {full}")
    read_end, write_end = os.pipe()
    os.close(read_end)
    closed = subprocess.run([BINARY, "program"], stdout=write_end, stderr=subprocess.PIPE)
    os.close(write_end)
    require(closed.returncode == 0 and closed.stderr == b"", f"a reader that went away: {closed}")


def trained_models(cwd):
    arguments = ["train", "--data", "moons", "--out", "m.safetensors", "--train.steps", "20", "--train.batch", "64",
                 "--network.width", "8", "--network.depth", "1", "--train.warmup", "2", "--log", "m.csv", "--json"]
    done = run(BINARY, arguments, cwd)
    require(done.returncode == 0 and done.stderr == b"", str(done))
    result = json.loads(done.stdout)
    known = {"device", "steps", "seconds", "steps_per_s", "loss", "loss_draws", "bayes_floor", "bayes_floor_error",
             "out"}
    require(set(result) == known and result["steps"] == 20, str(result))
    require(0 < result["bayes_floor"] < result["loss"] and result["loss_draws"] == 1_000_000, str(result))
    require(len(open(os.path.join(cwd, "m.csv")).readlines()) == 21, "the log has not one line per step")
    done = run(BINARY, ["program", "--model", "m.safetensors"], cwd)
    require(done.returncode == 0, str(done))
    losses = {}
    for device in ["host"] + (["0"] if HAS_VULKAN else []):
        validation = ["--validation", "sync"] if device == "0" else []
        done = run(BINARY, [*arguments, "--device", device, *validation], cwd)
        require(done.returncode == 0 and done.stderr == b"", str(done))
        losses[device] = json.loads(done.stdout)["loss"]
    require(max(losses.values()) - min(losses.values()) < 1e-4, f"devices differ: {losses}")


def classes_that_must_be_said(cwd):
    """A network that was always told the class knows no points of all together."""
    arguments = ["train", "--data", "moons", "--train.conditional", "on", "--train.steps", "3", "--train.batch", "64",
                 "--network.width", "8", "--network.depth", "1", "--train.warmup", "2", "--quiet"]
    for dropout in ["0", "0.1"]:
        model = f"dropout{dropout}.safetensors"
        done = run(BINARY, [*arguments, "--train.label_dropout", dropout, "--out", model], cwd)
        require(done.returncode == 0 and done.stderr == b"", str(done))
        for said in [["--class", "1"]] + ([[]] if dropout != "0" else []):
            done = run(BINARY, ["program", "--model", model, *said], cwd)
            require(done.returncode == 0, f"{model} {said}: {done}")
    refused(BINARY, ["program", "--model", "dropout0.safetensors"], 2, ["missing --class", "0 … 1"], cwd)


def in_shell(cwd, before, after, arguments):
    """The request, by a shell that says `before` first and redirects as `after` says."""
    return subprocess.run(["bash", "-c", f'{before} exec "$@" {after}', "-", BINARY, *arguments], cwd=cwd,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


# No process under AddressSanitizer lives within a limit on its address space.
SANITIZED = b"__asan_init" in open(BINARY, "rb").read()
MEMORY = [] if SANITIZED else [("ulimit -v 2000000;", ""), ("ulimit -v 700000;", ""), ("ulimit -v 300000;", "")]


def under_conditions(cwd):
    """Each of the refusals so far again under one condition, in turn: they depend on none."""
    conditions = [("", "0<&-"), ("", "1>&-"), ("", "2>&-"), ("", "0<&- 1>&- 2>&-"), ("ulimit -f 0;", ""), *MEMORY]
    refusals = [(arguments, status) for binary, arguments, status in REFUSED if binary == BINARY]
    for i, (arguments, status) in enumerate(refusals):
        before, after = conditions[i % len(conditions)]
        files = files_below(cwd)
        done = in_shell(cwd, before, after, arguments)
        story = f"{before} {arguments} {after}: {done}"
        # With little memory the machine's limit may come first.
        require(done.returncode in ((status, 1) if before in [b for b, _ in MEMORY] else (status,)), story)
        line = done.stderr.decode(errors="replace")
        require(("2>" in after and not line) or (line.startswith(PREFIX) and line.count("\n") == 1), story)
        require(done.stdout == b"" and files_below(cwd) == files, story)


def work_under_conditions(cwd):
    """What can be done is done; what cannot is one line and leaves nothing."""
    train = ["train", "--data", "moons", "--device", "host", "--train.steps", "20", "--train.batch", "8",
             "--network.width", "8", "--network.depth", "1", "--quiet", "--out", "w.safetensors", "--log", "w.csv"]
    for after in ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"]:
        done = in_shell(cwd, "", after, train)
        require(done.returncode == 0 and done.stderr == b"", f"{after}: {done}")
        log = open(os.path.join(cwd, "w.csv"), "rb").read()
        require(log.startswith(b"step,") and log.count(b"\n") == 21, f"{after}: {log}")
        done = in_shell(cwd, "", after, ["program", "--model", "w.safetensors", "--json", "--out", "w.json"])
        require(done.returncode == 0 and done.stderr == b"", f"{after}: {done}")
        require(json.load(open(os.path.join(cwd, "w.json")))["steps"] == 50, f"{after}: the program")
    files = {path: open(path, "rb").read() for path in files_below(cwd) if os.path.isfile(path)}
    requests = [train, ["program", "--out", "w.json"], ["score", "points.npy", "other.npy", "--json"]]
    if HAS_VULKAN:
        requests += [
            ["sample", "--model", "w.safetensors", "--particles", "1000", "--out", "w.npy", "--quiet"],
            ["render", "--target", "gaussian", "--particles", "100", "--steps", "2", "--out", "w.png", "--quiet"]]
    for before in ["ulimit -f 0;", "ulimit -f 1;", *(before for before, _ in MEMORY)]:
        for request in requests:
            done = in_shell(cwd, before, "", request)
            story = f"{before} {request}: {done}"
            require(done.returncode in (0, 1), story)
            line = done.stderr.decode()
            require(done.returncode == 0 or (line.startswith(PREFIX) and line.count("\n") == 1), story)
            require(not any(".part-" in path for path in files_below(cwd)), story)
            if before.startswith("ulimit -f") and "--out" in request:
                require(done.returncode == 1, story)
                require(all(open(path, "rb").read() == content for path, content in files.items()), story)
    for path in ["w.safetensors", "w.csv", "w.json", "w.npy", "w.png"]:
        if os.path.exists(os.path.join(cwd, path)):
            os.remove(os.path.join(cwd, path))


def write_points(cwd):
    import numpy
    draw = numpy.random.default_rng(3)
    numpy.save(os.path.join(cwd, "points.npy"), draw.normal(size=(500, 2)).astype(numpy.float32))
    numpy.save(os.path.join(cwd, "other.npy"), draw.normal(size=(500, 2)) + 1)
    numpy.save(os.path.join(cwd, "flat.npy"), draw.normal(size=(500, 3)))
    with open(os.path.join(cwd, "garbage.npy"), "wb") as file:
        file.write(b"\x93NUMPY\x01\x00garbage")


def main():
    with tempfile.TemporaryDirectory() as cwd:
        write_points(cwd)
        wrong_words(cwd)
        wrong_models(cwd)
        unwritable_outputs(cwd)
        files_of_one_name(cwd)
        if HAS_VULKAN:
            no_driver(cwd)
        no_model_found(cwd)
        under_conditions(cwd)
        work_under_conditions(cwd)
        random_requests(cwd)
        standard_output(cwd)
        trained_models(cwd)
        classes_that_must_be_said(cwd)
    print("all requests were answered as they should be")


main()
