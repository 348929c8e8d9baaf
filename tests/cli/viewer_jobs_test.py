"""The viewer goes on while it makes something ready, under Xvfb with openbox: an adaptive sampler on an exact target of
many points compiles for minutes. Given on the command line, the window is there at once; the Cancel button shows the
default run instead, closing ends the program. Chosen in the panel, frames come as before, Escape or the Cancel button
cancel it, and of three quick choices the newest is shown. Then 20 steps become 30 000 and 2 000 particles 4 000 000: no
frame waits for their tables or their memory. Status 0 and no validation message; a first scene that cannot be opened
ends the program with its error.

usage: viewer_jobs_test.py BINARY [PICTURE]   (in the project's folder; PICTURE.png shows the viewer compiling)
"""
import os
import statistics
import subprocess
import sys
import time

from binary import CACHE, refused, require, run
from desktop import FRAMES_OF_AN_EVENT, FRAMES_OF_A_STEP, Viewer, colours, on_a_desktop, type_text

BINARY = os.path.abspath(sys.argv[1])
MODEL = os.path.abspath("assets/swiss_roll.safetensors")
PICTURE = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
SAMPLER_BOX = (200, 154)
LIST = (152, 348)
# In the list of samplers, scrolled to its end.
RK45 = (152, 183)
DPMPP_2M = (152, 203)
DPM_SINGLE = (152, 283)
JOB = (300, 30, 335, 608)  # where the name of what is being made ready stands
CANCEL = (362, 623)  # the button of the only job
COMPILING = 6.0  # seconds
PROMPT = 30.0  # seconds in which a program under validation ends on a busy machine; the compilation takes minutes
SLOW = ("--particles", "2000", "--target", "empirical moons", "--sampler", "rk45", "--hold", "0", "--look.overlay", "off")
PARTICLES = (212, 336)  # the number field
STEPS = (212, 182)  # the number field
MANY_STEPS = 30000  # whose time table takes seconds
MANY_PARTICLES = 4000000  # whose memory and start states take seconds
# Of the work's time: no frame lasts so long besides the GPU's passes. A frame that waited for the work would last as long
# as the work, on a machine of any speed and under any load. How smooth the frames are is measured by bench/viewer_frames.
LONGEST = 0.5

# Frames must stay short where the driver compiles every shader, too.
os.environ["MESA_SHADER_CACHE_DIR"] = CACHE.name


def choose(viewer, sampler):
    viewer.click(SAMPLER_BOX)
    viewer.scroll_down(LIST)
    viewer.click(sampler)
    viewer.move((700, 400))


def has_words(viewer):
    """Grey letters stand on the picture's ground."""
    pixels = viewer.pixels(JOB)
    light = sum(1 for i in range(0, len(pixels), 4) if min(pixels[i:i + 3]) > 150)
    return light > 100


def beside_passes(row):
    """What a frame takes besides the GPU's passes, in ms: recording, waiting, showing."""
    return float(row["frame_ms"]) - float(row["gpu_ms"])


def frames_between(rows, begin, end):
    """What the frames that were drawn from `begin` to `end` seconds before the last one took besides the passes."""
    times, left = [], 0.0
    for row in reversed(rows):
        left += float(row["frame_ms"]) / 1e3
        if end < left < begin:
            times.append(beside_passes(row))
        left += float(row["rest_ms"]) / 1e3
    return times


def require_short(times, seconds, what):
    """`times` of frames in ms, beside work that took so many seconds."""
    print(f"{len(times)} frames in {seconds:.1f} s {what}: median {statistics.median(times):.1f} ms, "
          f"longest {max(times):.1f} ms")
    require(max(times) < 1e3 * LONGEST * seconds, f"a frame waits {what}")


def opens_a_window_first(desktop, folder):
    viewer = Viewer(BINARY, desktop, folder, "first", *SLOW, opened=False)
    viewer.wait_for(lambda: has_words(viewer), "nothing says that the first scene is being opened")
    begin = time.monotonic()
    time.sleep(COMPILING)
    end = time.monotonic()
    if PICTURE:
        opening = os.path.join(os.path.dirname(PICTURE), "opening_" + os.path.basename(PICTURE))
        subprocess.run(["import", "-window", str(viewer.window), opening], env=desktop.env, check=True)
    require(has_words(viewer), "rk45 was compiled too soon: nothing was tested")
    viewer.click(CANCEL)
    viewer.wait_until_shown()
    viewer.wait_for(lambda: colours(viewer.picture()) > 10, "Cancel does not show the default run")
    viewer.wait_for_frames(FRAMES_OF_A_STEP)
    closed = time.monotonic()
    rows = viewer.close()
    require({(row["sampler"], row["target"], row["particles"]) for row in rows} == {("ddim", "empirical", "2000")},
            f"the first row shows {rows[0]}, the last {rows[-1]}")
    require_short(frames_between(viewer.opening + rows, closed - begin, closed - end), end - begin,
                  "while the first scene opened")


def closes_while_opening(desktop, folder):
    viewer = Viewer(BINARY, desktop, folder, "closing", *SLOW, opened=False)
    viewer.wait_for(lambda: has_words(viewer), "nothing says that the first scene is being opened")
    begin = time.monotonic()
    require(viewer.close() == [], "a scene was shown")
    require(time.monotonic() - begin < PROMPT, "the window closes only when the first scene is open")


def says_what_cannot_be_opened(desktop, folder):
    empty = os.path.join(folder, "empty")
    os.mkdir(empty)
    for arguments, status, words in [
            (["--target", "empirical missing.npy"], 2, ["missing.npy"]),
            (["--model", "missing.safetensors"], 2, ["missing.safetensors"]),
            (["--target", "gausian"], 2, ["did you mean"]),
            (["--init", "missing.npy"], 2, ["missing.npy"]),
            (["--sampler", "ddim", "--steps", "5000", "--model", MODEL], 2, ["--steps"])]:
        refused(BINARY, ["view", *arguments], status, words, empty, desktop.env)


def goes_on(desktop, folder):
    viewer = Viewer(BINARY, desktop, folder, "jobs", "--particles", "2000", "--target", "empirical moons", "--hold",
                    "0", "--look.overlay", "off")
    choose(viewer, RK45)
    viewer.wait_for(lambda: has_words(viewer), "nothing says that a sampler is being compiled")
    begin = time.monotonic()
    time.sleep(COMPILING)
    end = time.monotonic()
    if PICTURE:
        subprocess.run(["import", "-window", str(viewer.window), PICTURE], env=desktop.env, check=True)
    require(has_words(viewer), "rk45 was compiled too soon: nothing was tested")
    viewer.key("Escape")
    viewer.wait_for(lambda: not has_words(viewer), "Escape does not cancel")
    choose(viewer, RK45)
    viewer.wait_for(lambda: has_words(viewer), "nothing says that a sampler is being compiled again")
    viewer.click(CANCEL)
    viewer.wait_for(lambda: not has_words(viewer), "the Cancel button does not cancel")
    choose(viewer, RK45)
    choose(viewer, DPMPP_2M)
    choose(viewer, DPM_SINGLE)
    viewer.wait_until_shown()
    viewer.wait_for_frames(100)
    closed = time.monotonic()
    rows = viewer.close()
    samplers = [row["sampler"] for row in rows]
    order = [b for a, b in zip([None] + samplers, samplers) if a != b]
    require(order[0] == "ddim" and order[-1] == "dpm_single" and "rk45" not in order, f"shown were {order}")
    require_short(frames_between(rows, closed - begin, closed - end), end - begin, "while rk45 compiled")


def takes_more_particles(desktop, folder):
    viewer = Viewer(BINARY, desktop, folder, "particles", "--model", MODEL, "--particles", "2000", "--hold", "0",
                    "--look.overlay", "off")
    viewer.move(PARTICLES)
    begin = time.monotonic()
    type_text(viewer, str(MANY_PARTICLES))
    viewer.wait_until_shown()
    end = time.monotonic()
    viewer.wait_for_frames(FRAMES_OF_AN_EVENT)
    closed = time.monotonic()
    rows = viewer.close()
    require(rows[-1]["particles"] == str(MANY_PARTICLES), f"the last row shows {rows[-1]}")
    require_short(frames_between(rows, closed - begin, closed - end), end - begin, f"around the change to {MANY_PARTICLES} particles")


def takes_more_steps(desktop, folder):
    model = os.path.join(folder, "continuous.safetensors")  # its process has any number of noise levels
    done = run(BINARY, ["train", "--data", "moons", "--process", "vp", "--train.steps", "1", "--device", "host", "--out",
                        model, "--quiet"])
    require(done.returncode == 0, f"no model: {done.stderr}")
    viewer = Viewer(BINARY, desktop, folder, "steps", "--model", model, "--particles", "2000", "--steps", "20", "--hold",
                    "0", "--look.overlay", "off")
    viewer.move(STEPS)
    begin = time.monotonic()
    type_text(viewer, str(MANY_STEPS))
    viewer.wait_until_shown()
    end = time.monotonic()
    viewer.wait_for_frames(FRAMES_OF_A_STEP)
    closed = time.monotonic()
    rows = viewer.close()
    require(rows[-1]["steps"] == str(MANY_STEPS), f"the last row shows {rows[-1]}")
    require_short(frames_between(rows, closed - begin, closed - end), end - begin, f"around the change to {MANY_STEPS} steps")


def cancels_a_training(desktop, folder):
    viewer = Viewer(BINARY, desktop, folder, "training", "--model", MODEL, "--particles", "2000", "--hold", "0",
                    "--look.overlay", "off")
    viewer.wait_until_shown()
    for cancel, name in [(lambda: viewer.key("Escape"), "Escape"), (lambda: viewer.click(CANCEL), "the Cancel button")]:
        viewer.key("n")
        viewer.wait_for(lambda: has_words(viewer), "nothing says that a training is being prepared")
        cancel()
        viewer.wait_for(lambda: not has_words(viewer), f"{name} does not cancel the preparation of a training")
    time.sleep(COMPILING)
    viewer.wait_for_frames(100)
    rows = viewer.close()
    require(all(float(row["training_ms"] or 0) == 0 for row in rows), "the cancelled training runs")


def scenes(desktop, folder):
    opens_a_window_first(desktop, folder)
    closes_while_opening(desktop, folder)
    says_what_cannot_be_opened(desktop, folder)
    goes_on(desktop, folder)
    takes_more_steps(desktop, folder)
    cancels_a_training(desktop, folder)
    takes_more_particles(desktop, folder)


on_a_desktop(scenes)
