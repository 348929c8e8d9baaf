"""The viewer under Xvfb with openbox, used as people do: it opens, the cloud moves, sampler and number of steps change
by mouse and take effect, so do target and process, keys act, odd and tiny sizes, minimising and closing by the window manager leave status 0 and
no validation message. Without a display it says so.

What took effect is read from --frame-log. Places to click are screen units of the panel at scale 1; a layout that
moves a control makes this test fail, not pass.

usage: viewer_test.py BINARY   (in the project's folder)
"""
import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from binary import PATIENCE, png_size, refused, require, run

BINARY = os.path.abspath(sys.argv[1])
MODEL = os.path.abspath("assets/swiss_roll.safetensors")
TITLE = "^Scorefield$"

PAUSE_BUTTON = (60, 20)
SAMPLER_BOX = (200, 180)
SECOND_SAMPLER = (160, 232)  # in the open box
STEPS_SLIDER = (213, 206)  # its grip at 50 steps
STEPS_SLIDER_LEFT = (150, 206)
SAMPLER_HEADING = (60, 152)  # folds what is below it
LANGEVIN = (160, 488)  # in the sampler's open box, at the end of its list
TARGET_BOX = (200, 210)  # with the sampler folded, and so on
LEARNED_MODEL = (160, 238)  # in the open box
MIXTURE_D = (160, 338)
PROCESS_BOX = (200, 236)
VE = (160, 324)  # in the open box
PICTURE = (800, 400)
PICTURE_AREA = "400x300+600+250"  # of the window, without captions
PANEL_AREA = "330x720+0+0"  # with the graph of frame times, which every frame moves
FRAMES_OF_AN_EVENT = 4  # some are under way when it comes, one heeds it
FRAMES_OF_A_STEP = 20  # at most: particles / Pace::kLeast


def wait_for(condition, message, said=lambda: ""):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
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

    def close(self):
        for child in (self.manager, self.server):
            child.terminate()
            child.wait()
        self.log.close()

    def xdotool(self, *arguments):
        done = subprocess.run(["xdotool", *map(str, arguments)], env=self.env, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=PATIENCE)
        return done.stdout.decode().split()


class Viewer:
    def __init__(self, desktop, folder, name, *arguments):
        self.desktop = desktop
        self.folder = folder
        self.log = os.path.join(folder, name + ".csv")
        self.errors = open(os.path.join(folder, name + ".err"), "w+")
        self.process = subprocess.Popen(
            [BINARY, "view", "--model", MODEL, "--validation", "sync", "--frame-log", self.log, *arguments],
            cwd=folder, env=desktop.env, stdout=subprocess.PIPE, stderr=self.errors)
        self.window = self.wait_for(lambda: desktop.xdotool("search", "--name", TITLE), "no window")[-1]
        self.wait_for(lambda: colours(self.picture()) > 10, "nothing is drawn")
        desktop.xdotool("windowactivate", "--sync", self.window)
        self.wait_for_frames(FRAMES_OF_AN_EVENT)

    def wait_for(self, condition, message):
        def unless_ended():
            require(self.process.poll() is None, f"{message}: the viewer ended: {self.said()}")
            return condition()

        return wait_for(unless_ended, message, self.said)

    def wait_for_frames(self, count):
        """Until so many frames were seen; the window shows the panel."""
        for _ in range(count):
            before = self.pixels(PANEL_AREA)
            self.wait_for(lambda: self.pixels(PANEL_AREA) != before, "no more frames")

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
        self.move(place)
        self.desktop.xdotool("click", "--repeat", 40, "--delay", 20, 5)
        self.wait_for_frames(FRAMES_OF_AN_EVENT)

    def key(self, name):
        self.desktop.xdotool("key", name)
        self.wait_for_frames(FRAMES_OF_AN_EVENT)

    def resize(self, width, height):
        self.desktop.xdotool("windowsize", self.window, width, height)
        time.sleep(0.6)

    def pixels(self, area):
        done = subprocess.run(["import", "-window", self.window, "-crop", area, "rgb:-"],
                              env=self.desktop.env, stdout=subprocess.PIPE, stderr=self.desktop.log, timeout=PATIENCE)
        return done.stdout

    def picture(self):
        """Pixels of the picture's middle."""
        return self.pixels(PICTURE_AREA)

    def is_still(self):
        before = self.picture()
        self.wait_for_frames(FRAMES_OF_A_STEP)
        return self.picture() == before

    def close(self):
        """As the window manager's close button does (WM_DELETE_WINDOW)."""
        self.desktop.xdotool("windowactivate", "--sync", self.window)
        self.desktop.xdotool("key", "alt+F4")
        return self.end()

    def end(self):
        status = self.process.wait(PATIENCE)
        require(status == 0, f"status {status}: {self.said()}")
        require(self.said() == "", f"the viewer complained: {self.said()}")
        require(self.process.stdout.read() == b"", "something on standard output")
        with open(self.log) as file:
            return list(csv.DictReader(file))


def moves_and_listens_to_the_mouse(desktop, folder):
    viewer = Viewer(desktop, folder, "mouse", "--steps-per-second", "30", "--sampler.eta", "0.5")
    states = set()
    viewer.wait_for(lambda: states.add(viewer.picture()) or len(states) > 5, "the cloud does not move")
    viewer.click(SAMPLER_BOX)
    viewer.click(SECOND_SAMPLER)
    viewer.drag(STEPS_SLIDER, STEPS_SLIDER_LEFT)
    viewer.click(PAUSE_BUTTON)
    viewer.move(PICTURE)
    require(viewer.is_still(), "a paused cloud moves")
    still = viewer.picture()
    for _ in range(4):
        desktop.xdotool("click", 4)
        viewer.wait_for_frames(FRAMES_OF_AN_EVENT)
    zoomed = viewer.picture()
    require(zoomed != still, "the wheel does not zoom")
    viewer.drag(PICTURE, (PICTURE[0] + 60, PICTURE[1] + 40))
    viewer.move(PICTURE)
    require(viewer.picture() != zoomed, "dragging does not move the picture")
    viewer.key("f")
    require(viewer.picture() == still, "F does not show everything again")
    viewer.key("Right")
    viewer.key("s")
    viewer.wait_for(lambda: os.path.exists(os.path.join(folder, "scorefield_0000.png")), "no screenshot")
    rows = viewer.close()
    require(len(rows) > 20, f"{len(rows)} frames only")
    require(rows[0]["sampler"] == "ddim" and rows[0]["steps"] == "50", f"first row {rows[0]}")
    require(rows[-1]["sampler"] == "ddpm", f"the sampler did not change: {rows[-1]}")
    require(0 < int(rows[-1]["steps"]) < 50, f"the number of steps did not change: {rows[-1]}")
    require(len({row["step"] for row in rows if row["sampler"] == "ddim"}) > 3, "the step did not count up")
    passes = ["network_ms", "splat_ms", "tone_map_ms", "UI_ms"]
    require(all(any(float(row[name]) > 0 for row in rows) for name in passes), "a pass has no GPU time")


def chooses_score_and_process(desktop, folder):
    """A target takes the model's place, under its process, then under another; Langevin dynamics asks for its score,
    other samplers for the data; the model comes back with its own process."""
    viewer = Viewer(desktop, folder, "score", "--particles", "1000", "--seed", "1")
    viewer.click(SAMPLER_HEADING)
    viewer.click(TARGET_BOX)
    viewer.click(MIXTURE_D)
    viewer.click(PROCESS_BOX)
    viewer.click(VE)
    viewer.click(SAMPLER_HEADING)
    viewer.click(SAMPLER_BOX)
    viewer.scroll_down(LANGEVIN)
    viewer.click(LANGEVIN)
    viewer.click(SAMPLER_BOX)
    viewer.click(SECOND_SAMPLER)
    viewer.click(SAMPLER_HEADING)
    viewer.click(TARGET_BOX)
    viewer.click(LEARNED_MODEL)
    rows = viewer.close()
    seen = [tuple(row[name] for name in ("sampler", "target", "process", "prediction")) for row in rows]
    changes = [b for a, b in zip([None] + seen, seen) if a != b]
    expected = [("ddim", "", "ddpm", "epsilon"), ("ddim", "mixture_d", "ddpm", "x0"), ("ddim", "mixture_d", "ve", "x0"),
                ("langevin", "mixture_d", "ve", "score"), ("ddpm", "mixture_d", "ve", "x0"),
                ("ddpm", "", "ddpm", "epsilon")]
    require(changes == expected, f"chosen were {changes}")
    require(all(row["particles"] == "1000" for row in rows), "another score has other particles")


def screenshots(folder):
    """The whole ones: what is being written has a hidden name."""
    return {name for name in os.listdir(folder) if name.startswith("scorefield_")}


def shows_what_render_writes(desktop, folder):
    """A screenshot of the result is, byte for byte, the last frame that `render` writes of that size: also where a step
    takes several frames, and after starting again in the middle of one."""
    run_of = ["--steps", "20", "--particles", "60000", "--steps-per-second", "20", "--hold", "0"]
    viewer = Viewer(desktop, folder, "same", "--loop", "off", *run_of)
    for _ in range(3):
        viewer.key("r")
    viewer.wait_for(viewer.is_still, "the run does not end")
    before = screenshots(folder)
    viewer.key("s")
    screenshot = viewer.wait_for(lambda: screenshots(folder) - before, "no screenshot").pop()
    rows = viewer.close()
    require(rows[-1]["step"] == "20", "the run did not reach its result")
    parts = [b for a, b in zip(rows, rows[1:]) if float(b["network_ms"]) > 0 and a["step"] == b["step"]]
    require(len(parts) > 5, "no step was spread over several frames")
    width, height = png_size(os.path.join(folder, screenshot))
    frames = os.path.join(folder, "frames")
    done = run(BINARY, ["render", "--model", MODEL, "--out", frames, "--width", str(width), "--height", str(height),
                        "--fps", "20", *run_of], env={"DISPLAY": ""})
    require(done.returncode == 0, done.stderr.decode())
    last = os.path.join(frames, sorted(os.listdir(frames))[-1])
    require(open(last, "rb").read() == open(os.path.join(folder, screenshot), "rb").read(),
            "window and files show different pictures")


def survives_every_size(desktop, folder):
    viewer = Viewer(desktop, folder, "sizes", "--particles", "1000")
    for size in [(641, 487), (333, 217), (101, 53), (17, 9), (1, 1), (1599, 901), (1280, 720)]:
        viewer.resize(*size)
    desktop.xdotool("windowminimize", viewer.window)
    time.sleep(1)
    desktop.xdotool("windowmap", viewer.window)
    time.sleep(1)
    viewer.wait_for(lambda: colours(viewer.picture()) > 10, "nothing is drawn after minimising")
    rows = viewer.close()
    require(all(row["particles"] == "1000" for row in rows), "other particles than asked for")


def keeps_the_log_when_interrupted(desktop, folder):
    viewer = Viewer(desktop, folder, "interrupted", "--particles", "1000")
    viewer.wait_for_frames(5)
    viewer.process.send_signal(signal.SIGINT)
    require(len(viewer.end()) > 5, "the log of an interrupted viewer is not whole")


def without_display(folder):
    env = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
    refused(BINARY, ["view"], 1, ["no display (view)", "scorefield render --out film.mp4"], folder, env)
    refused(BINARY, [], 1, ["no display (view)"], folder, {"DISPLAY": ":4242", "WAYLAND_DISPLAY": ""})


def main():
    for tool in ("Xvfb", "openbox", "xdotool", "import"):
        require(shutil.which(tool), f"{tool} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        without_display(folder)
        desktop = Desktop(folder)
        try:
            moves_and_listens_to_the_mouse(desktop, folder)
            chooses_score_and_process(desktop, folder)
            shows_what_render_writes(desktop, folder)
            survives_every_size(desktop, folder)
            keeps_the_log_when_interrupted(desktop, folder)
        finally:
            desktop.close()
    print("the viewer opens, moves, listens, resizes and closes")


main()
