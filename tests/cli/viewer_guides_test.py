"""What explains the particles in the viewer under Xvfb: the score field, contours and trails by key and click, the
timeline by mouse in both directions, the forward process; a screenshot is the picture that `render` draws of the saved
scene; the scenes that come with Scorefield are walked by key.

usage: viewer_guides_test.py BINARY [FOLDER]   (in the project's folder; pictures of the window go to FOLDER)
"""
import json
import os
import sys
import time

import numpy as np

from binary import png_size, require, run
from desktop import Viewer, on_a_desktop, settle
from saved_scene import PICTURE_SIZE, require_same_picture, save, settings_in

BINARY = os.path.abspath(sys.argv[1])
KEPT = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
MODEL = os.path.abspath("assets/swiss_roll.safetensors")
TRACK = (535, 1063, 666)  # ends and row of the timeline's track
STEPS = 20
TEXT = (150, 18, 1090, 650)  # "step 17 of 20" or "forward process" on the timeline


def place_of(state):
    return round(TRACK[0] + (TRACK[1] - TRACK[0]) * state / STEPS), TRACK[2]


def open_viewer(desktop, folder, name, *arguments):
    return Viewer(BINARY, desktop, folder, name, "--model", MODEL, "--steps", str(STEPS), *map(str, arguments))


def timeline(desktop, folder):
    """Dragging goes to any state and back, exactly; R plays backwards; F shows the forward process, then the run."""
    viewer = open_viewer(desktop, folder, "timeline", "--sampler", "ddpm", "--steps-per-second", 10, "--hold", 0)
    seen = {}
    for state in (0, 13, 20, 4, 13, 0, 20, 4):
        viewer.click(place_of(state))
        picture = settle(viewer)
        require(seen.setdefault(state, picture) == picture, f"state {state} is another one after other states")
    require(len(set(seen.values())) == 4, "the timeline shows the same state in several places")
    viewer.drag(place_of(4), place_of(13))
    require(settle(viewer) == seen[13], "dragging does not lead to the state below the mouse")
    viewer.key("r")
    viewer.wait_for(lambda: viewer.picture() == seen[4], "R does not play backwards", 0.005)
    viewer.key("space")
    settle(viewer)
    run_text = viewer.pixels(TEXT)
    viewer.key("f")
    viewer.wait_for(lambda: viewer.picture() not in seen.values() and viewer.pixels(TEXT) != run_text,
                    "F does not show the forward process")
    viewer.key("space")
    viewer.click(place_of(20))
    data = settle(viewer)
    viewer.click(place_of(0))
    noise = settle(viewer)
    require(data != noise and noise != seen[0] and data != seen[20], "the forward process is the run")
    viewer.key("Right")
    require(settle(viewer) == seen[0], "the run does not follow the forward process")
    rows = viewer.close()
    require({int(row["step"]) for row in rows} >= {0, 4, 13, 20}, "states in the log")


def guides(desktop, folder):
    """Each guide changes the picture and goes again; a click follows a particle."""
    viewer = open_viewer(desktop, folder, "guides", "--particles", 500)
    viewer.click(place_of(14))
    plain = settle(viewer)
    shown = [plain]
    for key, times in (("g", 3), ("d", 2), ("t", 2), ("c", 2), ("x", 2)):
        for _ in range(times):
            viewer.key(key)
            viewer.wait_for(lambda: viewer.picture() != shown[-1], f"{key} changes nothing")
            shown.append(settle(viewer))
        require(shown[-1] == plain, f"{key} leaves something behind")
    viewer.key("t")
    viewer.wait_for(lambda: viewer.picture() != plain, "no trails")
    trails = settle(viewer)
    # On the brightest particle in the middle of the picture.
    width, height, left, top = viewer.picture_area
    light = np.frombuffer(trails, np.uint8).reshape(height, width, -1)[:, :, :3].sum(axis=2, dtype=int)
    row, column = np.unravel_index(light.argmax(), light.shape)
    viewer.click((left + int(column), top + int(row)))
    viewer.move((left - 20, top))
    require(settle(viewer) != trails, "a click on a particle does not follow it")
    viewer.close()


def window_and_file_agree(desktop, folder):
    """With field, contours, trails and a followed particle, after the last step."""
    lines = ["--look.field", "flow", "--look.contours", "on", "--look.trails", 30, "--look.follow", 4]
    viewer = open_viewer(desktop, folder, "scene", "--particles", 3000, "--loop", "off", *lines)
    viewer.key("shift+Right")
    settle(viewer)
    viewer.wait_for(viewer.is_still, "the field is not there")
    scene, shot = save(viewer, folder)
    viewer.close()
    saved = settings_in(scene)
    require(saved["look.field"] == "flow" and saved["look.follow"] == 4, str(saved))
    require_same_picture(BINARY, folder, scene, shot, 50)


def walks_scenes(desktop, folder):
    """PgDn and PgUp open one scene after the other, each with its own settings, from any working folder; a JSON file
    that is dropped opens too, and a screenshot, which may be twice as large; F5 leaves picture and timeline."""
    viewer = Viewer(BINARY, desktop, folder, "scenes", "--ui.screenshot_scale", "2")
    card = (300, 60, 400, 520)
    plain = viewer.pixels(card)
    samplers = []
    for key in ("Next", "Next", "Next", "Prior"):
        viewer.key(key)
        viewer.wait_until_shown()
    viewer.wait_for(lambda: viewer.pixels(card) != plain, "no card with title and text")
    own = os.path.join(folder, "own.json")
    with open(own, "w") as file:
        json.dump({"title": "Own", "target": "mixture_d", "sampler": "heun", "steps": 7}, file)
    viewer.drop(own)
    viewer.wait_until_shown()
    saved = set(os.listdir(folder))
    viewer.key("s")
    new = viewer.wait_for(lambda: [name for name in set(os.listdir(folder)) - saved if name.startswith("scorefield_")],
                          "no screenshot")
    shot = os.path.join(folder, new[0])
    require(png_size(shot) == tuple(2 * side for side in PICTURE_SIZE), f"the screenshot has {png_size(shot)} pixels")
    viewer.key("Next")
    viewer.wait_until_shown()
    viewer.drop(shot)
    viewer.wait_until_shown()
    panel = viewer.pixels((100, 100, 20, 300))
    viewer.key("F5")
    viewer.wait_for(lambda: viewer.pixels((100, 100, 20, 300)) != panel, "F5 does not hide the panel")
    viewer.panel_area = (200, 50, 20, 660)
    viewer.desktop.xdotool("key", "F5")
    viewer.wait_for(lambda: viewer.pixels((100, 100, 20, 300)) == panel, "F5 does not bring it back")
    viewer.panel_area = (330, 720, 0, 0)
    rows = viewer.close()
    for row in rows:
        if not samplers or samplers[-1] != (row["sampler"], row["steps"], row["target"]):
            samplers.append((row["sampler"], row["steps"], row["target"]))
    samplers = [sampler for sampler in samplers if sampler[0]]
    # The default, scenes 1 and 2 (which have the same sampler), 2b, 2 again, the dropped one, 2b, the picture of the
    # dropped one.
    require(samplers[1:] == [("ddim", "60", ""), ("ddim", "60", "mixture_a"), ("ddim", "60", ""),
                             ("heun", "7", "mixture_d"), ("ddim", "60", "mixture_a"), ("heun", "7", "mixture_d")],
            str(samplers))


def scenes(desktop, folder):
    timeline(desktop, folder)
    guides(desktop, folder)
    window_and_file_agree(desktop, folder)
    walks_scenes(desktop, folder)


def keep_pictures(desktop, folder):
    """The window as README and assets show it."""
    scenes = os.path.abspath("assets/scenes")
    for name, scene, state, keys, more in [
            ("viewer", "02_score.json", 0.75, "", ["--look.trails", 60]), ("line", "02b_score_on_a_line.json", 0.8, "", []),
            ("presenter", "09_stiff_end.json", 1, "F5", []),
            ("panes", None, 0.75, "", ["--target", "mixture_d", "--look.metrics", "on", "--pane.2", "--sampler ddpm",
                                       "--pane.3", "--steps 5", "--pane.4", "--sampler langevin --steps 200"])]:
        shown = ["--scene", os.path.join(scenes, scene)] if scene else []
        viewer = Viewer(BINARY, desktop, folder, name, *shown, *map(str, more))
        if name == "panes":
            viewer.wait_until_shown()
            time.sleep(15)  # for the notes on its samplers to go
        viewer.click((round(TRACK[0] + (TRACK[1] - TRACK[0]) * state), TRACK[2]))
        viewer.move((900, 250))
        settle(viewer)
        if keys:
            viewer.desktop.xdotool("key", keys)
            time.sleep(2)
        elif name == "panes":
            viewer.wait_for(lambda: viewer.is_still(300), "the metrics are not there")
        done = run("import", ["-window", viewer.window, os.path.join(KEPT, name + ".png")], env=desktop.env)
        require(done.returncode == 0, f"no picture of the window: {done.stderr}")
        viewer.desktop.xdotool("key", "alt+F4")
        viewer.process.wait(60)


on_a_desktop(keep_pictures if KEPT else scenes)
print("timeline, forward process, field, contours, trails and scenes do what they say")
