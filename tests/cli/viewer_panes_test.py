"""Panes in the viewer under Xvfb: a pane from the command line, one added by key, settings exchanged by key and changed
in the Compare tab, jumps on the timeline that show the same states again in all panes, a branch added by key, particles
that are saved by key, a pane that cannot be opened. A screenshot is the picture that `render` draws of the saved scene.

usage: viewer_panes_test.py BINARY [PICTURE]   (in the project's folder; the window with panes goes to PICTURE.png)
"""
import os
import sys

import numpy as np

from binary import require, run
from desktop import Viewer, on_a_desktop, settle
from saved_scene import require_same_picture, save, save_scene, settings_in

BINARY = os.path.abspath(sys.argv[1])
KEPT = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
MODEL = os.path.abspath("assets/swiss_roll.safetensors")
TRACK = (535, 1063, 666)  # ends and row of the timeline's track
STEPS = 20
# Parts of four cells, without captions: width, height, left, top.
CELLS = [(300, 200, 380 + 477 * column, 80 + 322 * row) for row in (0, 1) for column in (0, 1)]
COMPARE_TAB = (113, 101)
REMOVE = (235, 343)  # the button of pane 2
STILL_FRAMES = 600  # metrics of four panes take less than so many frames without a change
GAP = (1, 200, 805, 150)  # between two panes
HALVES = [(300, 260, 420 + 476 * column, 150) for column in (0, 1)]  # parts of two panes, without captions
LIVELY = 50  # colours of a cell with particles; an empty one has a single colour


def place_of(state):
    return round(TRACK[0] + (TRACK[1] - TRACK[0]) * state / STEPS), TRACK[2]


def open_viewer(desktop, folder, name, *arguments):
    viewer = Viewer(BINARY, desktop, folder, name, "--model", MODEL, "--steps", str(STEPS), "--particles", "2000",
                    *map(str, arguments))
    viewer.picture_area = (948, 560, 331, 60)
    return viewer


def is_gap(viewer):
    """Between two panes there is a gap of one colour, where a single picture has particles and data."""
    return len(np.unique(np.frombuffer(viewer.pixels(GAP), np.uint32))) == 1


def filled(viewer):
    """Which of the cells have particles."""
    found = []
    for cell in CELLS:
        pixels = np.frombuffer(viewer.pixels(cell), np.uint32)
        found.append(len(np.unique(pixels)) > LIVELY)
    return found


def compares(desktop, folder):
    viewer = open_viewer(desktop, folder, "panes", "--loop", "off", "--look.field", "score", "--pane.2",
                         "--sampler ddpm --steps 40", "--pane.3", "--sampler heun")
    viewer.wait_for(lambda: filled(viewer) == [True, True, True, False], "no three panes")
    seen = {}
    for state in (4, 13, 20, 4, 13):
        viewer.click(place_of(state))
        viewer.move((700, 20))
        picture = settle(viewer)
        require(seen.setdefault(state, picture) == picture, f"state {state} is another one after other states")
    require(len(set(seen.values())) == 3, "the panes do not follow the timeline")
    viewer.key("a")
    viewer.wait_for(lambda: all(filled(viewer)), "A adds no fourth pane")
    first = viewer.pixels(CELLS[0])
    viewer.key("2")
    viewer.wait_until_shown()
    viewer.wait_for(lambda: viewer.pixels(CELLS[0]) != first, "2 exchanges nothing")
    viewer.key("shift+Right")
    settle(viewer)
    viewer.key("m")
    viewer.wait_for(lambda: viewer.is_still(STILL_FRAMES), "the fields and metrics are not there")
    scene, shot = save(viewer, folder)
    if KEPT:
        run("import", ["-window", str(viewer.window), KEPT], env=desktop.env)
    viewer.click(COMPARE_TAB)
    viewer.click(REMOVE)
    viewer.wait_for(lambda: filled(viewer) == [True, True, True, False], "Remove closes no pane")
    rows = viewer.close()
    require(rows[0]["sampler"] == "ddim" and rows[-1]["sampler"] == "ddpm" and rows[-1]["steps"] == "40",
            f"the first pane is not the exchanged one: {rows[-1]}")
    saved = settings_in(scene)
    require(saved["sampler"] == "ddpm" and saved["steps"] == 40 and "ddim" in saved["pane.2"] and
            "heun" in saved["pane.3"] and "ddim" in saved["pane.4"], str(saved))
    require_same_picture(BINARY, folder, scene, shot, 200, "--validation", "sync")


def keeps_what_can_be_shown(desktop, folder):
    """A pane whose model is missing is left out with a message; the others are shown."""
    viewer = open_viewer(desktop, folder, "refused", "--pane.2", "--model missing.safetensors", "--pane.3", "--seed 5")
    viewer.wait_for(lambda: is_gap(viewer), "no two panes")
    scene = save_scene(viewer, folder, 2)
    viewer.close()
    saved = settings_in(scene)
    require(saved.get("pane.2") == "--seed 5" and "pane.3" not in saved, str(saved))


def states_of_sample(folder, *arguments):
    """(steps + 1, particles, 2), in the units of the data, of a run on the viewer's device."""
    path = os.path.join(folder, "states.npy")
    done = run(BINARY, ["sample", "--model", MODEL, "--steps", str(STEPS), "--particles", "2000", "--device", "0", "--out",
                        os.path.join(folder, "samples.npy"), "--trajectory", path, "--quiet", *arguments])
    require(done.returncode == 0, str(done))
    return np.load(path)


def saved_particles(viewer, folder, number):
    """What E saves of two panes. `number`: of those that were saved before."""
    paths = [os.path.join(folder, f"particles_{number:04}{pane}.npy") for pane in ("", "_pane2")]
    viewer.key("e")
    viewer.wait_for(lambda: all(map(os.path.exists, paths)), "E saves no particles")
    return [np.load(path) for path in paths]


def branches(desktop, folder):
    """B at state 8 of a stochastic run: up to there both panes show the same, after it they do not. The trunk stays as it
    is, and an exchange only moves the pictures."""
    viewer = open_viewer(desktop, folder, "branches", "--sampler", "ddpm", "--loop", "off")
    viewer.click(place_of(8))
    settle(viewer)
    viewer.key("b")
    viewer.wait_for(lambda: is_gap(viewer), "B adds no pane")

    def halves(state):
        viewer.click(place_of(state))
        viewer.move((700, 20))
        settle(viewer)
        return [viewer.pixels(half) for half in HALVES]

    for state in (8, 3, 0):
        trunk, branch = halves(state)
        require(trunk == branch, f"the branch is not the trunk at state {state}")
    states = states_of_sample(folder, "--sampler", "ddpm")
    halves(8)
    for particles in saved_particles(viewer, folder, 0):
        require(np.array_equal(particles, states[8]), "the particles of state 8 are saved otherwise")
    after = halves(15)
    require(after[0] != after[1], "the branch has the noise of the trunk")
    trunk, branch = saved_particles(viewer, folder, 1)
    require(np.array_equal(trunk, states[15]), "the particles of the trunk are saved otherwise")
    require(branch.shape == trunk.shape and not np.array_equal(branch, trunk), "the branch is saved as its trunk")
    for expected in (after[::-1], after):
        viewer.key("2")
        viewer.wait_until_shown()
        viewer.wait_for(lambda: halves(15) == expected, "an exchange changes more than the places")
    scene = save_scene(viewer, folder, 1)
    viewer.close()
    saved = settings_in(scene)
    require(saved.get("pane.2") == "--branch 8" and "branch" not in saved, str(saved))


def scenes(desktop, folder):
    compares(desktop, folder)
    branches(desktop, folder)
    keeps_what_can_be_shown(desktop, folder)


on_a_desktop(scenes)
