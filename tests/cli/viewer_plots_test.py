"""The plots of the viewer under Xvfb: the tab Schedule shows the noise levels of the run, the mouse reads them, and the
menu saves them as SVG, PNG and CSV, each under a new name, with the numbers of `schedule`.

usage: viewer_plots_test.py BINARY [FOLDER]   (in the project's folder; pictures of the window go to FOLDER)
"""
import csv
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as xml

from binary import png_size, require, run
from desktop import FRAMES_OF_AN_EVENT, Viewer, colours, on_a_desktop

BINARY = os.path.abspath(sys.argv[1])
KEPT = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
MODEL = os.path.abspath("assets/swiss_roll.safetensors")
RUN = ["--model", MODEL, "--sampler", "ddpm", "--steps", "20", "--particles", "2000"]
SVG = "{http://www.w3.org/2000/svg}"
TAB = (243, 98)
FIRST_PLOT = (180, 220)  # the middle of the scales
PLOTS = (260, 320, 60, 150)  # width, height, left, top
FRAME_TIMES = (160, 560)
LOSSES = (180, 360)  # in the tab Train, of a training
LOSSES_AREA = (300, 140, 12, 300)
MENU = {"svg": (20, 14), "png": (20, 34), "csv": (20, 54), "copy": (20, 74)}  # from the mouse


def keep(viewer, name):
    if KEPT:
        subprocess.run(["import", "-window", viewer.window, os.path.join(KEPT, name + ".png")], env=viewer.desktop.env,
                       check=True)


def choose(viewer, place, item):
    """By right click."""
    viewer.move(place)
    viewer.desktop.xdotool("click", 3)
    viewer.wait_for_frames(FRAMES_OF_AN_EVENT)
    viewer.click((place[0] + MENU[item][0], place[1] + MENU[item][1]))


def saved(viewer, place, name, ending, number=0):
    choose(viewer, place, ending)
    path = os.path.join(viewer.folder, f"{name}_{number:04}.{ending}")
    viewer.wait_for(lambda: os.path.exists(path), f"{path} is not saved; there are {os.listdir(viewer.folder)}")
    return path


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def exports(viewer, folder):
    """Each format of the first plot. The CSV has the numbers of the host."""
    texts = [text.text for text in xml.parse(saved(viewer, FIRST_PLOT, "schedule_scales", "svg")).getroot().iter(
        SVG + "text")]
    require("α and σ" in texts and "evaluations" in texts, str(texts))
    require(png_size(saved(viewer, FIRST_PLOT, "schedule_scales", "png")) == (960, 600), "the size of the picture")
    path = saved(viewer, FIRST_PLOT, "schedule_scales", "csv")
    rows = rows_of(path)
    require(rows[0] == ["curve", "t", "α and σ"], str(rows[0]))
    marks = [(float(x), float(y)) for name, x, y in rows[1:] if name == "evaluations"]
    states = json.loads(run(BINARY, ["schedule", *RUN, "--json", "--quiet"], folder).stdout)["states"][:-1]
    require(marks == [(state["t"], state["alpha"]) for state in states], f"{marks} are not {states}")
    with open(path, "rb") as file:
        first = file.read()
    second = saved(viewer, FIRST_PLOT, "schedule_scales", "csv", 1)
    with open(path, "rb") as file:
        require(file.read() == first, "a file was replaced")
    require(rows_of(second) == rows, "the same plot has other values")


def shows_the_schedule(desktop, folder):
    viewer = Viewer(BINARY, desktop, folder, "plots", *RUN, "--steps-per-second", "0")
    viewer.click(TAB)
    viewer.wait_for(lambda: colours(viewer.pixels(PLOTS)) > 20, "no plots")
    keep(viewer, "schedule")
    start = viewer.pixels(PLOTS)
    for _ in range(9):
        viewer.key("Right")
    viewer.wait_for(lambda: viewer.pixels(PLOTS) != start, "the line of the state does not move")
    viewer.wait_for(viewer.is_still, "the picture does not stand still")
    viewer.move((800, 300))
    calm = viewer.pixels(PLOTS)
    viewer.move(FIRST_PLOT)
    viewer.wait_for(lambda: viewer.pixels(PLOTS) != calm, "the mouse reads nothing")
    keep(viewer, "hover")
    exports(viewer, folder)
    choose(viewer, FIRST_PLOT, "copy")
    viewer.close()


def shows_other_axes(desktop, folder):
    for name, arguments in (("steps", ["--schedule.axis", "step"]), ("snr", ["--schedule.axis", "log-snr"]),
                            ("edm", ["--target", "mixture_d", "--process", "edm", "--sampler", "heun"]),
                            ("chain", ["--target", "three_states", "--program", "three_states"])):
        source = [] if "--target" in arguments else ["--model", MODEL]
        viewer = Viewer(BINARY, desktop, folder, name, *source, *arguments, "--particles", "500")
        viewer.click(TAB)
        viewer.wait_for(lambda: colours(viewer.pixels(PLOTS)) > 20, f"{name}: no plots")
        keep(viewer, name)
        viewer.close()


def saves_frame_times(desktop, folder):
    viewer = Viewer(BINARY, desktop, folder, "times", *RUN)
    rows = rows_of(saved(viewer, FRAME_TIMES, "frame_times", "csv"))
    viewer.close()
    require(rows[0] == ["curve", "frame", "ms"], str(rows[0]))
    whole = [float(y) for name, x, y in rows[1:] if name == "whole frame"]
    require(len(whole) > FRAMES_OF_AN_EVENT and all(ms > 0 for ms in whole), str(whole))
    require({"GPU network", "GPU sampler"} <= {row[0] for row in rows}, "no times of passes")


def shows_the_losses(desktop, folder):
    """Of the seed experiment: beside those of this training the two that were published, and the Bayes floor."""
    viewer = Viewer(BINARY, desktop, folder, "losses", "--target", "mixture_d", "--data", "swiss_roll", "--process",
                    "ddpm", "--process.schedule", "cosine_seed", "--process.T", "40", "--prediction", "epsilon",
                    "--objective", "simple", "--train.batch", "2048", "--network.width", "16", "--steps", "10",
                    "--particles", "500")
    before = viewer.pixels(LOSSES_AREA)
    viewer.key("n")
    viewer.wait_for(lambda: viewer.pixels(LOSSES_AREA) != before, "no training")
    viewer.wait_for(lambda: viewer.desktop.xdotool("getwindowname", viewer.window) == ["Scorefield"], "not shown")
    numbers = []
    for number in range(40):
        rows = rows_of(saved(viewer, LOSSES, "loss", "csv", number))
        numbers = [(float(x), float(y)) for name, x, y in rows[1:] if name == "this training"]
        if len(numbers) > 3:
            break
    require(len(numbers) > 3 and all(loss > 0 for step, loss in numbers), f"losses {numbers}")
    require(rows[0] == ["curve", "step", "loss"], str(rows[0]))
    published = [(float(x), float(y)) for name, x, y in rows[1:] if name == "published"]
    require(published == [(24, 0.7389), (99 * 49 + 24, 0.4396)], str(published))
    keep(viewer, "losses")
    viewer.key("n")
    viewer.ask_to_close()
    viewer.answer("d")
    viewer.end()


def scenes(desktop, folder):
    saves_frame_times(desktop, folder)
    shows_the_losses(desktop, folder)
    shows_the_schedule(desktop, folder)
    shows_other_axes(desktop, folder)


on_a_desktop(scenes)
print("the viewer's plots can be read and saved")
