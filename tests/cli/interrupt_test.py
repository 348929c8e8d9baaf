"""Ctrl-C, SIGTERM and SIGHUP: long work ends with status 1 and one line, and leaves nothing of what it was writing but the model
and the log of a training, which can go on; what was there before stays. A second signal but SIGHUP, half a second later
or more, ends the process at once; one that comes sooner is part of the first.

usage: interrupt_test.py BINARY   (in the project's folder)
"""
import os
import signal
import subprocess
import sys
import tempfile
import time

from binary import PATIENCE, PREFIX, files_below, has_vulkan, require, run

BINARY = os.path.abspath(sys.argv[1])
MODEL = os.path.abspath("assets/swiss_roll.safetensors")
HAS_VULKAN = has_vulkan(BINARY)
# Seconds and more on any device.
SAMPLE = ["sample", "--steps", "1000", "--particles", "100000000", "--model", MODEL]
RENDER = ["render", "--steps", "1000", "--particles", "100000", "--model", MODEL]
SWEEP = ["sweep", "--steps-list", "1000", "--particles", "20000", "--model", MODEL]
# Compiling takes minutes.
COMPILE = ["--sampler", "rk45", "--target", "empirical moons"]
TRAIN = ["train", "--data", "swiss_roll", "--train.steps", "100000000", "--out", "x.safetensors", "--log", "x.csv"]


def holds(process, kind, number):
    """Whether the signal is among those of a kind: SigCgt, that have a handler; ShdPnd, that wait to be delivered."""
    with open(f"/proc/{process.pid}/status") as file:
        signals = next(line for line in file if line.startswith(kind))
    return bool(int(signals.split()[1], 16) >> (number - 1) & 1)


def begin(cwd, arguments, number, files):
    """The process, once it watches for the signal and there are so many files."""
    process = subprocess.Popen([BINARY, *arguments], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + PATIENCE
    while not holds(process, "SigCgt", number) or len(files_below(cwd)) < files:
        require(process.poll() is None and time.monotonic() < end, f"{arguments} does not begin: {process.poll()}")
        time.sleep(0.05)
    return process


def interrupted(cwd, arguments, number, begun, kept=()):
    """`begun`: how many files and folders are under way when the work has begun."""
    before = files_below(cwd)
    process = begin(cwd, arguments, number, len(before) + begun)
    time.sleep(1)
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    line = err.decode()
    require(process.returncode == 1, f"{arguments}: status {process.returncode}: {line}")
    require(line.startswith(PREFIX + f"interrupted ({number.name})") and line.count("\n") == 1, f"{arguments}: {line}")
    require(out == b"", f"{arguments}: on standard output: {out}")
    left = set(files_below(cwd)) - set(before)
    require(left == {os.path.join(cwd, name) for name in kept}, f"{arguments} left {left}")
    for path in left:
        os.remove(path)


# Steps of a second and more: nothing looks for signals between.
SLOW = ["--train.batch", "100000", "--network.width", "256", "--device", "host"]


def second_signal(cwd, arguments, number, status):
    """The process stands still between its two signals: its step must not end before the second, on a fast machine either."""
    stay = [name for name in files_below(cwd) if ".part-" not in name]  # the next run removes what a killed one left
    process = begin(cwd, arguments, signal.SIGTERM, len(stay) + 1)
    process.send_signal(signal.SIGINT)
    while holds(process, "ShdPnd", signal.SIGINT):
        time.sleep(0.001)
    time.sleep(0.2)  # it has been taken, and must be heeded before the process stands still
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.7)
    process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=PATIENCE)
    require(process.returncode == status, f"status {process.returncode}")


def signals_at_once(cwd):
    """As `timeout` sends them, to the process and to its group."""
    process = begin(cwd, TRAIN, signal.SIGTERM, len(files_below(cwd)) + 1)
    process.send_signal(signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=PATIENCE)
    require(process.returncode == 1, f"status {process.returncode}")


def main():
    with tempfile.TemporaryDirectory() as cwd:
        with open(os.path.join(cwd, "film.mp4"), "w") as file:
            file.write("an older film")
        interrupted(cwd, TRAIN, signal.SIGINT, 1, ["x.safetensors", "x.csv"])
        interrupted(cwd, TRAIN, signal.SIGTERM, 1, ["x.safetensors", "x.csv"])
        interrupted(cwd, TRAIN, signal.SIGHUP, 1, ["x.safetensors", "x.csv"])
        if HAS_VULKAN:
            interrupted(cwd, [*SAMPLE, "--out", "x.npy"], signal.SIGINT, 0)
            interrupted(cwd, [*SWEEP, "--out", "x.csv", "--figure", "x.svg"], signal.SIGINT, 1)
            interrupted(cwd, [*RENDER, "--out", "film.mp4", "--frame-log", "x.csv"], signal.SIGINT, 2)
            interrupted(cwd, [*RENDER, "--out", "frames"], signal.SIGTERM, 3)
            interrupted(cwd, ["sample", *COMPILE, "--out", "x.npy"], signal.SIGINT, 0)
            interrupted(cwd, ["render", *COMPILE, "--out", "film.mp4"], signal.SIGTERM, 0)
            require(open(os.path.join(cwd, "film.mp4")).read() == "an older film", "the older film is gone")
        signals_at_once(cwd)
        second_signal(cwd, [*TRAIN, *SLOW], signal.SIGTERM, -signal.SIGTERM)
        second_signal(cwd, TRAIN, signal.SIGHUP, 1)
    print("interrupted work leaves nothing behind")


main()
