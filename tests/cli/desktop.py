"""Xvfb with a window manager, and the viewer in it, used as people do.

Places are screen units of the window at scale 1.
"""
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time

from binary import PATIENCE, require
from screen import Screen

TITLE = "^Scorefield"  # followed by the name of what is being made ready
PICTURE = (800, 400)
# Width, height, left, top.
PICTURE_AREA = (400, 300, 600, 250)  # of the window, without captions
PANEL_AREA = (330, 720, 0, 0)  # with the graph of frame times, which every frame moves
PANEL_GROUND = bytes([0x16, 0x11, 0x0E])  # blue, green, red
GLANCE = 0.005  # seconds between looks at the screen
FRAMES_OF_AN_EVENT = 5  # some are under way when it comes, one heeds it, the next shows what follows
LEAST_PARTICLES = 4096  # that a frame moves by a step: fewer than Pace::kLeast operations of 64x3 networks
ALLOWANCE_MS = 12  # of a frame for particles (the default of ui.budget)
FRAMES_OF_A_KEY = 3  # after so many frames the viewer has handled a key
FRAMES_OF_A_STEP = 20  # at most, of 80 000 particles


def wait_for(condition, message, said=lambda: "", pause=0.1):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(pause)
    raise SystemExit(f"FAILED: {message} after {PATIENCE} s: {said()}")


def colours(pixels):
    return len(set(pixels))


class Desktop:
    """Xvfb and a window manager on a display of their own."""

    def __init__(self, folder):
        read_end, write_end = os.pipe()
        self.log = open(os.path.join(folder, "desktop.log"), "w")
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1600x1000x24"],
                                       pass_fds=[write_end], stdout=self.log, stderr=self.log)
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        require(number, "Xvfb did not start")
        self.env = dict(os.environ, DISPLAY=":" + number)
        # It forgets windows that are shown while it starts.
        started = os.path.join(folder, "started")
        self.manager = subprocess.Popen(["openbox", "--startup", f"touch {started}"], env=self.env, stdout=self.log,
                                        stderr=self.log)
        wait_for(lambda: os.path.exists(started), "openbox did not start")
        self.screen = Screen(":" + number)

    def close(self):
        self.screen.close()
        for child in (self.manager, self.server):
            child.terminate()
            child.wait()
        self.log.close()

    def xdotool(self, *arguments):
        done = subprocess.run(["xdotool", *map(str, arguments)], env=self.env, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=PATIENCE)
        return done.stdout.decode().split()


class Viewer:
    """`binary view` with the arguments, under validation, its frames logged. Its working folder is `folder`. `picture` and
    `panel`: where they are looked at, in windows of another size than the usual one. `opened`: wait until the first scene
    is shown. `memory`: the folder that remembers the window, one of its own without it."""

    def __init__(self, binary, desktop, folder, name, *arguments, picture=PICTURE_AREA, panel=PANEL_AREA, opened=True,
                 memory=None):
        self.desktop = desktop
        self.picture_area = picture
        self.panel_area = panel
        self.folder = folder
        self.log = os.path.join(folder, name + ".csv")
        self.errors = open(os.path.join(folder, name + ".err"), "w+")
        self.process = subprocess.Popen(
            [binary, "view", "--validation", "sync", "--frame-log", self.log, *arguments],
            cwd=folder, env=dict(desktop.env, XDG_CONFIG_HOME=memory or os.path.join(folder, name + "_memory")), stdout=subprocess.PIPE, stderr=self.errors)
        self.window = self.wait_for(lambda: desktop.xdotool("search", "--name", TITLE), "no window")[-1]
        if opened:
            self.wait_for(lambda: colours(self.picture()) > 10, "nothing is drawn")
        desktop.xdotool("windowactivate", "--sync", self.window)
        self.wait_for_frames(FRAMES_OF_AN_EVENT)

    def wait_for(self, condition, message, pause=0.1):
        def unless_ended():
            require(self.process.poll() is None, f"{message}: the viewer ended: {self.said()}")
            return condition()

        return wait_for(unless_ended, message, self.said, pause)

    def wait_for_frames(self, count):
        """Until so many frames were seen; the window shows the panel."""
        before = self.pixels(self.panel_area)
        for _ in range(count):
            before = self.wait_for(lambda: self.another_panel(before), "no more frames", GLANCE)

    def another_panel(self, before):
        now = self.pixels(self.panel_area)
        return now if now != before else None

    def wait_until_shown(self):
        """Until what was chosen is shown: the title says what is still being made ready."""
        self.wait_for(lambda: self.desktop.xdotool("getwindowname", self.window) == ["Scorefield"],
                      "what was chosen is not shown")

    def said(self):
        self.errors.flush()
        with open(self.errors.name) as file:
            return file.read()[:2000]

    def move(self, place):
        self.desktop.xdotool("mousemove", "--window", self.window, *place)
        self.wait_for_frames(FRAMES_OF_AN_EVENT)

    def press(self, down):
        self.desktop.xdotool("mousedown" if down else "mouseup", 1)
        self.wait_for_frames(FRAMES_OF_AN_EVENT)

    def click(self, place):
        self.move(place)
        self.press(True)
        self.press(False)

    def drag(self, start, end):
        self.move(start)
        self.press(True)
        self.move(end)
        self.press(False)

    def scroll_down(self, place):
        """As far as there is something."""
        self.turn_wheel(place, 5)

    def scroll_up(self, place):
        self.turn_wheel(place, 4)

    def turn_wheel(self, place, button):
        self.move(place)
        self.desktop.xdotool("click", "--repeat", 40, "--delay", 20, button)
        self.wait_for_frames(FRAMES_OF_AN_EVENT)

    def key(self, name):
        self.desktop.xdotool("key", name)
        self.wait_for_frames(FRAMES_OF_AN_EVENT)

    def drop(self, path):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "drop.py")
        done = subprocess.run([sys.executable, script, self.window, path], env=self.desktop.env, timeout=PATIENCE)
        require(done.returncode == 0, f"{path} cannot be dropped")

    def resize(self, width, height):
        self.desktop.xdotool("windowsize", self.window, width, height)
        time.sleep(0.6)

    def pixels(self, area):
        return self.desktop.screen.pixels(int(self.window), area)

    def picture(self):
        """Pixels of the picture's middle."""
        return self.pixels(self.picture_area)

    def is_still(self, frames=FRAMES_OF_A_STEP):
        before = self.picture()
        self.wait_for_frames(frames)
        return self.picture() == before

    def ask_to_close(self):
        """As the window manager's close button does (WM_DELETE_WINDOW)."""
        self.desktop.xdotool("windowactivate", "--sync", self.window)
        self.desktop.xdotool("key", "alt+F4")

    def close(self):
        self.ask_to_close()
        return self.end()

    def is_dimmed(self):
        """Behind a question that has to be answered."""
        return self.pixels((1, 1, 2, 2))[:3] != PANEL_GROUND

    def answer(self, key):
        """Waits for the question. It may be the last that the viewer hears."""
        self.wait_for(self.is_dimmed, "nothing is asked")
        self.desktop.xdotool("key", key)

    def end(self):
        status = self.process.wait(PATIENCE)
        require(status == 0, f"status {status}: {self.said()}")
        require(self.said() == "", f"the viewer complained: {self.said()}")
        require(self.process.stdout.read() == b"", "something on standard output")
        with open(self.log) as file:
            rows = list(csv.DictReader(file))
        # While the first scene is being opened, frames show none.
        self.opening = [row for row in rows if row["sampler"] == ""]
        shown = rows[len(self.opening):]
        require(all(row["sampler"] for row in shown), "a frame without a scene after the first one")
        return shown


def settle(viewer):
    """The picture once it stands still."""
    viewer.wait_for(viewer.is_still, "the picture does not stand still")
    return viewer.picture()


def type_text(viewer, text):
    """Ctrl-clicks at the mouse, types the text and presses Enter, each long enough for a frame to notice it."""
    xdotool = viewer.desktop.xdotool
    xdotool("keydown", "ctrl", "mousedown", 1)
    viewer.wait_for_frames(FRAMES_OF_A_KEY)
    xdotool("mouseup", 1, "keyup", "ctrl")
    xdotool("type", "--", text)
    xdotool("keydown", "Return")
    viewer.wait_for_frames(FRAMES_OF_A_KEY)
    xdotool("keyup", "Return")
    viewer.wait_for_frames(FRAMES_OF_A_KEY)


def on_a_desktop(scenes):
    """Calls scenes(desktop, folder) with a Desktop that is its own and a folder that is removed after it."""
    for tool in ("Xvfb", "openbox", "xdotool", "import"):
        require(shutil.which(tool), f"{tool} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        desktop = Desktop(folder)
        try:
            scenes(desktop, folder)
        finally:
            desktop.close()
