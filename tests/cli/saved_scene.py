"""What the viewer saves, beside what `render` draws of it."""
import json
import os

import numpy as np

from binary import require, run

PICTURE_SIZE = (950, 640)  # of a window of 1280 × 720


def pixels_of(path, size=PICTURE_SIZE):
    """(height, width, 3): red, green and blue."""
    raw = run("ffmpeg", ["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
    require(raw.returncode == 0, f"{path} cannot be read: {raw.stderr}")
    return np.frombuffer(raw.stdout, np.uint8).reshape(size[1], size[0], 3).astype(int)


def save_scene(viewer, folder, number=0):
    """Saves it by key, and returns its path. `number`: of the scenes that were saved in the folder before."""
    viewer.key("ctrl+s")
    scene = os.path.join(folder, f"scene_{number:04}.json")
    viewer.wait_for(lambda: os.path.exists(scene), "no scene is saved")
    return scene


def save(viewer, folder):
    """The paths of scene and screenshot, by key; the first that are saved in the folder."""
    scene = save_scene(viewer, folder)
    viewer.key("s")
    shot = os.path.join(folder, "scorefield_0000.png")
    viewer.wait_for(lambda: os.path.exists(shot), "no screenshot is saved")
    return scene, shot


def settings_in(scene):
    with open(scene) as file:
        return json.load(file)


def require_same_picture(binary, folder, scene, shot, most_different, *flags):
    """The last frame that `render` draws of the scene is the screenshot."""
    done = run(binary, ["render", "--scene", scene, "--width", str(PICTURE_SIZE[0]), "--height", str(PICTURE_SIZE[1]),
                        "--fps", "5", "--steps-per-second", "5", "--hold", "0", "--out", "frames", *flags], folder)
    require(done.returncode == 0, str(done))
    last = sorted(os.listdir(os.path.join(folder, "frames")))[-1]
    # The window's pictures have another byte order, in which a device may round blended colours otherwise.
    apart = np.abs(pixels_of(shot) - pixels_of(os.path.join(folder, "frames", last)))
    require(apart.max() <= 1 and (apart > 0).sum() < most_different,
            f"the last frame of the scene is not the screenshot: {apart.max()} apart, {(apart > 0).sum()} values")
