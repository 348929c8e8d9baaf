"""Three-dimensional particles in the viewer under Xvfb: dragging orbits, the right button and Shift move the picture, the
wheel zooms, 0 fits, Ctrl looks around and flies, the turntable turns; a screenshot is the picture that `render` draws of
the saved scene.

usage: viewer_space_test.py BINARY   (in the project's folder)
"""
import json
import os
import sys

import numpy as np

from binary import require, run
from desktop import Viewer, on_a_desktop

BINARY = os.path.abspath(sys.argv[1])
MODEL = os.path.abspath("assets/double_helix.safetensors")
PICTURE_SIZE = (950, 640)  # of a window of 1280 × 720
PLACE = (800, 330)  # in the middle of the picture
BESIDE = (860, 300)


def settle(viewer):
    viewer.wait_for(viewer.is_still, "the picture does not stand still")
    return viewer.picture()


def pixels_of(path):
    raw = run("ffmpeg", ["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
    require(raw.returncode == 0, f"{path} cannot be read: {raw.stderr}")
    return np.frombuffer(raw.stdout, np.uint8).reshape(PICTURE_SIZE[1], PICTURE_SIZE[0], 3).astype(int)


def open_viewer(desktop, folder, name, *arguments):
    return Viewer(BINARY, desktop, folder, name, "--model", MODEL, "--steps", "4", "--particles", "500", "--loop", "off",
                  *map(str, arguments))


def drag(viewer, button, key=None):
    """From PLACE to BESIDE with a button, while a key is held down."""
    viewer.move(PLACE)
    if key:
        viewer.desktop.xdotool("keydown", key)
    viewer.desktop.xdotool("mousedown", button)
    viewer.wait_for_frames(5)
    viewer.move(BESIDE)
    viewer.desktop.xdotool("mouseup", button)
    if key:
        viewer.desktop.xdotool("keyup", key)
    viewer.wait_for_frames(5)
    return settle(viewer)


def turn_wheel(viewer):
    viewer.move(PLACE)
    viewer.desktop.xdotool("click", "--repeat", 3, "--delay", 20, 4)
    viewer.wait_for_frames(5)


def camera(desktop, folder):
    viewer = open_viewer(desktop, folder, "space")
    viewer.key("shift+Right")
    start = settle(viewer)
    turned = drag(viewer, 1)
    require(turned != start, "dragging does not orbit")
    moved = drag(viewer, 3)
    require(moved not in (start, turned), "the right button does not move the picture")
    with_middle = drag(viewer, 2)
    require(with_middle not in (start, turned, moved), "the middle button does not move the picture")
    with_shift = drag(viewer, 1, "shift")
    require(with_shift not in (start, turned, moved, with_middle), "Shift does not move the picture")
    turn_wheel(viewer)
    near = settle(viewer)
    require(near != with_shift, "the wheel does not zoom")
    scene = os.path.join(folder, "scene_0000.json")
    shot = os.path.join(folder, "scorefield_0000.png")
    viewer.key("ctrl+s")
    viewer.key("s")
    viewer.wait_for(lambda: os.path.exists(scene) and os.path.exists(shot), "no scene or screenshot is saved")
    viewer.key("0")
    viewer.wait_for(lambda: settle(viewer) == turned, "0 does not fit the view from where the camera stands")
    around = drag(viewer, 1, "ctrl")
    require(around not in (start, turned, moved), "Ctrl does not look around")
    viewer.desktop.xdotool("keydown", "ctrl")
    turn_wheel(viewer)
    viewer.desktop.xdotool("keyup", "ctrl")
    require(settle(viewer) not in (turned, around), "the wheel does not fly ahead with Ctrl")
    viewer.close()
    with open(scene) as file:
        saved = json.load(file)
    require({"look.azimuth", "look.elevation", "look.zoom", "look.pan_x", "look.pan_y", "look.pan_z"} <= set(saved),
            str(saved))
    require(all(round(value, 6) == value for value in saved.values() if isinstance(value, float)), str(saved))
    done = run(BINARY, ["render", "--scene", scene, "--width", str(PICTURE_SIZE[0]), "--height", str(PICTURE_SIZE[1]),
                        "--fps", "5", "--steps-per-second", "5", "--hold", "0", "--out", "frames"], folder)
    require(done.returncode == 0, str(done))
    last = sorted(os.listdir(os.path.join(folder, "frames")))[-1]
    # The window's pictures have another byte order, in which a device may round blended colours otherwise.
    apart = np.abs(pixels_of(shot) - pixels_of(os.path.join(folder, "frames", last)))
    require(apart.max() <= 1 and (apart > 0).sum() < 50,
            f"render draws another picture of the saved scene: {apart.max()} apart, {(apart > 0).sum()} values")


def turntable(desktop, folder):
    """Turns while nobody drags, also where the run has ended."""
    viewer = open_viewer(desktop, folder, "turntable", "--look.turntable", "90")
    viewer.key("shift+Right")
    seen = {viewer.picture()}
    for _ in range(5):
        viewer.wait_for(lambda: viewer.picture() not in seen, "the picture does not turn")
        seen.add(viewer.picture())
    viewer.close()


def check(desktop, folder):
    camera(desktop, folder)
    turntable(desktop, folder)


on_a_desktop(check)
