"""Training in the viewer, under Xvfb with openbox: a ring is painted with the mouse and trained on at once, and the
finished samples of the network in training come to lie in a ring, measured on the screen. Then training pauses, goes
on, and points that are dropped onto the window take the painting's place, once the viewer has asked whether the network
in training may be lost. Closing asks too, and saves. Status 0 and no validation message.

usage: viewer_train_test.py BINARY [PICTURE.png]   (keeps a picture of the ring that was learned)
"""
import math
import os
import subprocess
import sys

import numpy as np

from binary import require
from desktop import FRAMES_OF_AN_EVENT, Viewer, on_a_desktop

BINARY = os.path.abspath(sys.argv[1])
KEPT = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None

BOARD_CENTRE = (805, 320)
RING_RADIUS = 200
LIT_PIXELS = 5000  # of 8 000 particles, each 3 × 3 pixels, most beside others
PICTURE_AREA = (950, 640, 330, 0)  # width, height, left, top: beside the panel, above the timeline
# Small, so that a slow machine learns it in seconds too; nothing but the particles is bright.
ARGUMENTS = ["--train.steps", "100000", "--train.schedule", "constant", "--train.batch", "256", "--train.ema", "0.998",
             "--network.width", "32", "--network.depth", "2", "--train.share", "80", "--steps", "15", "--particles",
             "8000", "--look.overlay", "off", "--look.axes", "off", "--captions", "off"]


def paint_ring(viewer):
    viewer.key("p")
    places = [(BOARD_CENTRE[0] + RING_RADIUS * math.cos(2 * math.pi * i / 40),
               BOARD_CENTRE[1] + RING_RADIUS * math.sin(2 * math.pi * i / 40)) for i in range(41)]
    viewer.move([round(c) for c in places[0]])
    viewer.press(True)
    for place in places[1:]:
        viewer.desktop.xdotool("mousemove", "--window", viewer.window, *[round(c) for c in place])
        viewer.wait_for_frames(1)
    viewer.press(False)


def light(viewer):
    """How bright the picture's pixels are above its background, (height, width)."""
    width, height = PICTURE_AREA[:2]
    pixels = np.frombuffer(viewer.pixels(PICTURE_AREA), np.uint8)
    grey = pixels.reshape(height, width, -1)[:, :, :3].astype(float).sum(axis=2)
    return np.maximum(0, grey - np.median(grey) - 30)


def ring_shares(brightness):
    """The shares of the light within half the mean distance from its middle, and within a quarter around that distance.
    Of a ring painted with so wide a brush 0 and 1; of a normal cloud 0.18 and 0.30 (Rayleigh's distribution)."""
    total = brightness.sum()
    if total == 0:
        return 1, 0
    y, x = np.mgrid[:brightness.shape[0], :brightness.shape[1]]
    middle = (x * brightness).sum() / total, (y * brightness).sum() / total
    distance = np.hypot(x - middle[0], y - middle[1])
    mean = (distance * brightness).sum() / total
    inside = brightness[distance < 0.5 * mean].sum() / total
    around = brightness[np.abs(distance - mean) < 0.25 * mean].sum() / total
    return inside, around


def is_ring(viewer, most_inside=0.03, least_around=0.85):
    """At first nearly all particles are far outside of the picture: of some there is no telling."""
    brightness = light(viewer)
    inside, around = ring_shares(brightness)
    return (brightness > 0).sum() > LIT_PIXELS and inside < most_inside and around > least_around


def is_clear_ring(viewer):
    """So much better than a ring has to be that training cannot lose it from one moment to another."""
    return is_ring(viewer, 0.02, 0.9)


def lies_on_a_line(viewer):
    """Far more widely spread from left to right than up and down."""
    brightness = light(viewer)
    y, x = np.mgrid[:brightness.shape[0], :brightness.shape[1]]

    def deviation(places):
        mean = (places * brightness).sum() / brightness.sum()
        return math.sqrt(((places - mean) ** 2 * brightness).sum() / brightness.sum())

    return (brightness > 0).sum() > LIT_PIXELS / 5 and deviation(x) > 5 * deviation(y)


def learns_what_is_dropped(viewer, folder):
    """A file that holds no data is refused, and training goes on; points on a line are learned in the ring's place, the
    last ones that were dropped."""
    text = os.path.join(folder, "text.txt")
    with open(text, "w") as file:
        file.write("no data")
    viewer.wait_for(lambda: is_clear_ring(viewer), "the ring is lost when training goes on")
    viewer.drop(text)
    viewer.answer("d")
    viewer.wait_for_frames(10 * FRAMES_OF_AN_EVENT)
    viewer.key("Escape")  # takes the message away, whose lines stand over the picture
    require(is_ring(viewer), "a file that is no data ends the training")
    # Flat, but not by 20 times: such coordinates are standardised each on its own, and the line would be a square.
    points = os.path.join(folder, "line.npy")
    np.save(points, np.stack([np.linspace(-1, 1, 1000), 0.05 * np.sin(np.arange(1000))], axis=1).astype(np.float32))
    upright = os.path.join(folder, "upright.npy")
    np.save(upright, np.load(points)[:, ::-1])
    viewer.drop(upright)
    viewer.drop(points)  # the last one stands
    viewer.answer("Escape")
    viewer.wait_for(lambda: not viewer.is_dimmed(), "Escape does not take the question back")
    viewer.drop(points)
    viewer.answer("d")
    viewer.wait_for(lambda: lies_on_a_line(viewer), "the particles do not come to lie on the line")


def learns_what_is_painted(desktop, folder):
    viewer = Viewer(BINARY, desktop, folder, "ring", "--model", os.path.abspath("assets/swiss_roll.safetensors"),
                    *ARGUMENTS)
    require(not is_ring(viewer), "there is a ring before anything was learned")
    paint_ring(viewer)
    viewer.key("n")
    viewer.wait_for(lambda: is_clear_ring(viewer), "the particles do not come to lie in a ring")
    if KEPT:
        subprocess.run(["import", "-window", viewer.window, KEPT], env=desktop.env, check=True)
    viewer.key("n")
    viewer.move(BOARD_CENTRE)
    viewer.wait_for(viewer.is_still, "samples of a network that has paused change")
    require(is_ring(viewer), f"the ring is lost while training pauses: {ring_shares(light(viewer))}")
    viewer.key("n")
    viewer.wait_for(lambda: not viewer.is_still(), "training does not go on")
    learns_what_is_dropped(viewer, folder)
    viewer.ask_to_close()
    viewer.answer("Return")
    rows = viewer.end()
    require(os.path.exists(os.path.join(folder, "trained.safetensors")), "the model is not saved")
    trained = [row for row in rows if float(row["training_ms"]) > 0]
    require(len(trained) > 20, f"only {len(trained)} frames trained")
    require(all(float(row["training_ms"]) == 0 for row in rows[:10]), "training before it was asked for")
    require(all(row["particles"] == "8000" for row in rows), "other particles than asked for")


on_a_desktop(learns_what_is_painted)
print("the viewer trains on what is painted")
