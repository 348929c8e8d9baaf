#!/usr/bin/python3
"""Gives a lecture of ten minutes with the viewer's scenes, by keyboard alone, and films it.

    docs/lecture.py build/release/bin/scorefield out/lecture.mp4 [--pace 1] [--rate 12]

It needs Xvfb, openbox, xdotool and ffmpeg, which ./test installs.

Writes the film at 1280×720 and, beside it, a contact sheet with one picture of each act (out/lecture.png). `--pace 0.2`
gives it five times faster. Run it in the project's folder, on a machine that does nothing else.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "cli"))
from desktop import Desktop, Viewer  # noqa: E402

SCENES = ROOT / "assets" / "scenes"
# Of each scene: what is pressed, and the seconds after it. Scenes that are not named are watched for WATCHED seconds.
ACTS = {
    "01_forward_process": [("space", 3), ("space", 9), ("f", 10), ("d", 3), ("d", 3)],
    "02_score": [("Home", 7), ("g", 5), ("g", 2), ("g", 3), ("t", 8)],
    "02b_score_on_a_line": [("Home", 12), ("space", 2), ("Left", 2), ("Left", 2), ("Right", 3), ("space", 4)],
    "03_langevin": [("Home", 22)],
    "05_ddpm": [("Home", 12), ("m", 8)],
    "06_ddim": [("Home", 9), ("r", 7), ("r", 7)],
    "07_sde_and_ode": [("Home", 14), ("g", 4), ("g", 4)],
    "09_stiff_end": [("Home", 8), ("space", 2), ("shift+Right", 6)],
    "10_few_steps": [("Home", 8), ("2", 3), ("2", 5)],
    "13_memorisation": [("Home", 10), ("shift+Right", 6)],
    "15_double_helix": [("Home", 9), ("c", 5), ("c", 5)],
    "16_three_states": [("Home", 16)],
    "20_draw_your_own": [("n", 22), ("n", 3)],
}
WATCHED = 18  # seconds
ENTRANCE = 3  # seconds for the title of a scene


class Film:
    """What the window shows, from now until the end."""

    def __init__(self, desktop, window, path, rate):
        self.process = subprocess.Popen(
            ["ffmpeg", "-y", "-loglevel", "error", "-f", "x11grab", "-framerate", str(rate), "-video_size", "1280x720",
             "-draw_mouse", "0", "-window_id", window, "-i", desktop.env["DISPLAY"], "-c:v", "libx264", "-preset",
             "ultrafast", "-crf", "26", "-pix_fmt", "yuv420p", str(path)], stdin=subprocess.PIPE)
        self.start = time.monotonic()

    def now(self):
        return time.monotonic() - self.start

    def end(self):
        self.process.communicate(b"q")
        if self.process.returncode != 0:
            sys.exit("docs/lecture.py: ffmpeg cannot write the film")


def contact_sheet(film, moments, path):
    """One picture of the film at each moment, three in a row."""
    with tempfile.TemporaryDirectory() as folder:
        for number, moment in enumerate(moments):
            subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-ss", f"{moment:.2f}", "-i", str(film), "-frames:v", "1",
                            "-vf", "scale=640:-1", f"{folder}/{number:03}.png"], check=True)
        rows = (len(moments) + 2) // 3
        subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-i", f"{folder}/%03d.png", "-frames:v", "1", "-vf",
                        f"tile=3x{rows}:padding=6", str(path)], check=True)


def lecture(options, desktop, folder):
    scenes = sorted(path.stem for path in SCENES.glob("*.json"))
    unknown = set(ACTS) - set(scenes)
    if unknown:
        sys.exit(f"docs/lecture.py: no scenes {', '.join(sorted(unknown))}")
    viewer = Viewer(os.path.abspath(options.binary), desktop, str(ROOT), os.path.join(folder, "lecture"), "--scene",
                    SCENES / f"{scenes[0]}.json", "--width", "1280", "--height", "720", memory=folder)
    film = Film(desktop, viewer.window, options.film, options.rate)
    moments = []

    def act(key, seconds):
        desktop.xdotool("key", key)
        time.sleep(seconds * options.pace)

    act("F5", ENTRANCE)
    for scene in scenes:
        if scene != scenes[0]:
            act("Next", ENTRANCE)
        viewer.wait_until_shown()
        begin = film.now()
        for key, seconds in ACTS.get(scene, [("Home", WATCHED)]):
            act(key, seconds)
        moments.append((begin + film.now()) / 2)
        print(f"{film.now():6.1f} s  {scene}", flush=True)
    film.end()
    desktop.xdotool("key", "F5")
    viewer.close()
    contact_sheet(options.film, moments, options.film.with_suffix(".png"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("film", type=pathlib.Path)
    parser.add_argument("--pace", type=float, default=1, help="seconds for a second of the lecture (default 1)")
    parser.add_argument("--rate", type=int, default=12, help="frames of the film per second (default 12)")
    options = parser.parse_args()
    options.film.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        desktop = Desktop(folder)
        try:
            lecture(options, desktop, folder)
        finally:
            desktop.close()


main()
