"""What --trace promises: a JSON file that Perfetto reads, with a track each for CPU, GPU and host evaluation on one clock;
spans nest; every pass of the frame log is there, with its time; the passes explain the frames. It is written after an
interrupt too, never in the place of another file, and is bounded.

usage: trace_test.py BINARY   (in the project's folder)
"""
import collections
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from binary import PATIENCE, files_below, refused, require, run, without_steps_note
from desktop import Viewer, on_a_desktop

BINARY = os.path.abspath(sys.argv[1])
MODEL = os.path.abspath("assets/swiss_roll.safetensors")
CPU, GPU, HOST = 1, 2, 3
ROUNDING = 0.002  # microseconds: times are written to the nanosecond
EXPLAINED = 0.95  # of a frame, by what lies directly in it
PASSES = ["training", "network", "sampler", "splat", "tone map", "annotation", "UI"]
VIEW_PHASES = {"rest", "wait", "acquire", "serve", "advance", "record", "interface", "record interface", "submit",
               "present"}


class Span:
    def __init__(self, event):
        self.name, self.track, self.args = event["name"], event["tid"], event.get("args", {})
        self.begin, self.length = event["ts"], event["dur"]
        self.end = self.begin + self.length
        self.parent, self.children = None, []

    def __repr__(self):
        return f"{self.name} {self.begin:.3f} + {self.length:.3f} on {self.track}"


class Trace:
    """The file, whose spans are checked to nest and to be in the order of time."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.file = json.load(file)
        require(set(self.file) >= {"traceEvents", "displayTimeUnit", "otherData"}, f"{path} has {list(self.file)}")
        require(self.file["otherData"]["dropped_events"] == 0, f"{path} drops events")
        named = {event["tid"]: event["args"]["name"] for event in self.file["traceEvents"]
                 if event["name"] == "thread_name"}
        require(named[CPU] == "CPU" and named[GPU].startswith("GPU") and named[HOST] == "host network", str(named))
        self.spans = [Span(event) for event in self.file["traceEvents"] if event["ph"] == "X"]
        require({span.track for span in self.spans} <= set(named), "a track without a name")
        latest, open_spans = 0, collections.defaultdict(list)
        for span in self.spans:
            require(span.begin >= latest and span.length >= 0, f"time goes back at {span}")
            latest = span.begin
            holders = open_spans[span.track]
            while holders and span.begin >= holders[-1].end - ROUNDING:
                holders.pop()
            if holders:
                require(span.end <= holders[-1].end + ROUNDING, f"{span} exceeds {holders[-1]}")
                span.parent = holders[-1]
                span.parent.children.append(span)
            holders.append(span)

    def named(self, track, name):
        return [span for span in self.spans if span.track == track and span.name == name]

    def outer(self, track):
        return [span for span in self.spans if span.track == track and span.parent is None]

    def require_explained(self, track, name):
        frames = [span for span in self.outer(track) if span.name == name]
        require(frames, f"no {name} on track {track}")
        for frame in frames:
            explained = sum(child.length for child in frame.children)
            require(explained >= EXPLAINED * frame.length - ROUNDING,
                    f"{explained:.3f} us of {frame} are explained: {frame.children}")
        return frames


def done(cwd, arguments):
    result = run(BINARY, [*arguments, "--validation", "sync", "--quiet"], cwd)
    require(result.returncode == 0 and without_steps_note(result.stderr) == b"", str(result))
    return result


def rows_of(path):
    with open(path) as file:
        return list(csv.DictReader(file))


def require_passes(trace, rows, expected):
    """Every pass has, in each frame, the time that the frame log has, and that of what is between it and the one before."""
    sums = collections.defaultdict(float)
    for span in trace.spans:
        if span.track == GPU and "frame" in span.args and span.name != "frame":
            sums[int(span.args["frame"]), "tone map" if span.name == "ground" else span.name] += span.length / 1e3
    kept = {int(span.args["frame"]) for span in trace.named(GPU, "frame")}
    seen = set()
    for row in rows:
        frame = int(row["frame"])
        if frame not in kept:
            continue
        for name in PASSES:
            logged = float(row[name.replace(" ", "_") + "_ms"])
            # Written to the microsecond there, and to the nanosecond for each span here.
            require(sums[frame, name] > logged - 0.0015, f"{name} of frame {frame}: {sums[frame, name]}, {logged}")
            if logged > 0:
                seen.add(name)
    require(seen == set(expected), f"passes {seen}")


def renders(cwd):
    tempo = ["--steps-per-second", "10", "--hold", "0.5", "--fps", "10", "--width", "320", "--height", "200"]
    run_settings = ["--model", MODEL, "--particles", "20000", "--steps", "6", "--sampler", "ddpm"]
    done(cwd, ["render", *run_settings, *tempo, "--out", "film.mp4", "--frame-log", "log.csv", "--trace", "film.json"])
    trace = Trace(os.path.join(cwd, "film.json"))
    frames = trace.require_explained(CPU, "frame")
    phases = {child.name for frame in frames for child in frame.children}
    require({"write", "wait", "advance", "submit", "draw"} <= phases, f"phases {phases}")
    starts = {span.name for span in trace.outer(CPU)}
    require({"open device", "open model", "compile run", "open scene", "encode"} <= starts, f"outer spans {starts}")
    on_gpu = trace.require_explained(GPU, "frame")
    require({int(span.args["frame"]) for span in on_gpu} == set(range(15)), "frames on the GPU")
    rows = rows_of(os.path.join(cwd, "log.csv"))
    require_passes(trace, rows, ["network", "sampler", "splat", "tone map", "annotation"])
    # The GPU draws a frame after the CPU has begun to submit it.
    submits = {int(span.parent.args["frame"]): span for span in trace.named(CPU, "submit") if span.parent.args}
    for span in on_gpu:
        require(span.begin >= submits[int(span.args["frame"])].begin, f"{span} before {submits[span.args['frame']]}")
        require({"step", "steps", "particles", "sampler"} <= set(span.args), str(span.args))
    networks = trace.named(GPU, "network")
    rated = [span for span in networks if "GFLOP/s" in span.args]
    require(rated and all(span.args["GFLOP/s"] > 0 and span.args["sampler"] == "ddpm" for span in rated), "rates")
    for span in rated:
        rate = span.args["operations"] / span.length * 1e-3
        require(abs(rate / span.args["GFLOP/s"] - 1) < 1e-3, f"{span}: {rate}, {span.args}")

    done(cwd, ["render", *run_settings, *tempo, "--out", "host.mp4", "--device", "host", "--trace", "host.json"])
    trace = Trace(os.path.join(cwd, "host.json"))
    trace.require_explained(CPU, "frame")
    require(trace.named(HOST, "host network") and not trace.named(GPU, "network"), "the host's evaluation is not shown")
    require(all(span.args["GFLOP/s"] > 0 for span in trace.named(HOST, "host network")), "rates of the host")

    done(cwd, ["render", *run_settings, *tempo, "--out", "few", "--trace", "few.json", "--trace.frames", "4"])
    trace = Trace(os.path.join(cwd, "few.json"))
    numbers = [int(span.args["frame"]) for span in trace.named(CPU, "frame") if span.args]
    require(numbers == [12, 13, 14], f"the last frames, with the one that ends the film, are {numbers}")
    require(trace.named(CPU, "open device"), "the start is kept")

    done(cwd, ["render", *run_settings, "--out", "sheet.png", "--trace", "sheet.json"])
    Trace(os.path.join(cwd, "sheet.json")).require_explained(GPU, "frame")


def samples(cwd):
    settings = ["sample", "--model", MODEL, "--particles", "40000", "--steps", "8"]
    done(cwd, [*settings, "--device", "0", "--chunk", "20000", "--out", "s.npy", "--trace", "s.json"])
    trace = Trace(os.path.join(cwd, "s.json"))
    outer = {span.name for span in trace.outer(CPU)}
    require({"open model", "compile run", "open device", "open score", "submission"} <= outer, f"outer spans {outer}")
    require(trace.named(CPU, "read back") and trace.named(CPU, "write"), "read back and write")
    trace.require_explained(CPU, "submission")
    for span in trace.require_explained(GPU, "submission"):
        require(span.args["particles"] == 20000, str(span.args))
    require(trace.named(GPU, "network") and trace.named(GPU, "sampler"), "passes of samples")
    # The timestamps of dispatches cost little beside long work.
    done(cwd, ["sample", "--model", MODEL, "--particles", "200000", "--steps", "20", "--device", "0", "--out", "s.npy",
               "--trace", "long.json"])
    networks = Trace(os.path.join(cwd, "long.json")).named(GPU, "network")
    require(any(span.children for span in networks), "no dispatch within a pass")
    os.remove(os.path.join(cwd, "long.json"))

    result = run(BINARY, [*settings, "--device", "host", "--out", "h.npy", "--trace", "h.json", "--quiet"], cwd)
    require(result.returncode == 0, str(result))
    trace = Trace(os.path.join(cwd, "h.json"))
    trace.require_explained(CPU, "particles")
    require(trace.named(CPU, "read back") and trace.named(CPU, "write"), "read back and write on the host")
    evaluations = trace.named(HOST, "host network")
    require(evaluations and all(span.args["GFLOP/s"] > 0 for span in evaluations), "rates of the host")
    advances = trace.named(CPU, "advance")
    for span in evaluations:
        require(any(advance.begin <= span.begin and span.end <= advance.end for advance in advances), str(span))


def trains(cwd):
    settings = ["train", "--data", "swiss_roll", "--train.steps", "24", "--train.batch", "256", "--train.save_every", "8",
                "--quiet"]
    for device in ["0", "host"]:
        name = f"train_{device}"
        result = run(BINARY, [*settings, "--device", device, "--out", name + ".safetensors", "--trace", name + ".json"],
                     cwd)
        require(result.returncode == 0, str(result))
        trace = Trace(os.path.join(cwd, name + ".json"))
        outer = {span.name for span in trace.outer(CPU)}
        require({"open data", "make trainer", "steps", "checkpoint", "held-out loss"} <= outer, f"outer spans {outer}")
        frames = trace.require_explained(CPU, "steps")
        phases = {child.name for frame in frames for child in frame.children}
        require({"step", "checkpoint"} <= phases, f"phases {phases}")
        require(sum(frame.args["steps"] for frame in frames) == 24, "steps")
        if device == "0":
            steps = trace.require_explained(GPU, "steps")
            require(sum(span.args["steps"] for span in steps) == 24, "steps of the device")
            require(all(span.args["GFLOP/s"] > 0 for span in trace.named(GPU, "training")), "rates of training")
        else:
            require(len(trace.named(HOST, "host network")) == 24, "evaluations of the host")


def interrupted(cwd):
    before = files_below(cwd)
    process = subprocess.Popen([BINARY, "render", "--model", MODEL, "--steps", "1000", "--out", "long.mp4", "--trace",
                                "long.json", "--trace.frames", "20"], cwd=cwd, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    end = time.monotonic() + PATIENCE
    while len(files_below(cwd)) < len(before) + 2:
        require(process.poll() is None and time.monotonic() < end, "it does not begin")
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    require(process.returncode == 1 and b"interrupted" in err and err.count(b"\n") == 1, str(err))
    require(set(files_below(cwd)) - set(before) == {os.path.join(cwd, "long.json")}, "what is left after an interrupt")
    trace = Trace(os.path.join(cwd, "long.json"))
    require(0 < len(trace.named(CPU, "frame")) <= 20, "frames after an interrupt")


def refusals(cwd):
    tiny = ["--target", "gaussian", "--particles", "16", "--steps", "2"]
    with open(os.path.join(cwd, "scene.json"), "w") as file:
        json.dump({"steps": 2}, file)
    refused(BINARY, ["render", *tiny, "--out", "x.png", "--trace", "nowhere/t.json"], 1, ["nowhere/t.json"], cwd)
    refused(BINARY, ["sample", *tiny, "--out", "x.npy", "--trace", "."], 2, ["--trace", ".json"], cwd)
    refused(BINARY, ["sample", *tiny, "--stats", "--out", "x.json", "--trace", "x.json"], 2, ["--out", "--trace"], cwd)
    refused(BINARY, ["render", "--scene", "scene.json", "--out", "x.png", "--trace", "scene.json"], 2,
            ["--trace", "--scene"], cwd)
    refused(BINARY, ["render", *tiny, "--out", "x.png", "--trace", "t.json", "--trace.frames", "0"], 2,
            ["--trace.frames"], cwd)
    refused(BINARY, ["render", *tiny, "--out", "frames", "--trace", "frames/t.json"], 2, ["--trace"], cwd)


def views(desktop, folder):
    viewer = Viewer(BINARY, desktop, folder, "view", "--model", MODEL, "--particles", "20000", "--hold", "0", "--trace",
                    "view.json")
    pictures = set()
    viewer.wait_for(lambda: pictures.add(viewer.picture()) or len(pictures) > 8, "the picture does not move")
    rows = viewer.close()
    trace = Trace(os.path.join(folder, "view.json"))
    frames = trace.require_explained(CPU, "frame")
    phases = {child.name for frame in frames for child in frame.children}
    require(VIEW_PHASES <= phases, f"phases {phases}")
    trace.require_explained(GPU, "frame")
    require_passes(trace, [*viewer.opening, *rows], ["network", "sampler", "splat", "tone map", "annotation", "UI"])

    viewer = Viewer(BINARY, desktop, folder, "host", "--model", MODEL, "--particles", "20000", "--hold", "0", "--trace",
                    "host.json", "--device", "host", "--trace.frames", "50")
    pictures = set()
    viewer.wait_for(lambda: pictures.add(viewer.picture()) or len(pictures) > 8, "the picture does not move")
    viewer.close()
    trace = Trace(os.path.join(folder, "host.json"))
    require(len(trace.require_explained(CPU, "frame")) <= 50, "more frames than asked for")
    require(trace.named(HOST, "host network"), "the host's evaluation is not shown")


def main():
    with tempfile.TemporaryDirectory() as cwd:
        renders(cwd)
        samples(cwd)
        trains(cwd)
        interrupted(cwd)
        refusals(cwd)
    on_a_desktop(views)
    print("traces are whole, nested and explain the frames")


main()
