"""The viewer goes on while it makes something ready, under Xvfb with openbox: an adaptive sampler on an exact target of
many points compiles for minutes; meanwhile frames come as before, Escape cancels it, and of three quick choices the
newest is shown. Then 20 steps become 30 000 and 2 000 particles 500 000: no frame waits for their tables or their
memory. Status 0 and no validation message.

usage: viewer_jobs_test.py BINARY [PICTURE]   (in the project's folder; PICTURE.png shows the viewer compiling)
"""
import os
import statistics
import subprocess
import sys
import time

from binary import CACHE, require, run
from desktop import FRAMES_OF_A_STEP, Viewer, on_a_desktop, type_text

BINARY = os.path.abspath(sys.argv[1])
MODEL = os.path.abspath("assets/swiss_roll.safetensors")
PICTURE = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
SAMPLER_BOX = (200, 206)
LIST = (152, 400)
# In the list of samplers, scrolled to its end.
RK45 = (152, 235)
DPMPP_2M = (152, 255)
DPM_SINGLE = (152, 335)
JOB = (300, 30, 335, 660)  # where the name of what is being made ready stands
COMPILING = 6.0  # seconds
PARTICLES = (212, 388)  # the number field
STEPS = (212, 234)  # the number field
MANY_STEPS = 30000  # whose time table takes seconds
LONGEST = 4  # limit of a frame's time, as a multiple of the median

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


def frames_between(rows, begin, end):
    """The times of the frames that were drawn from `begin` to `end` seconds before the last one."""
    times, left = [], 0.0
    for row in reversed(rows):
        left += float(row["frame_ms"]) / 1e3
        if end < left < begin:
            times.append(float(row["frame_ms"]))
    return times


def require_short(times, what):
    print(f"{len(times)} frames {what}: median {statistics.median(times):.1f} ms, longest {max(times):.1f} ms")
    require(len(times) > COMPILING, f"hardly any frames {what}")
    require(max(times) < LONGEST * statistics.median(times), f"a frame waits {what}")


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
    choose(viewer, DPMPP_2M)
    choose(viewer, DPM_SINGLE)
    viewer.wait_until_shown()
    viewer.wait_for_frames(100)
    closed = time.monotonic()
    rows = viewer.close()
    samplers = [row["sampler"] for row in rows]
    order = [b for a, b in zip([None] + samplers, samplers) if a != b]
    require(order[0] == "ddim" and order[-1] == "dpm_single" and "rk45" not in order, f"shown were {order}")
    require_short(frames_between(rows, closed - begin, closed - end), "while rk45 compiled")


def takes_more_particles(desktop, folder):
    viewer = Viewer(BINARY, desktop, folder, "particles", "--model", MODEL, "--particles", "2000", "--look.overlay",
                    "off")
    viewer.move(PARTICLES)
    type_text(viewer, "500000")
    viewer.wait_until_shown()
    viewer.wait_for_frames(FRAMES_OF_A_STEP)
    rows = viewer.close()
    first = next(i for i, row in enumerate(rows) if row["particles"] == "500000")
    # The time in a row ends when its frame begins, so the next row holds the time of the first frame.
    times = [float(row["frame_ms"]) for row in rows[first - FRAMES_OF_A_STEP // 2:first + FRAMES_OF_A_STEP]]
    median, longest = statistics.median(times), max(times)
    print(f"{len(times)} frames around the change to 500 000 particles: median {median:.1f} ms, "
          f"longest {longest:.1f} ms")
    require(longest < LONGEST * median, "a frame waits for the allocation of more particles")
    # Allocating the memory would take longer than drawing the particles.
    recording = float(rows[first]["cpu_ms"])
    require(recording < median, f"the first frame with more particles allocates their memory itself: {recording} ms")


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
    viewer.wait_for_frames(FRAMES_OF_A_STEP)
    end = time.monotonic()
    rows = viewer.close()
    require(rows[-1]["steps"] == str(MANY_STEPS), f"the last row shows {rows[-1]}")
    require_short(frames_between(rows, end - begin, 0), f"around the change to {MANY_STEPS} steps")


def cancels_a_training(desktop, folder):
    viewer = Viewer(BINARY, desktop, folder, "training", "--model", MODEL, "--particles", "2000", "--hold", "0",
                    "--look.overlay", "off")
    viewer.wait_until_shown()
    viewer.key("t")
    viewer.wait_for(lambda: has_words(viewer), "nothing says that a training is being prepared")
    viewer.key("Escape")
    viewer.wait_for(lambda: not has_words(viewer), "Escape does not cancel the preparation of a training")
    time.sleep(COMPILING)
    viewer.wait_for_frames(100)
    rows = viewer.close()
    require(all(float(row["training_ms"] or 0) == 0 for row in rows), "the cancelled training runs")


def scenes(desktop, folder):
    goes_on(desktop, folder)
    takes_more_steps(desktop, folder)
    cancels_a_training(desktop, folder)
    takes_more_particles(desktop, folder)


on_a_desktop(scenes)
