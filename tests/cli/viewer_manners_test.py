"""What the viewer owes its user beside the picture, under Xvfb with openbox: the panel gives way in a narrow window, Escape
closes what is open and does not quit, a painting is undone and done again, and closing asks for what is not saved.
Status 0 and no validation message.

usage: viewer_manners_test.py BINARY   (in the project's folder)
"""
import os
import sys

from binary import png_size, require
from desktop import PANEL_GROUND, Viewer, colours, on_a_desktop

BINARY = os.path.abspath(sys.argv[1])
MODEL = os.path.abspath("assets/swiss_roll.safetensors")

SAMPLER_BOX = (200, 154)
CONTROLS = (290, 200, 10, 200)  # width, height, left, top: nothing moves there by itself
BOARD = (400, 300, 600, 200)
STROKE = (700, 300), (900, 420)
HELP = (300, 200, 490, 260)  # over the picture


def gives_way(viewer):
    """Beside the picture while there is room for both; in a narrower window over it, if asked for, and never all."""
    viewer.resize(640, 480)
    viewer.wait_for(lambda: colours(viewer.pixels((260, 350, 360, 40))) > 10, "no picture beside the panel")
    require(colours(viewer.pixels((280, 350, 10, 10))) > 10, "no panel in a window of 640 pixels")
    viewer.resize(400, 480)
    viewer.wait_for(lambda: colours(viewer.pixels((280, 350, 60, 40))) > 10, "no picture in a window of 400 pixels")
    collapsed = viewer.pixels((60, 60, 4, 10))
    viewer.desktop.xdotool("key", "h")
    viewer.wait_for(lambda: viewer.pixels((60, 60, 4, 10)) != collapsed and
                    viewer.pixels((1, 1, 2, 2))[:3] == PANEL_GROUND, "H does not open the panel")
    require(colours(viewer.pixels((56, 400, 341, 20))) > 3, "the panel hides the whole picture")
    viewer.desktop.xdotool("key", "h")
    viewer.wait_for(lambda: viewer.pixels((1, 1, 2, 2))[:3] != PANEL_GROUND, "H does not close the panel")
    viewer.resize(1280, 720)
    viewer.wait_for(lambda: colours(viewer.picture()) > 10, "nothing is drawn in the window of before")


def escape_closes(viewer):
    viewer.move(SAMPLER_BOX)
    viewer.move((800, 400))
    before = viewer.pixels(CONTROLS)
    viewer.click(SAMPLER_BOX)
    viewer.wait_for(lambda: viewer.pixels(CONTROLS) != before, "the list does not open")
    viewer.move((800, 400))
    viewer.key("Escape")
    viewer.wait_for(lambda: viewer.pixels(CONTROLS) == before, "Escape does not close the list")
    still = viewer.pixels(HELP)
    viewer.key("question")
    viewer.wait_for(lambda: viewer.pixels(HELP) != still, "? shows no help")
    viewer.key("Escape")
    viewer.wait_for(lambda: viewer.pixels(HELP) == still, "Escape does not close the help")
    viewer.key("Escape")
    require(viewer.process.poll() is None, "Escape quits")


def painting_is_undone(viewer):
    viewer.key("p")
    viewer.move(STROKE[1])
    blank = viewer.pixels(BOARD)
    viewer.drag(*STROKE)
    painted = viewer.pixels(BOARD)
    require(painted != blank, "nothing is painted")
    viewer.key("ctrl+z")
    viewer.wait_for(lambda: viewer.pixels(BOARD) == blank, "Ctrl+Z does not take the stroke back")
    viewer.key("ctrl+y")
    viewer.wait_for(lambda: viewer.pixels(BOARD) == painted, "Ctrl+Y does not paint it again")


def closing_asks(viewer, folder):
    viewer.ask_to_close()
    viewer.answer("Escape")
    viewer.wait_for(lambda: not viewer.is_dimmed(), "Escape does not take the question back")
    viewer.ask_to_close()
    viewer.answer("Return")
    viewer.end()
    require(png_size(os.path.join(folder, "painting_0000.png")) == (320, 240), "the painting is not saved")


def scenes(desktop, folder):
    viewer = Viewer(BINARY, desktop, folder, "manners", "--model", MODEL, "--particles", "2000")
    gives_way(viewer)
    viewer.key("space")
    escape_closes(viewer)
    painting_is_undone(viewer)
    closing_asks(viewer, folder)


def computes_on_the_host(desktop, folder):
    """Frames go on while the host computes; nothing of the device's time is network or sampler."""
    viewer = Viewer(BINARY, desktop, folder, "host", "--model", MODEL, "--particles", "20000", "--hold", "0", "--device",
                    "host")
    pictures = set()
    viewer.wait_for(lambda: pictures.add(viewer.picture()) or len(pictures) > 5, "the picture does not move")
    rows = viewer.close()
    require(len({row["step"] for row in rows}) > 4, "the particles do not move")
    require(all(float(row["network_ms"]) == 0 for row in rows), "the device evaluates the network")


def all_scenes(desktop, folder):
    scenes(desktop, folder)
    computes_on_the_host(desktop, folder)


on_a_desktop(all_scenes)
print("the viewer gives way, closes what is open, undoes and asks")
