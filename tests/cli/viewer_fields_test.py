"""Every number field of the viewer, under Xvfb with openbox: −5, 0, 1e30 and "x" are typed into it. What a field cannot
take is refused by a message, and the last value stays; the others are shown as typed. Then what messages owe their
reader: they stand at one place, in every tab and without the panel, move no control, and go by Escape or by themselves.
Fields are found on the screen: no list of them is kept here. Status 0 and no validation message.

usage: viewer_fields_test.py BINARY   (in the project's folder)
"""
import os
import sys

import numpy as np

from binary import require
from desktop import FRAMES_OF_AN_EVENT, Viewer, on_a_desktop, type_text

BINARY = os.path.abspath(sys.argv[1])
MODEL = os.path.abspath("assets/swiss_roll.safetensors")

WIDTH, HEIGHT = 660, 960
PANEL = (330, HEIGHT, 0, 0)  # width, height, left, top
PICTURE = (200, 300, 400, 250)  # of the window, without captions
FIELD_GROUND = (0x1F, 0x26, 0x30)  # of a field's frame that is not under the mouse, sRGB
ARROW_GROUND = (0x2A, 0x33, 0x40)  # of a list's arrow
ERROR = (229, 100, 90)  # of the word before a message
NOTE = (76, 159, 255)
LABELS = (14, 112)  # columns where labels stand
FIELDS_LEFT = (114, 160)  # where fields begin, a box to tick before them or none
LEAST_FIELD = 90  # pixels
FIELD_HEIGHT = 21
CONTROLS_BELOW = 6  # row where the controls begin
WATCH_TAB = (40, 98)
TRAIN_TAB = (179, 98)
CONTROLS = (60, 600)  # on the labels
AWAY = (500, 480)  # on the picture
PARTICLES, STEPS = 300, 8
# Optional numbers are there, so that they have fields.
ARGUMENTS = ["--particles", PARTICLES, "--steps", STEPS, "--seed", 7, "--sampler.eta", 0.5, "--sampler.clip", 4,
             "--sampler.threshold", 0.9, "--sampler.threshold_max", 2]


def rgb(viewer, area):
    """(height, width, 3), sRGB."""
    width, height = area[:2]
    return np.frombuffer(viewer.pixels(area), np.uint8).reshape(height, width, -1)[:, :, 2::-1].astype(int)


def is_colour(pixels, colour):
    return (np.abs(pixels - np.array(colour)) <= 2).all(axis=-1)


class Field:
    """A number field on the screen: its first row, its ends, and the picture of its label, which tells it from others."""

    def __init__(self, panel, top, left, right):
        self.top, self.left, self.right = top, int(left), int(right)
        self.label = panel[top:top + 18, LABELS[0]:LABELS[1]].tobytes()
        self.place = (self.right - 6, top + FIELD_HEIGHT // 2)
        self.area = (self.right - self.left - 30, FIELD_HEIGHT - 4, self.left + 2, top + 2)

    def pixels(self, viewer):
        return viewer.pixels(self.area)


def runs(row):
    """Where it is true without a break: (first, last + 1)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
    return list(zip(edges[::2], edges[1::2]))


def fields_in_view(viewer):
    """Frames that begin where fields do. The first and the last row of a frame have nothing but its ground."""
    panel = rgb(viewer, PANEL)
    ground = is_colour(panel, FIELD_GROUND)
    found = []
    for top in range(CONTROLS_BELOW, HEIGHT - FIELD_HEIGHT):
        for left, right in runs(ground[top]):
            wide = FIELDS_LEFT[0] <= left < FIELDS_LEFT[1] and right - left >= LEAST_FIELD
            if not wide or ground[top - 1, left:right].any() or not ground[top + FIELD_HEIGHT - 1, left:right].all():
                continue
            is_list = is_colour(panel[top + 5, right + 2], ARROW_GROUND)
            if not is_list:
                found.append(Field(panel, top, left, right))
    return found


def has_message(viewer, colour=ERROR):
    width, height = viewer.size
    return is_colour(rgb(viewer, (70, 90, 12, height - 90)), colour).sum() > 300


def dismiss(viewer):
    viewer.key("Escape")
    viewer.wait_for(lambda: not has_message(viewer), "Escape does not take a message away")


def point_at(viewer, field):
    """At its end: the help beside the mouse hides nothing of it."""
    viewer.move(field.place)


def is_taken(viewer, field, text):
    """Whether the field has another value now. If not, it must be said why; 0 may be what was there."""
    before = field.pixels(viewer)
    type_text(viewer, text)
    changed = field.pixels(viewer) != before
    said = has_message(viewer)
    require(not (changed and said), f"'{text}' is refused, and yet another value stands at {field.place}")
    require(changed or said or text == "0", f"'{text}' does nothing and nothing is said at {field.place}")
    if said:
        dismiss(viewer)
    return changed


def next_field(viewer, tried):
    """The first in view that was not tried before. What was typed may have shown or hidden controls: fields move."""
    viewer.move(AWAY)
    return next((field for field in fields_in_view(viewer) if field.label not in tried), None)


def try_fields(viewer, tried):
    """All that are in view and were not tried before. Returns how many took −5 and 0."""
    negative = zero = 0
    while field := next_field(viewer, tried):
        tried.add(field.label)
        point_at(viewer, field)
        require(not is_taken(viewer, field, "x"), f"a field takes 'x': {field.place}")
        require(not is_taken(viewer, field, "1e30"), f"a field takes 1e30: {field.place}")
        negative += is_taken(viewer, field, "-5")
        zero += is_taken(viewer, field, "0")
        require(viewer.process.poll() is None, "the viewer ended")
    return negative, zero


def try_tab(viewer, tab, tried):
    viewer.click(tab)
    here = [try_fields(viewer, tried)]
    viewer.scroll_down(CONTROLS)
    here.append(try_fields(viewer, tried))
    viewer.scroll_up(CONTROLS)
    return [sum(column) for column in zip(*here)]


def number_fields(desktop, folder):
    viewer = open_viewer(desktop, folder, "fields", *ARGUMENTS)
    viewer.key("space")
    tried = set()
    negative, zero = try_tab(viewer, WATCH_TAB, tried)
    watched = len(tried)
    require(watched >= 13, f"only {watched} number fields in the first tab")
    require(negative == 1, f"{negative} fields take −5; only the exposure can be negative")
    require(zero >= 5, f"only {zero} fields take 0")
    negative, _ = try_tab(viewer, TRAIN_TAB, tried)
    require(len(tried) - watched >= 7, f"only {len(tried) - watched} number fields in the second tab")
    require(negative == 0, f"{negative} numbers of a training take −5")
    rows = viewer.close()
    require({(row["particles"], row["steps"]) for row in rows} == {(str(PARTICLES), str(STEPS))},
            "particles or steps are not those of the beginning")


def messages(desktop, folder):
    viewer = open_viewer(desktop, folder, "messages", "--particles", PARTICLES, "--steps", STEPS)
    viewer.click(WATCH_TAB)
    viewer.move(AWAY)
    viewer.key("space")
    controls = (240, 480, 0, 60)  # without the progress
    before = viewer.pixels(controls)
    tempo = fields_in_view(viewer)[0]
    point_at(viewer, tempo)
    type_text(viewer, "x")
    require(has_message(viewer), "no message")
    viewer.move(AWAY)
    require(viewer.pixels(controls) == before, "a message moves the controls")
    viewer.click(TRAIN_TAB)
    require(has_message(viewer), "the message is not seen in another tab")
    open_panel = viewer.pixels(controls)
    desktop.xdotool("key", "h")
    viewer.wait_for(lambda: viewer.pixels(controls) != open_panel, "H does not hide the panel")
    require(has_message(viewer), "the message is not seen without the panel")
    desktop.xdotool("key", "h")
    viewer.wait_for(lambda: viewer.pixels(controls) == open_panel, "H does not show the panel again")
    viewer.click(WATCH_TAB)
    viewer.move(AWAY)
    viewer.wait_for(lambda: not has_message(viewer), "the message does not go")
    viewer.key("s")
    viewer.wait_for(lambda: has_message(viewer, NOTE), "a saved picture is not told of in its colour")
    # 0 steps a second: it stands still, and goes on where it stood.
    point_at(viewer, tempo)
    type_text(viewer, "0")
    viewer.key("space")
    viewer.move(AWAY)
    require(viewer.is_still(2 * FRAMES_OF_AN_EVENT), "0 steps a second move the picture")
    point_at(viewer, tempo)
    type_text(viewer, "15")
    viewer.move(AWAY)
    states = set()
    viewer.wait_for(lambda: states.add(viewer.picture()) or len(states) > 3, "the picture does not go on")
    rows = viewer.close()
    for before, after in zip(rows, rows[1:]):
        done = int(after["step"]) - int(before["step"])
        seconds = max(float(row["frame_ms"]) for row in (before, after)) / 1e3
        may = 1 + 15 * seconds  # a slow frame catches up, but not on the time of standing still
        require(after["step"] == "0" or 0 <= done <= may, f"the particles have jumped from {before} to {after}")


def notes_of_the_run(desktop, folder):
    viewer = open_viewer(desktop, folder, "notes", "--particles", PARTICLES, "--sampler", "langevin")
    viewer.wait_for(lambda: has_message(viewer, NOTE), "what a sampler cannot do is not said")
    viewer.close()


def open_viewer(desktop, folder, name, *arguments):
    viewer = Viewer(BINARY, desktop, folder, name, "--model", MODEL, "--width", str(WIDTH), "--height", str(HEIGHT),
                    *map(str, arguments), picture=PICTURE, panel=PANEL)
    viewer.size = (WIDTH, HEIGHT)
    return viewer


def scenes(desktop, folder):
    number_fields(desktop, folder)
    messages(desktop, folder)
    notes_of_the_run(desktop, folder)


on_a_desktop(scenes)
print("every number field refuses what it cannot take, and says so")
