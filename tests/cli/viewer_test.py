"""The viewer under Xvfb with openbox, used as people do: it opens, the cloud moves, sampler and number of steps change
by mouse and take effect, so do target and process, keys act, a scene is saved and opens again, odd and tiny sizes, minimising and closing by the window manager leave status 0 and
no validation message. Without a display it says so.

What took effect is read from --frame-log. Places to click are screen units of the panel at scale 1; a layout that
moves a control makes this test fail, not pass.

usage: viewer_test.py BINARY   (in the project's folder)
"""
import json
import os
import signal
import sys
import time

from binary import png_size, refused, require, run, without_texts
from desktop import (ALLOWANCE_MS, FRAMES_OF_A_STEP, FRAMES_OF_AN_EVENT, LEAST_PARTICLES, PICTURE, Viewer,
                     colours, on_a_desktop)

BINARY = os.path.abspath(sys.argv[1])
MODEL = os.path.abspath("assets/swiss_roll.safetensors")

PAUSE_BUTTON = (445, 666)  # on the timeline
SAMPLER_BOX = (200, 154)
SECOND_SAMPLER = (160, 206)  # in the open box
STEPS_SLIDER = (213, 180)  # its grip at 50 steps
STEPS_SLIDER_LEFT = (150, 180)
SAMPLER_HEADING = (60, 126)  # folds what is below it
LANGEVIN = (160, 462)  # in the sampler's open box, at the end of its list
TARGET_BOX = (200, 184)  # with the sampler folded, and so on
LEARNED_MODEL = (160, 212)  # in the open box
MIXTURE_D = (160, 312)
PROCESS_BOX = (200, 210)
VE = (160, 298)  # in the open box


def open_viewer(desktop, folder, name, *arguments):
    return Viewer(BINARY, desktop, folder, name, "--model", MODEL, *arguments)


def moves_and_listens_to_the_mouse(desktop, folder):
    viewer = open_viewer(desktop, folder, "mouse", "--steps-per-second", "30", "--sampler.eta", "0.5")
    states = set()
    viewer.wait_for(lambda: states.add(viewer.picture()) or len(states) > 5, "the cloud does not move")
    viewer.click(SAMPLER_BOX)
    viewer.click(SECOND_SAMPLER)
    viewer.drag(STEPS_SLIDER, STEPS_SLIDER_LEFT)
    viewer.click(PAUSE_BUTTON)
    viewer.move(PICTURE)
    require(viewer.is_still(), "a paused cloud moves")
    still = viewer.picture()
    for _ in range(4):
        desktop.xdotool("click", 4)
        viewer.wait_for_frames(FRAMES_OF_AN_EVENT)
    zoomed = viewer.picture()
    require(zoomed != still, "the wheel does not zoom")
    viewer.drag(PICTURE, (PICTURE[0] + 60, PICTURE[1] + 40))
    viewer.move(PICTURE)
    require(viewer.picture() != zoomed, "dragging does not move the picture")
    viewer.key("0")
    require(viewer.picture() == still, "0 does not show everything again")
    viewer.key("Right")
    viewer.key("s")
    viewer.wait_for(lambda: os.path.exists(os.path.join(folder, "scorefield_0000.png")), "no screenshot")
    rows = viewer.close()
    require(len(rows) > 20, f"{len(rows)} frames only")
    require(rows[0]["sampler"] == "ddim" and rows[0]["steps"] == "50", f"first row {rows[0]}")
    require(rows[-1]["sampler"] == "ddpm", f"the sampler did not change: {rows[-1]}")
    require(0 < int(rows[-1]["steps"]) < 50, f"the number of steps did not change: {rows[-1]}")
    require(len({row["step"] for row in rows if row["sampler"] == "ddim"}) > 3, "the step did not count up")
    passes = ["network_ms", "splat_ms", "tone_map_ms", "UI_ms"]
    require(all(any(float(row[name]) > 0 for row in rows) for name in passes), "a pass has no GPU time")


def goes_back_in_time(desktop, folder):
    """States of a stochastic run are the same when they are reached again, from either side."""
    viewer = open_viewer(desktop, folder, "back", "--sampler", "ddpm", "--steps", "20")
    viewer.key("shift+Left")
    viewer.wait_for(viewer.is_still, "the start does not stand still")
    seen = [viewer.picture()]
    for _ in range(3):
        viewer.key("Right")
        viewer.wait_for(lambda: viewer.picture() != seen[-1], "→ does not step")
        viewer.wait_for(viewer.is_still, "a step does not end")
        seen.append(viewer.picture())
    for before in reversed(seen[:-1]):
        viewer.key("Left")
        viewer.wait_for(lambda picture=before: viewer.picture() == picture, "← does not lead to the state before")
    viewer.key("shift+Right")
    viewer.wait_for(lambda: viewer.picture() not in seen, "Shift+→ does not lead to the samples")
    viewer.key("shift+Left")
    viewer.key("Right")
    viewer.key("Left")
    viewer.wait_for(lambda: viewer.picture() == seen[0], "Shift+← does not lead to the noise")
    viewer.key("shift+Right")
    viewer.wait_for(viewer.is_still, "the result does not stand still")
    viewer.close()


def chooses_score_and_process(desktop, folder):
    """A target takes the model's place, under its process, then under another; Langevin dynamics asks for its score,
    other samplers for the data; the model comes back with its own process."""
    viewer = open_viewer(desktop, folder, "score", "--particles", "1000", "--seed", "1")
    viewer.click(SAMPLER_HEADING)
    viewer.click(TARGET_BOX)
    viewer.click(MIXTURE_D)
    viewer.wait_until_shown()
    viewer.click(PROCESS_BOX)
    viewer.click(VE)
    viewer.wait_until_shown()
    viewer.click(SAMPLER_HEADING)
    viewer.click(SAMPLER_BOX)
    viewer.scroll_down(LANGEVIN)
    viewer.click(LANGEVIN)
    viewer.wait_until_shown()
    viewer.click(SAMPLER_BOX)
    viewer.click(SECOND_SAMPLER)
    viewer.wait_until_shown()
    viewer.click(SAMPLER_HEADING)
    viewer.click(TARGET_BOX)
    viewer.click(LEARNED_MODEL)
    viewer.wait_until_shown()
    rows = viewer.close()
    seen = [tuple(row[name] for name in ("sampler", "target", "process", "prediction")) for row in rows]
    changes = [b for a, b in zip([None] + seen, seen) if a != b]
    expected = [("ddim", "", "ddpm", "epsilon"), ("ddim", "mixture_d", "ddpm", "x0"), ("ddim", "mixture_d", "ve", "x0"),
                ("langevin", "mixture_d", "ve", "score"), ("ddpm", "mixture_d", "ve", "x0"),
                ("ddpm", "", "ddpm", "epsilon")]
    require(changes == expected, f"chosen were {changes}")
    require(all(row["particles"] == "1000" for row in rows), "another score has other particles")


def saves_a_scene(desktop, folder):
    """Ctrl+S writes what the controls say: what differs from the defaults, but no output and no setting of the machine.
    The file opens as it was."""
    viewer = open_viewer(desktop, folder, "saving", "--particles", "1000", "--sampler.eta", "0.5")
    viewer.click(SAMPLER_BOX)
    viewer.click(SECOND_SAMPLER)
    viewer.wait_until_shown()
    viewer.key("ctrl+s")
    path = os.path.join(folder, "scene_0000.json")
    viewer.wait_for(lambda: os.path.exists(path), "no scene is saved")
    viewer.close()
    with open(path) as file:
        saved = json.load(file)
    expected = {"model": MODEL, "sampler": "ddpm", "particles": 1000}
    require(saved == expected, f"the scene says {saved}")
    rows = Viewer(BINARY, desktop, folder, "saved", "--scene", path).close()
    require(rows[-1]["sampler"] == "ddpm" and rows[-1]["particles"] == "1000", f"the scene opens as {rows[-1]}")


def screenshots(folder):
    """The whole ones: what is being written has a hidden name."""
    return {name for name in os.listdir(folder) if name.startswith("scorefield_")}


def save_picture(viewer, folder):
    """Takes a screenshot of the picture and returns its name."""
    before = screenshots(folder)
    viewer.key("s")
    return viewer.wait_for(lambda: screenshots(folder) - before, "no screenshot").pop()


def result_of(desktop, folder, run_of, particles):
    """Watches a run of so many particles to its end, started again in the middle of a step. Returns the frames' rows
    and the name of a screenshot of the result."""
    viewer = open_viewer(desktop, folder, "same", "--loop", "off", "--particles", str(particles), *run_of)
    for _ in range(3):
        viewer.key("Home")
    frames = max(FRAMES_OF_A_STEP, particles // LEAST_PARTICLES + 1)
    viewer.wait_for(lambda: viewer.is_still(frames), "the run does not end")
    screenshot = save_picture(viewer, folder)
    return viewer.close(), screenshot


def time_of_particles(row):
    return float(row["network_ms"]) + float(row["sampler_ms"])


def frames_within_steps(rows):
    return sum(1 for a, b in zip(rows, rows[1:]) if float(b["network_ms"]) > 0 and a["step"] == b["step"])


def particles_per_ms(rows):
    """By a step, of the frames that end one."""
    ends = [(int(b["step"]) - int(a["step"]), b) for a, b in zip(rows, rows[1:])]
    rates = sorted(steps * int(row["particles"]) / time_of_particles(row) for steps, row in ends
                   if steps > 0 and time_of_particles(row) > 0)
    return rates[len(rates) // 2]


def shows_what_render_writes(desktop, folder):
    """A screenshot of the result is, byte for byte, the last frame that `render` writes of that size: also where a step
    takes several frames, and after starting again in the middle of one. On a machine that is fast enough for a whole
    step in a frame there are more particles, by the rate measured."""
    run_of = ["--steps", "20", "--steps-per-second", "20", "--hold", "0"]
    particles = 60_000
    rows, screenshot = result_of(desktop, folder, run_of, particles)
    for _ in range(2):
        if frames_within_steps(rows) > 5:
            break
        particles = max(2 * particles, round(6 * ALLOWANCE_MS * particles_per_ms(rows)))
        rows, screenshot = result_of(desktop, folder, run_of, particles)
    require(rows[-1]["step"] == "20", "the run did not reach its result")
    require(frames_within_steps(rows) > 5, "no step was spread over several frames")
    width, height = png_size(os.path.join(folder, screenshot))
    frames = os.path.join(folder, "frames")
    done = run(BINARY, ["render", "--model", MODEL, "--out", frames, "--width", str(width), "--height", str(height),
                        "--fps", "20", "--particles", str(particles), *run_of], env={"DISPLAY": ""})
    require(done.returncode == 0, done.stderr.decode())
    last = os.path.join(frames, sorted(os.listdir(frames))[-1])
    pictures = [without_texts(open(path, "rb").read()) for path in (last, os.path.join(folder, screenshot))]
    require(pictures[0] == pictures[1],
            "window and files show different pictures")


def survives_every_size(desktop, folder):
    viewer = open_viewer(desktop, folder, "sizes", "--particles", "1000")
    width, height = png_size(os.path.join(folder, save_picture(viewer, folder)))
    viewer.resize(1280 + 120, 720 + 80)
    resized = png_size(os.path.join(folder, save_picture(viewer, folder)))
    require(resized == (width + 120, height + 80), f"the picture does not take the size of the window: {resized}")
    for size in [(641, 487), (333, 217), (101, 53), (17, 9), (1, 1), (1599, 901), (1280, 720)]:
        viewer.resize(*size)
    desktop.xdotool("windowminimize", viewer.window)
    time.sleep(1)
    desktop.xdotool("windowmap", viewer.window)
    time.sleep(1)
    viewer.wait_for(lambda: colours(viewer.picture()) > 10, "nothing is drawn after minimising")
    rows = viewer.close()
    require(all(row["particles"] == "1000" for row in rows), "other particles than asked for")


def keeps_the_log_when_interrupted(desktop, folder):
    viewer = open_viewer(desktop, folder, "interrupted", "--particles", "1000")
    viewer.wait_for_frames(5)
    viewer.process.send_signal(signal.SIGINT)
    require(len(viewer.end()) > 5, "the log of an interrupted viewer is not whole")


def without_display(folder):
    env = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
    refused(BINARY, ["view"], 1, ["no display (view)", "scorefield render --out film.mp4"], folder, env)
    refused(BINARY, [], 1, ["no display (view)"], folder, {"DISPLAY": ":4242", "WAYLAND_DISPLAY": ""})


def scenes(desktop, folder):
    without_display(folder)
    moves_and_listens_to_the_mouse(desktop, folder)
    goes_back_in_time(desktop, folder)
    chooses_score_and_process(desktop, folder)
    saves_a_scene(desktop, folder)
    shows_what_render_writes(desktop, folder)
    survives_every_size(desktop, folder)
    keeps_the_log_when_interrupted(desktop, folder)


on_a_desktop(scenes)
print("the viewer opens, moves, listens, resizes and closes")
