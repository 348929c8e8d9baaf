"""What is written appears whole, where it was asked for and nowhere else, whatever goes wrong: full disks, killed and
simultaneous runs, programs that hang, closed descriptors, links that others have planted, scenes that others have written.

usage: outputs_test.py BINARY   (in the project's folder)
"""
import json
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

from binary import PATIENCE, files_below, has_vulkan, refused, require, run, without_steps_note, without_texts

BINARY = os.path.abspath(sys.argv[1])
PICTURE = os.path.abspath("assets/ring.png")
HAS_VULKAN = has_vulkan(BINARY)
SMALL = ["--target", "gaussian", "--particles", "16", "--steps", "2"]
TINY_FRAMES = [*SMALL, "--width", "32", "--height", "32", "--steps-per-second", "9", "--hold", "0"]
TRAIN = ["train", "--data", "moons", "--device", "host", "--train.batch", "4", "--network.width", "4", "--network.depth",
         "1", "--network.features", "2", "--quiet"]
LONG = ["--target", "gaussian", "--particles", "1000", "--steps", "1000", "--width", "320", "--height", "240", "--quiet"]


class Folder:
    """A fresh one for each test."""

    def __init__(self):
        self.held = tempfile.TemporaryDirectory()
        self.path = self.held.name

    def __truediv__(self, name):
        return os.path.join(self.path, name)

    def write(self, name, text):
        with open(self / name, "w") as file:
            file.write(text)

    def read(self, name):
        with open(self / name, "rb") as file:
            return file.read()

    def names(self):
        return sorted(os.listdir(self.path))


def done(folder, arguments, status=0, **options):
    result = run(BINARY, arguments, folder.path, **options)
    lines = without_steps_note(result.stderr).count(b"\n")
    require(result.returncode == status and (status == 0 or lines == 1), f"{arguments}: {result}")
    return result


def limited(number, value):
    return lambda: resource.setrlimit(number, (value, value))


def start(folder, arguments, **options):
    return subprocess.Popen([BINARY, *arguments], cwd=folder.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            **options)


def await_truth(process, truth, story):
    end = time.monotonic() + PATIENCE
    while not truth():
        require(process.poll() is None and time.monotonic() < end, f"{story}: {process.poll()}")
        time.sleep(0.01)


def temporaries(folder):
    return [name for name in files_below(folder.path) if ".part-" in name]


def npy_is_whole(path):
    with open(path, "rb") as file:
        head = file.read(128)
    require(head.startswith(b"\x93NUMPY"), f"{path} begins with {head[:20]}")
    shape = [int(n) for n in re.search(rb"\((\d+), (\d+)", head).groups()]
    require(os.path.getsize(path) == 128 + 4 * shape[0] * shape[1], f"{path}: {os.path.getsize(path)} bytes, {shape}")
    return shape[0]


VIDEO_ENDINGS = [".mp4", ".webm", ".gif"]


def full_disk():
    """No file may grow beyond a limit, as on a disk that fills: what is there stays."""
    for ending in VIDEO_ENDINGS:
        folder = Folder()
        old, whole = "old" + ending, "whole" + ending
        folder.write(old, "the old film")
        done(folder, ["render", *TINY_FRAMES, "--out", whole, "--quiet"])
        size = os.path.getsize(folder / whole)
        for limit in [0, 1024, size // 2, size - 1]:
            result = done(folder, ["render", *TINY_FRAMES, "--out", old, "--quiet"], 1,
                          preexec_fn=limited(resource.RLIMIT_FSIZE, limit))
            require(folder.read(old) == b"the old film", f"limit {limit}: the old film is gone: {result}")
            require(folder.names() == [old, whole], f"limit {limit}: {folder.names()}")
    for name, arguments in {"s.npy": ["sample", *SMALL], "t.json": ["sample", *SMALL, "--stats"],
                            "p.json": ["program", "--target", "gaussian"], "c.png": ["render", *SMALL],
                            "fr": ["render", *TINY_FRAMES]}.items():
        before = folder.names()
        done(folder, [*arguments, "--out", name], 1, preexec_fn=limited(resource.RLIMIT_FSIZE, 100))
        require(folder.names() == before, f"{name}: {folder.names()}")


def log_on_a_full_disk():
    folder = Folder()
    done(folder, [*TRAIN, "--train.steps", "30", "--out", "m.safetensors", "--log", "l.csv"])
    log, model = folder.read("l.csv"), folder.read("m.safetensors")
    require(log.count(b"\n") == 31, str(log))
    for limit in [0, 100, len(log) + 10]:
        done(folder, [*TRAIN[:1], "--resume", "m.safetensors", "--device", "host", "--train.steps", "60", "--log", "l.csv",
                      "--quiet"], 1, preexec_fn=limited(resource.RLIMIT_FSIZE, limit))
        require(folder.read("l.csv") == log and folder.read("m.safetensors") == model, f"limit {limit}")
        require(folder.names() == ["l.csv", "m.safetensors"], str(folder.names()))


def log_that_fills_the_disk_later():
    """The log ends with a whole row, of a step that was saved."""
    folder = Folder()
    done(folder, [*TRAIN, "--train.steps", "2000", "--train.save_every", "50", "--out", "m.safetensors", "--log", "l.csv"],
         1, preexec_fn=limited(resource.RLIMIT_FSIZE, 40_000))
    rows = folder.read("l.csv").split(b"\n")
    require(rows[-1] == b"" and len(rows) % 50 == 2, f"{len(rows)} rows, the last {rows[-1]}")
    done(folder, ["train", "--resume", "m.safetensors", "--device", "host", "--log", "l.csv", "--quiet"])
    require(folder.read("l.csv").count(b"\n") == 2001, "the log does not go on")


def killed_runs():
    """What they leave is removed by the next run of the same output."""
    folder = Folder()
    runs = {"o.npy": ["sample", "--target", "gaussian", "--particles", "3000000", "--steps", "200", "--quiet"],
            "fr": ["render", *LONG], "o.mp4": ["render", *LONG], "o.csv": [*TRAIN, "--train.steps", "100000000"]}
    for name, arguments in runs.items():
        outputs = ["--out", "m.safetensors", "--log", name] if name == "o.csv" else ["--out", name]
        process = start(folder, [*arguments, *outputs])
        await_truth(process, lambda: temporaries(folder), name)
        process.kill()
        process.communicate()
        require(temporaries(folder), f"{name}: nothing was left to be removed")
        quick = ["--train.steps", "3"] if name == "o.csv" else []
        again = {"o.npy": ["sample", *SMALL], "o.csv": [*TRAIN, *quick]}.get(name, ["render", *TINY_FRAMES])
        done(folder, [*again, *outputs, "--quiet"] if name != "o.csv" else [*again, *outputs])
        require(not temporaries(folder), f"{name}: {temporaries(folder)}")


def runs_at_once():
    """Concurrent runs of one output, with equal PIDs where PID namespaces are available, as in two containers."""
    folder = Folder()
    alone = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if subprocess.run([*alone, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        alone = []

    def begin(seed, particles, chunk, known):
        process = subprocess.Popen([*alone, BINARY, "sample", "--target", "gaussian", "--seed", seed, "--particles",
                                    particles, "--chunk", chunk, "--steps", "900", "--out", "out.npy", "--quiet"],
                                   cwd=folder.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        await_truth(process, lambda: set(temporaries(folder)) - known, f"run {seed}")
        inner = process.pid
        if alone:
            with open(f"/proc/{process.pid}/task/{process.pid}/children") as file:
                inner = int(file.read().split()[0])
        os.kill(inner, signal.SIGSTOP)
        return process, inner, set(temporaries(folder)) - known

    first, first_pid, its_file = begin("1", "400000", "1000", set())
    second, second_pid, _ = begin("2", "800000", "1000", its_file)
    for process, inner, particles in [(first, first_pid, 400000), (second, second_pid, 800000)]:
        os.kill(inner, signal.SIGCONT)
        _, err = process.communicate(timeout=PATIENCE)
        require(process.returncode == 0, f"{process.returncode}: {err}")
        require(npy_is_whole(folder / "out.npy") == particles, "another run's file")
    require(folder.names() == ["out.npy"], str(folder.names()))


def fake_ffmpeg(folder, script):
    os.mkdir(folder / "bin")
    folder.write("bin/ffmpeg", "#!/bin/sh\n" + script)
    os.chmod(folder / "bin/ffmpeg", 0o755)
    return {"PATH": (folder / "bin") + ":" + os.environ["PATH"]}


def hung_helper():
    """ffmpeg hangs at the start, or after its input ends, or in a child process: a signal stops both processes."""
    for script in ["echo $$ > hung; exec sleep 1000\n", "echo $$ > hung; sleep 1000\n",
                   "cat > /dev/null; echo $$ > hung; sleep 1000\n", "exec <&-; echo $$ > hung; sleep 1000\n"]:
        folder = Folder()
        folder.write("o.mp4", "the old film")
        frames = TINY_FRAMES if script.startswith("cat") else LONG
        process = start(folder, ["render", *frames, "--out", "o.mp4"],
                        env=dict(os.environ, **fake_ffmpeg(folder, script)))
        await_truth(process, lambda: os.path.exists(folder / "hung") and folder.read("hung"), script)
        helper = int(folder.read("hung"))
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)
        require(process.returncode == 1 and b"SIGTERM" in err and without_steps_note(err).count(b"\n") == 1,
                f"{process.returncode}: {err}")
        left = subprocess.run(["ps", "-o", "stat=", "-g", str(helper)], stdout=subprocess.PIPE).stdout.split()
        require(all(state.startswith(b"Z") for state in left), f"ffmpeg runs on: {left}")
        require(folder.names() == ["bin", "hung", "o.mp4"] and folder.read("o.mp4") == b"the old film", script)


def lying_helper():
    """ffmpeg exits with status 0, but has written no valid video or has reported an error."""
    real = shutil.which("ffmpeg")
    last = 'for last; do :; done; out="${last#file:}"; '
    for script in [last + "cat > /dev/null", last + 'cat > "$out"',
                   last + real + ' "$@" && truncate -s -1 "$out"', last + real + ' "$@" && truncate -s +1 "$out"',
                   last + f'head -c 20480 | {real} "$@"; cat > /dev/null', real + ' "$@"; echo no space left >&2']:
        for out in ["o" + ending for ending in VIDEO_ENDINGS]:
            folder = Folder()
            folder.write(out, "the old film")
            done(folder, ["render", *TINY_FRAMES, "--out", out], 1, env=fake_ffmpeg(folder, script + "\nexit 0\n"))
            require(folder.names() == ["bin", out] and folder.read(out) == b"the old film", f"{script}: accepted")
    for ending in VIDEO_ENDINGS:
        folder = Folder()
        done(folder, ["render", *TINY_FRAMES, "--out", "o" + ending], env=fake_ffmpeg(folder, f'exec {real} "$@"\n'))


def patterns():
    """PATH_%04d.png names frames."""
    folder = Folder()
    folder.write("f_2.png", "of an earlier film")
    folder.write("other.png", "another picture")
    result = json.loads(done(folder, ["render", *TINY_FRAMES, "--out", "f_%d.png", "--json", "--fps", "9"]).stdout)
    count = result["frames"]
    require(count > 2 and result["out"] == "f_%d.png", str(result))
    names = [f"f_{i}.png" for i in range(count)]
    require(folder.names() == sorted([*names, "other.png"]), str(folder.names()))
    done(folder, ["render", *TINY_FRAMES, "--out", "frames", "--fps", "9", "--quiet"])
    for i, name in enumerate(names):
        same = without_texts(folder.read(name)) == without_texts(folder.read(f"frames/frame_{i:04}.png"))
        require(same, f"{name} is another frame")
    folder.write(f"f_{count}.png", "of a longer film")
    result = done(folder, ["render", *TINY_FRAMES, "--out", "f_%d.png", "--fps", "9"])
    require(b"note" in result.stderr and f"f_{count}.png".encode() in result.stderr, str(result))
    require(folder.read(f"f_{count}.png") == b"of a longer film", "a file that was not named is gone")
    for out in ["new/x_%03d.png", "frames/x_%03d.png", "100%%_%02d.png", "X_%04d.PNG"]:
        done(folder, ["render", *TINY_FRAMES, "--out", out, "--fps", "9", "--quiet"])
        name = (out % 1).replace("%%", "%")
        require(without_texts(folder.read(name)) == without_texts(folder.read("f_1.png")), out)
    for out in ["%d_%d.png", "f_%s.png", "f_%i.png", "f_%4d.png", "f_%.png", "f_%%.png", "f_%", "f_%d", "f_%04d.jpg"]:
        refused(BINARY, ["render", *TINY_FRAMES, "--out", out], 2, [out], folder.path)
    for out in ["none/new/f_%d.png", "f_1.png/f_%d.png"]:
        refused(BINARY, ["render", *TINY_FRAMES, "--out", out], 1, [os.path.dirname(out)], folder.path)


def frames_over_inputs():
    folder = Folder()
    os.mkdir(folder / "fr")
    shutil.copy(PICTURE, folder / "fr/frame_0001.png")
    shutil.copy(PICTURE, folder / "p_7.png")
    shutil.copy(PICTURE, folder / "fr/other.png")
    os.symlink("fr", folder / "link")
    os.symlink("../p_7.png", folder / "fr/frame_0005.png")
    os.symlink("fr/frame_0001.png", folder / "to_frame.png")
    done(folder, ["render", *TINY_FRAMES, "--out", "fr/frame_0002.png", "--quiet"])  # carries a scene
    for picture, out in [("fr/frame_0001.png", "fr"), ("fr/frame_0001.png", "link/"), ("link/frame_0001.png", "./fr"),
                         ("to_frame.png", "fr"), ("fr/frame_0005.png", "fr"), ("p_7.png", "p_%d.png"),
                         ("fr/frame_0001.png", "fr/frame_%04d.png"), ("p_7.png", "./p_%01d.png")]:
        words = ["output would overwrite an input", "--out"]
        for request in [["--target", "empirical", picture], ["--target", "gaussian", "--data", picture]]:
            refused(BINARY, ["render", *TINY_FRAMES[2:], *request, "--out", out], 2, words, folder.path)
    refused(BINARY, ["render", *TINY_FRAMES, "--scene", "fr/frame_0002.png", "--out", "fr"], 2, ["--scene"], folder.path)
    for log in ["fr/l.csv", "link/l.csv", "fr/deeper/l.csv"]:
        refused(BINARY, ["render", *TINY_FRAMES, "--out", "fr", "--frame-log", log], 2, ["--frame-log"], folder.path)
    refused(BINARY, ["render", *TINY_FRAMES, "--out", "new", "--frame-log", "new/l.csv"], 2, ["--frame-log"], folder.path)
    before = folder.read("fr/other.png")
    done(folder, ["render", *TINY_FRAMES[2:], "--target", "empirical", "fr/other.png", "--out", "fr", "--quiet"])
    require(folder.read("fr/other.png") == before, "a file that is no frame is gone")


def permissions():
    folder = Folder()
    writers = {"s.npy": ["sample", *SMALL], "t.json": ["sample", *SMALL, "--stats"], "c.png": ["render", *SMALL],
               "p.json": ["program", "--target", "gaussian"], "o.mp4": ["render", *TINY_FRAMES],
               "m.safetensors": [*TRAIN, "--train.steps", "3"]}
    for name, arguments in writers.items():
        folder.write(name, "old")
        os.chmod(folder / name, 0o444)
        refused(BINARY, [*arguments, "--out", name], 1, [name, "read-only"], folder.path)
        require(folder.read(name) == b"old", f"{name} was read-only")
        os.chmod(folder / name, 0o640)
        done(folder, [*arguments, "--out", name])
        require(stat.S_IMODE(os.stat(folder / name).st_mode) == 0o640, f"{name} has other permissions")


def scenes():
    """A scene may be another's: it writes nothing."""
    folder = Folder()
    folder.write("precious", "kept")
    for setting in ["frame-log", "trace", "trajectory", "log", "resume", "out", "scene"]:
        with open(folder / "scene.json", "w") as file:
            json.dump({"target": "gaussian", "steps": 2, "particles": 16, setting: "precious"}, file)
        for command in [["render", "--out", "s.png"], ["sample", "--out", "o.npy"], ["program"], ["view"]]:
            refused(BINARY, [*command, "--scene", "scene.json"], 2, ["scene.json: " + setting], folder.path)
    require(folder.read("precious") == b"kept", "a scene has written")


def endings():
    folder = Folder()
    folder.write("notes.txt", "kept")
    cases = [(["sample", *SMALL, "--out", "x.npy", "--trajectory"], ".npy"), (["sample", *SMALL, "--out"], ".npy"),
             (["sample", *SMALL, "--stats", "--out"], ".json"), (["program", "--out"], ".json"),
             (["render", *SMALL, "--out", "x.png", "--frame-log"], ".csv"), (["view", *SMALL, "--frame-log"], ".csv"),
             (["render", *SMALL, "--out", "x.png", "--trace"], ".json"), (["view", *SMALL, "--trace"], ".json"),
             (["sample", *SMALL, "--out", "x.npy", "--trace"], ".json"), ([*TRAIN, "--out", "x.safetensors", "--trace"], ".json"),
             ([*TRAIN, "--out"], ".safetensors"), ([*TRAIN, "--out", "x.safetensors", "--log"], ".csv"),
             (["study", "laws", "--out"], ".png or .svg"), (["sweep", "--out"], ".csv, .png or .svg"),
             (["sweep", "--figure"], ".png or .svg"), (["render", *SMALL, "--out"], ".png")]
    for arguments, ending in cases:
        refused(BINARY, [*arguments, "notes.txt"], 2, ["notes.txt", ending], folder.path)
    refused(BINARY, ["render", *SMALL, "--out", "x.avi"], 2, [".mp4, .webm or .gif"], folder.path)
    refused(BINARY, ["render", *TINY_FRAMES, "--out", "X.GIF", "--fps", "60"], 2, ["--fps", "at most 50", "--fps 50 or less"], folder.path)


def planted_links():
    folder = Folder()
    env = {"XDG_CACHE_HOME": folder / "c"}
    done(folder, ["sample", *SMALL, "--out", "o.npy", "--device", "0", "--quiet"], env=env)
    (name,) = [name for name in files_below(folder / "c/scorefield") if name.endswith(".bin")]
    require(stat.S_IMODE(os.stat(folder / "c/scorefield").st_mode) == 0o700, "the cache's folder is open to others")
    require(stat.S_IMODE(os.stat(name).st_mode) == 0o600, "the cache is open to others")
    os.remove(name)
    folder.write("thesis.txt", "another file of the user")
    os.symlink(folder / "thesis.txt", name)
    done(folder, ["sample", *SMALL, "--out", "o.npy", "--device", "0", "--quiet"], env=env)
    require(folder.read("thesis.txt") == b"another file of the user", "the cache has written through a link")
    require(not os.path.islink(name), "the link has stayed")


def closed_descriptors():
    """What is opened next has none of their numbers: what drivers and libraries say goes into no output."""
    folder = Folder()

    def finish(arguments, closed, **env):
        result = subprocess.run(["bash", "-c", f'exec "$@" {closed}', "-", BINARY, *arguments], cwd=folder.path,
                                env=dict(os.environ, **env), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        require(result.returncode == 0, f"{arguments} {closed}: {result}")

    # Mesa complains of such a cache.
    finish(["sample", *SMALL, "--out", "o.npy", "--device", "0", "--json"], "2>&-", XDG_CACHE_HOME="/dev/null",
           MESA_SHADER_CACHE_DIR="/dev/null")
    npy_is_whole(folder / "o.npy")
    for closed in ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"]:
        finish(["sample", *SMALL, "--out", "o.npy", "--trajectory", "t.npy", "--device", "0"], closed)
        finish([*TRAIN, "--train.steps", "3", "--out", "m.safetensors", "--log", "l.csv"], closed)
        finish(["render", *TINY_FRAMES, "--out", "o.mp4"], closed)
        npy_is_whole(folder / "o.npy")
        require(folder.read("l.csv").startswith(b"step,"), "the log")
        require(folder.read("o.mp4")[4:8] == b"ftyp", "the film")
        require(folder.names() == ["l.csv", "m.safetensors", "o.mp4", "o.npy", "t.npy"], str(folder.names()))
        for name in folder.names():
            os.remove(folder / name)


def paths_that_lead_nowhere():
    """One line, whatever the name is."""
    folder = Folder()
    for ending in ["", ".x", ".png", ".mp4", ".npy", ".csv", ".json", ".safetensors"]:
        os.symlink("loop" + ending, folder / ("loop" + ending))
    for out in ["loop", "loop.x", "loop.png", "loop.mp4", "loop/f_%d.png", "n" * 300, "n" * 300 + ".png", "n" * 250 + ".mp4",
                "n/" * 3000 + "x.png"]:
        refused(BINARY, ["render", *TINY_FRAMES, "--out", out], 1, [out.split("/")[0][:30]], folder.path)
    for name in ["loop", "n" * 250, "/dev/null/x"]:
        refused(BINARY, ["sample", *SMALL, "--out", name + ".npy"], 1, [name[:30]], folder.path)
        refused(BINARY, ["sample", *SMALL, "--out", "o.npy", "--trajectory", name + ".npy"], 1, [name[:30]], folder.path)
        refused(BINARY, ["program", "--out", name + ".json"], 1, [name[:30]], folder.path)
        refused(BINARY, [*TRAIN, "--out", name + ".safetensors"], 1, [name[:30]], folder.path)
        refused(BINARY, [*TRAIN, "--out", "m.safetensors", "--log", name + ".csv"], 1, [name[:30]], folder.path)
        for flag, ending in [("--model", ".safetensors"), ("--scene", ".json"), ("--program", ".json"),
                             ("--scheduler", ".json")]:
            refused(BINARY, ["program", flag, name + ending], 2, [name[:30]], folder.path)
        refused(BINARY, ["score", name + ".npy", "--data", "moons"], 2, [name[:30]], folder.path)
        refused(BINARY, ["train", "--data", name + ".png", "--out", "m.safetensors"], 2, [name[:30]], folder.path)
    for target in ["gaussian ", "gaussian   ", " gaussian", " ", "  ", "empirical", "empirical ", "gmm ", " gmm x"]:
        refused(BINARY, ["program", "--target", target], 2, ["target"], folder.path)


def hang_ups():
    """SIGHUP saves the training; it stays ignored if it was ignored at the start (nohup)."""
    for ignored in [False, True]:
        folder = Folder()
        options = {"preexec_fn": (lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))} if ignored else {}
        process = start(folder, [*TRAIN, "--train.steps", "100000000", "--train.save_every", "1", "--out", "m.safetensors",
                                 "--log", "l.csv"], **options)
        await_truth(process, lambda: os.path.exists(folder / "m.safetensors"), "train")
        process.send_signal(signal.SIGHUP)
        if ignored:
            before = os.stat(folder / "m.safetensors").st_ino
            await_truth(process, lambda: os.stat(folder / "m.safetensors").st_ino != before, "goes on")
            process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)
        require(process.returncode == 1 and (b"(SIGTERM)" if ignored else b"(SIGHUP)") in err, str(err))
        require(folder.names() == ["l.csv", "m.safetensors"], str(folder.names()))


def main():
    tests = [log_on_a_full_disk, log_that_fills_the_disk_later, hang_ups]
    if HAS_VULKAN:
        tests += [full_disk, killed_runs, runs_at_once, hung_helper, lying_helper, patterns, frames_over_inputs, permissions,
                  scenes, endings, planted_links, closed_descriptors, paths_that_lead_nowhere]
    for test in tests if len(sys.argv) == 2 else [globals()[name] for name in sys.argv[2:]]:
        begun = time.monotonic()
        test()
        print(f"{test.__name__}: {time.monotonic() - begun:.1f} s", flush=True)
    print("outputs appear whole, where they were asked for")


main()
