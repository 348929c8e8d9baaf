"""Three-dimensional particles in the viewer under Xvfb: dragging orbits, the right button and Shift move the picture, the
wheel zooms, 0 fits, Ctrl looks around and flies, the turntable turns; a screenshot is the picture that `render` draws of
the saved scene.

usage: viewer_space_test.py BINARY   (in the project's folder)
"""
import os
import sys

from binary import require
from desktop import Viewer, on_a_desktop, settle
from saved_scene import require_same_picture, save, settings_in

BINARY = os.path.abspath(sys.argv[1])
MODEL = os.path.abspath("assets/double_helix.safetensors")
PLACE = (800, 330)  # in the middle of the picture
BESIDE = (860, 300)


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
    scene, shot = save(viewer, folder)
    viewer.key("0")
    viewer.wait_for(lambda: settle(viewer) == turned, "0 does not fit the view from where the camera stands")
    around = drag(viewer, 1, "ctrl")
    require(around not in (start, turned, moved), "Ctrl does not look around")
    viewer.desktop.xdotool("keydown", "ctrl")
    turn_wheel(viewer)
    viewer.desktop.xdotool("keyup", "ctrl")
    require(settle(viewer) not in (turned, around), "the wheel does not fly ahead with Ctrl")
    viewer.close()
    saved = settings_in(scene)
    require({"look.azimuth", "look.elevation", "look.zoom", "look.pan_x", "look.pan_y", "look.pan_z"} <= set(saved),
            str(saved))
    require(all(round(value, 6) == value for value in saved.values() if isinstance(value, float)), str(saved))
    require_same_picture(BINARY, folder, scene, shot, 50)


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
