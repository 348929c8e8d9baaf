"""Training through the binary: what is resumed ends as if it had never stopped, and no end that comes too early (a
signal, kill -9, a full disk, divergence) costs more than the steps since the last checkpoint.

usage: train_test.py BINARY [KILLS]   (in the project's folder; KILLS: how often a training is killed, 5 unless said)
"""
import json
import os
import random
import resource
import shlex
import signal
import struct
import subprocess
import sys
import tempfile
import time

import numpy

from binary import PATIENCE, PREFIX, files_below, has_vulkan, refused, require, run

BINARY = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
HAS_VULKAN = has_vulkan(BINARY)
DEVICES = ["host"] + (["0"] if HAS_VULKAN else [])
SMALL = ["train", "--data", "points.npy", "--train.batch", "64", "--network.width", "8", "--network.depth", "1",
         "--train.warmup", "2"]
CONSTANT = [*SMALL, "--train.schedule", "constant"]
SIGNALS = {"SIGINT": signal.SIGINT, "SIGTERM": signal.SIGTERM}


def content(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def tensors_and_metadata(path):
    whole = content(path)
    length = struct.unpack("<Q", whole[:8])[0]
    return whole[8 + length:], json.loads(whole[8:8 + length])["__metadata__"]


def trained(cwd, arguments):
    """The result of a training that ends well and says nothing on standard error."""
    done = run(BINARY, [*arguments, "--json"], cwd)
    require(done.returncode == 0 and done.stderr == b"", f"{arguments}: {done}")
    return json.loads(done.stdout)


def require_same_files(cwd, one, other):
    for ending in [".safetensors", ".csv"]:
        require(content(cwd, one + ending) == content(cwd, other + ending), f"{one}{ending} is not {other}{ending}")


def files_of(name):
    return ["--out", name + ".safetensors", "--log", name + ".csv"]


def begin(cwd, arguments):
    return subprocess.Popen([BINARY, *arguments], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def resumed_runs_end_as_whole_ones(cwd, device):
    """60 steps at once against 25 and 35, of which the second is killed by nobody: the same bytes, log included."""
    on_device = ["--device", device] + (["--validation", "sync"] if device != "host" else [])
    arguments = [*CONSTANT, *on_device]
    whole = trained(cwd, [*arguments, "--train.steps", "60", *files_of("whole")])
    trained(cwd, [*arguments, "--train.steps", "25", *files_of("part")])
    resume = ["train", "--resume", "part.safetensors"]
    part = trained(cwd, [*resume, "--train.steps", "60", "--log", "part.csv", "--train.batch", "64"])
    require(part["steps"] == 60 and part["loss"] == whole["loss"], f"{part} is not {whole}")
    require(part["device"] == whole["device"], f"begun on {whole['device']}, resumed on {part['device']}")
    require_same_files(cwd, "whole", "part")
    again = run(BINARY, [*resume, *on_device], cwd)
    require(again.returncode == 0 and b"has completed its 60 steps" in again.stderr, str(again))
    require_same_files(cwd, "whole", "part")


def open_settings_are_closed_again_as_they_were(cwd):
    """What prediction and process follow from the objective, and what classes the data have, is the same when resumed."""
    for said in [["--objective", "edm"], ["--objective", "flow"], ["--objective", "one_step"], ["--prediction", "v"],
                 ["--process", "vp", "--objective", "ssm"]]:
        whole = trained(cwd, [*CONSTANT, *said, "--train.steps", "6", *files_of("whole")])
        trained(cwd, [*CONSTANT, *said, "--train.steps", "3", *files_of("part")])
        part = trained(cwd, ["train", "--resume", "part.safetensors", "--train.steps", "6", "--log", "part.csv"])
        require(part["loss"] == whole["loss"], f"{said}: {part} is not {whole}")
        require_same_files(cwd, "whole", "part")


def states_can_be_left_out(cwd):
    trained(cwd, [*SMALL, "--train.steps", "5", "--train.keep_state", "off", *files_of("bare")])
    trained(cwd, [*SMALL, "--train.steps", "5", *files_of("full")])
    require(len(content(cwd, "bare.safetensors")) < len(content(cwd, "full.safetensors")) / 2, "the state is there")
    refused(BINARY, ["train", "--resume", "bare.safetensors"], 2, ["bare.safetensors", "--train.keep_state on"], cwd)
    programs = [run(BINARY, ["program", "--model", name], cwd).stdout for name in ["bare.safetensors", "full.safetensors"]]
    require(programs[0] and programs[0] == programs[1], "the state changes what a model says")


def what_contradicts_is_refused(cwd):
    trained(cwd, [*SMALL, "--train.steps", "20", *files_of("m")])
    cases = [
        (["--train.batch", "32"], ["--train.batch", "with 64, not with 32"]),
        (["--data", "circles"], ["--data", "with points.npy, not with circles"]),
        (["--process.T", "1000"], ["--process.T", "without it"]),
        (["--train.schedule", "linear"], ["--train.schedule", "cosine"]),
        (["--train.steps", "10"], ["--train.steps", "20"]),
        (["--log", "m.safetensors"], ["--log", "its own file name"]),
        (["--out", "other.safetensors", "--log", "m.safetensors"], ["--log", "--resume"]),
        (["--log", "foreign.csv"], ["foreign.csv", "first line"]),
        (["--log", "short.csv"], ["short.csv", "ends at step 3"]),
        (["--log", "torn.csv"], ["torn.csv", "out of place"]),
    ]
    log = content(cwd, "m.csv").decode().splitlines(keepends=True)
    for name, lines in {"foreign": ["a,b\n", "1,2\n"], "short": log[:5], "torn": log[:5] + log[6:]}.items():
        with open(os.path.join(cwd, name + ".csv"), "w") as file:
            file.writelines(lines)
    for arguments, words in cases:
        refused(BINARY, ["train", "--resume", "m.safetensors", *arguments], 2, words, cwd)
    refused(BINARY, ["train", "--resume", "nothing.safetensors"], 2, ["nothing.safetensors"], cwd)
    refused(BINARY, ["train", "--out", "x.safetensors"], 2, ["--data"], cwd)


def data_that_changed_are_refused(cwd):
    trained(cwd, [*SMALL, "--train.steps", "5", *files_of("p")])
    path = os.path.join(cwd, "points.npy")
    points = numpy.load(path)
    numpy.save(path, points[::-1])
    refused(BINARY, ["train", "--resume", "p.safetensors"], 2, ["points.npy", "changed"], cwd)
    numpy.save(path, points)
    trained(cwd, ["train", "--resume", "p.safetensors", "--train.steps", "8"])


def another_device_is_noted(cwd):
    trained(cwd, [*SMALL, "--train.steps", "5", "--device", "host", *files_of("d")])
    resume = ["train", "--resume", "d.safetensors", "--train.steps", "8", "--device", "0", "--out", "e.safetensors"]
    done = run(BINARY, resume, cwd)
    require(done.returncode == 0 and done.stderr.count(b"\n") == 1 and b"not bit-exact" in done.stderr, str(done))
    trained(cwd, [*resume, "--quiet"])


def interrupted_runs_are_saved(cwd, name):
    """And their weights are those of a training of as many steps."""
    files = files_of("it's stopped")
    flags = ["--train.save_every", "1000000", "--log", files[3], "--device", "host"]
    default = ["--train.keep_state", "on"]  # which the command line that resumes need not repeat
    process = begin(cwd, [*CONSTANT, "--train.steps", "100000000", *files[:2], *flags, *default])
    until = time.monotonic() + PATIENCE
    while not any("part" in path for path in files_below(cwd)):
        require(process.poll() is None and time.monotonic() < until, "the training does not begin")
        time.sleep(0.01)
    time.sleep(0.5)
    process.send_signal(SIGNALS[name])
    out, err = process.communicate(timeout=PATIENCE)
    line = err.decode()
    require(process.returncode == 1 and out == b"" and line.count("\n") == 1, f"{name}: {process.returncode} {line}")
    require(line.startswith(PREFIX + f"interrupted ({name})"), line)
    command = shlex.split(line.split("resume with: ")[1])
    require(command == ["scorefield", "train", "--resume", "it's stopped.safetensors", *flags], f"{command} in {line}")
    tensors, metadata = tensors_and_metadata(os.path.join(cwd, "it's stopped.safetensors"))
    steps = metadata["scorefield.training.steps"]
    trained(cwd, [*CONSTANT, "--train.steps", steps, "--device", "host", *files_of("straight")])
    require(tensors == tensors_and_metadata(os.path.join(cwd, "straight.safetensors"))[0], f"{steps} steps differ")
    require(content(cwd, "it's stopped.csv") == content(cwd, "straight.csv"), "the logs differ")


def wait_for_save(process, path):
    """Until another file stands there, or the process has ended."""
    def identity():
        return os.stat(path).st_ino if os.path.exists(path) else None
    before = identity()
    while process.poll() is None and identity() == before:
        time.sleep(0.001)


def killed_runs_lose_nothing_but_steps(cwd, device, kills):
    """Killed at any moment and resumed: the checkpoint is whole each time, and the end is that of an unbroken run."""
    draw = random.Random(7)
    steps = "2000" if device == "host" else "400"
    arguments = [*SMALL, "--device", device, "--train.steps", steps, "--train.save_every", "100"]
    begun = time.monotonic()
    trained(cwd, [*arguments, *files_of("unbroken")])
    longest = time.monotonic() - begun
    model = os.path.join(cwd, "killed.safetensors")
    ends, resumes, killed, unfinished = 0, 0, 0, True
    while killed < kills or unfinished:
        resume = os.path.exists(model)
        how = ["train", "--resume", "killed.safetensors", "--device", device, "--train.save_every", "100",
               "--log", "killed.csv"] if resume else [*arguments, *files_of("killed")]
        process = begin(cwd, how)
        try:
            if killed < kills and killed % 2 == 1:
                wait_for_save(process, model)
            limit = draw.choice([0.7 * longest, 0.03]) * draw.random()
            process.communicate(timeout=limit if killed < kills else PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            killed, resumes, unfinished = killed + 1, resumes + resume, True
            if os.path.exists(model):
                done = run(BINARY, ["program", "--model", "killed.safetensors"], cwd)
                require(done.returncode == 0, f"kill {killed} broke the checkpoint: {done.stderr}")
            continue
        require(process.returncode == 0, f"{how}: status {process.returncode}")
        require_same_files(cwd, "killed", "unbroken")
        ends, unfinished = ends + 1, False
        os.remove(model)
        os.remove(os.path.join(cwd, "killed.csv"))
    left = {os.path.basename(path) for path in files_below(cwd)}
    require(left == {"points.npy", "unbroken.safetensors", "unbroken.csv"}, f"killed runs left {left}")
    return f"{killed} kills on {device}, {resumes} of them of resumed runs, {ends} ends like the unbroken run's"


def full_disks_leave_the_checkpoint(cwd):
    """The limit on the size of files stands for a disk without room: writing fails in the middle of the file."""
    trained(cwd, [*SMALL, "--train.steps", "5", *files_of("f")])
    before = {path: content(path) for path in files_below(cwd)}
    limit = len(content(cwd, "f.safetensors")) // 2
    done = run(BINARY, ["train", "--resume", "f.safetensors", "--train.steps", "20"], cwd,
               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    line = done.stderr.decode()
    require(done.returncode == 1 and line.startswith(PREFIX + "cannot write (f.safetensors)"), f"{done}")
    require({path: content(path) for path in files_below(cwd)} == before, "what was there has changed")


def divergence_keeps_the_last_good_checkpoint(cwd, device):
    """Decay by more than twice the weights, from a rate of 0.2 on, makes them grow geometrically whatever the draws:
    with a rate that grows by 5e-3 a step 40 steps are sane, and by the hundredth their factors' product is 10^36."""
    arguments = [*SMALL[:-2], "--device", device, "--train.warmup", "2000", "--train.learning_rate", "10",
                 "--train.weight_decay", "10", "--train.save_every", "10", "--train.steps", "4000", *files_of("wild")]
    done = run(BINARY, arguments, cwd)
    line = done.stderr.decode()
    require(done.returncode == 1 and line.count("\n") == 1, str(done))
    require(line.startswith(PREFIX + "training diverged (step ") and "--train.weight_decay" in line, line)
    step = int(line.split("step ")[1].split(")")[0])
    tensors, metadata = tensors_and_metadata(os.path.join(cwd, "wild.safetensors"))
    saved = int(metadata["scorefield.training.steps"])
    require(step < 200 and saved % 10 == 0 and 0 < saved <= step, f"step {step}, but {saved} are saved")
    require(numpy.isfinite(numpy.frombuffer(tensors, numpy.float32)).all(), "the checkpoint is not finite")
    last = content(cwd, "wild.csv").decode().splitlines()[-1]
    require(last.startswith(f"{step},"), f"the log ends with {last}")
    # Without another step its held-out loss is measured.
    done = run(BINARY, ["train", "--resume", "wild.safetensors", "--train.steps", str(saved), "--out", "kept.safetensors",
                        "--json", "--quiet"], cwd)
    require(done.returncode == 0, f"the checkpoint of step {saved} cannot be resumed: {done}")
    loss = json.loads(done.stdout)["loss"]
    require(loss < 2, f"the checkpoint of step {saved} has the loss {loss}; of an answer of nothing it is 1")


def in_a_folder(check, *arguments):
    with tempfile.TemporaryDirectory() as cwd:
        points = numpy.random.default_rng(5).normal(size=(100, 2)).astype(numpy.float32)
        numpy.save(os.path.join(cwd, "points.npy"), points)
        return check(cwd, *arguments)


def main():
    for device in DEVICES:
        in_a_folder(resumed_runs_end_as_whole_ones, device)
        in_a_folder(divergence_keeps_the_last_good_checkpoint, device)
    for check in [open_settings_are_closed_again_as_they_were, states_can_be_left_out, what_contradicts_is_refused,
                  data_that_changed_are_refused, full_disks_leave_the_checkpoint]:
        in_a_folder(check)
    if HAS_VULKAN:
        in_a_folder(another_device_is_noted)
    for name in SIGNALS:
        in_a_folder(interrupted_runs_are_saved, name)
    print(in_a_folder(killed_runs_lose_nothing_but_steps, "host", KILLS))
    if HAS_VULKAN:
        print(in_a_folder(killed_runs_lose_nothing_but_steps, "0", max(3, KILLS // 5)))


main()
