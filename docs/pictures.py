#!/usr/bin/python3
"""Pictures of the scenes in presenter mode, as docs/TOUR.md shows them, and the comparison with those that are there.

    docs/pictures.py build/release/bin/scorefield docs/pictures            # draws them anew
    docs/pictures.py build/release/bin/scorefield docs/pictures --check    # compares; ./test does this

Each scene is opened in a window of 1280×720 under Xvfb and goes to the moment of the table below, by its timeline. The
pictures have a palette of 255 colours. Two pictures agree if the means of at most 1% of their blocks of 16×16 pixels
differ by more than 10 of 255 in a channel: drivers may round the places of particles differently, and palettes are
coarse, but a missing line, a word or a pane changes more.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "cli"))
from desktop import Desktop, Viewer  # noqa: E402
from saved_scene import pixels_of  # noqa: E402

# The scene, where between noise (0) and data (1) it stands, and the keys that are pressed there.
PICTURES = {
    "01_forward_process": (0.8, []),
    "02_score": (0.6, []),
    "02b_score_on_a_line": (0.85, []),
    "03_langevin": (1, []),
    "05_ddpm": (0.8, []),
    "06_ddim": (1, []),
    "07_sde_and_ode": (0.5, []),
    "09_stiff_end": (1, []),
    "10_few_steps": (1, []),
    "11_tree": (1, []),
    "12_learned_score": (0.9, []),
    "13_memorisation": (0.9, []),
    "14_one_class": (0.75, []),
    "15_double_helix": (1, []),
    "16_three_states": (0.67, []),
    "22_predicted_samples": (0.55, []),
}
TRACK = (298, 966, 682)  # ends and row of the timeline's track in presenter mode
BLOCK = 16  # pixels
MOST_DIFFERENCE = 10  # of 255, between the means of a block
MOST_BLOCKS = 0.01  # share of all
STILL = 4  # seconds without a change: fields and metrics are computed beside the frames
LONG_STILL = 40  # the same where a picture is not the expected one, because the machine may be busy
WINDOW = (1280, 720, 0, 0)


def settled(viewer, still):
    """The window's pixels once they have not changed for some time. In presenter mode no frame shows that it is new."""
    pixels, since = None, 0

    def is_still():
        nonlocal pixels, since
        now = viewer.pixels(WINDOW)
        if now != pixels:
            pixels, since = now, time.monotonic()
        return time.monotonic() - since > still

    viewer.wait_for(is_still, "the picture does not stand still")
    return pixels


def shown(binary, desktop, folder, scene, moment, keys, is_expected):
    """Pixels of the window, (720, 1280, 3): red, green and blue."""
    viewer = Viewer(binary, desktop, str(ROOT), os.path.join(folder, scene), "--scene",
                    ROOT / "assets" / "scenes" / f"{scene}.json", "--width", "1280", "--height", "720", "--forward", "off",
                    "--look.turntable", "0", memory=os.path.join(folder, "memory"))
    desktop.xdotool("key", "F5")
    viewer.wait_until_shown()
    place = (round(TRACK[0] + (TRACK[1] - TRACK[0]) * moment), TRACK[2])
    desktop.xdotool("mousemove", "--window", viewer.window, *place)
    # A frame has to see the button down, and another one to see it up.
    for action in ("mousedown", "mouseup"):
        time.sleep(0.4)
        desktop.xdotool(action, 1)
    time.sleep(0.4)
    for key in keys:
        desktop.xdotool("key", key)
    desktop.xdotool("mousemove", "--window", viewer.window, 640, 715)
    pixels = colours(settled(viewer, STILL))
    if not is_expected(pixels):
        pixels = colours(settled(viewer, LONG_STILL))
    viewer.close()
    return pixels


def colours(pixels):
    return np.frombuffer(pixels, np.uint8).reshape(720, 1280, 4)[:, :, 2::-1].copy()


def write(pixels, path):
    height, width, _ = pixels.shape
    subprocess.run(["convert", "-size", f"{width}x{height}", "-depth", "8", "rgb:-", "+dither", "-colors", "255", "-define",
                    "png:exclude-chunks=date,time", f"png8:{path}"], input=pixels.tobytes(), check=True)


def blocks_that_differ(a, b):
    """Their share."""

    def means(pixels):
        height, width, channels = pixels.shape
        return pixels.astype(float).reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, channels).mean(axis=(1, 3))

    return float((np.abs(means(a) - means(b)).max(axis=2) > MOST_DIFFERENCE).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--check", action="store_true", help="compare with the pictures in the folder")
    parser.add_argument("--scenes", nargs="+", default=list(PICTURES), help="names of some scenes (default all)")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    options.folder.mkdir(parents=True, exist_ok=True)
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        desktop = Desktop(folder)
        try:
            for scene in options.scenes:
                path = options.folder / f"{scene}.png"

                def difference(pixels, path=path):
                    again = pathlib.Path(folder) / path.name
                    write(pixels, again)
                    return blocks_that_differ(pixels_of(again, WINDOW[:2]), pixels_of(path, WINDOW[:2]))

                def is_expected(pixels, difference=difference):
                    return not options.check or difference(pixels) <= MOST_BLOCKS

                pixels = shown(binary, desktop, folder, scene, *PICTURES[scene], is_expected)
                if not options.check:
                    write(pixels, path)
                    continue
                share = difference(pixels)
                print(f"{scene}: {share:.2%} of the blocks differ", flush=True)
                if share > MOST_BLOCKS:
                    failed.append(scene)
        finally:
            desktop.close()
    if failed:
        sys.exit(f"FAILED: other pictures than in {options.folder}: {', '.join(failed)}")


main()
