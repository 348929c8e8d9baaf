"""The viewer by hand and by keyboard under Xvfb: changes of settings are undone and done again, a right click resets a
setting, the command palette finds and sets by keys alone, text size and theme change at once, the panel is resized by
its edge, and the window comes back as it was closed unless flags say otherwise.

usage: viewer_hands_test.py BINARY [FOLDER]   (in the project's folder; pictures of the window go to FOLDER)
"""
import json
import os
import sys

from binary import PATIENCE, require, run
from desktop import PANEL_GROUND, Viewer, on_a_desktop

BINARY = os.path.abspath(sys.argv[1])
KEPT = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
MODEL = os.path.abspath("assets/swiss_roll.safetensors")
ARGUMENTS = ["--model", MODEL, "--particles", "2000"]

SAMPLER_BOX = (200, 154)
SECOND_SAMPLER = (160, 206)  # in the open box
STEPS_LABEL = (30, 180)
STEPS_SLIDER = (213, 180)  # its grip at 50 steps
STEPS_SLIDER_LEFT = (150, 180)
RESET = (50, 16)  # of the menu's corner
EDGE = 327  # the panel's right edge
LIGHT_GROUND = b"\xff\xff\xff"


def keep(viewer, name):
    if KEPT:
        done = run("import", ["-window", viewer.window, os.path.join(KEPT, name + ".png")], env=viewer.desktop.env)
        require(done.returncode == 0, f"no picture of the window: {done.stderr}")


def ground(viewer, left):
    """The colour at the window's upper edge: of the panel, or of the picture beside it."""
    return viewer.pixels((1, 1, left, 1))[:3]


def is_panel(viewer, left, colour=PANEL_GROUND):
    return ground(viewer, left) == colour


def type_words(viewer, words):
    viewer.desktop.xdotool("type", "--delay", 30, "--", words)
    viewer.wait_for_frames(5)


def undoes(desktop, folder):
    """A choice in a list, a drag of a slider and a reset are one step each."""
    viewer = Viewer(BINARY, desktop, folder, "undo", *ARGUMENTS)
    viewer.click(SAMPLER_BOX)
    viewer.click(SECOND_SAMPLER)
    viewer.wait_until_shown()
    viewer.drag(STEPS_SLIDER, STEPS_SLIDER_LEFT)
    viewer.wait_until_shown()
    for key in ("ctrl+z", "ctrl+z", "ctrl+z", "ctrl+y", "ctrl+y"):
        viewer.key(key)
        viewer.wait_until_shown()
    viewer.move(STEPS_LABEL)
    desktop.xdotool("click", 3)
    viewer.wait_for_frames(5)
    keep(viewer, "menu")
    viewer.click((STEPS_LABEL[0] + RESET[0], STEPS_LABEL[1] + RESET[1]))
    viewer.wait_until_shown()
    viewer.key("ctrl+z")
    viewer.wait_until_shown()
    seen = []
    for row in viewer.close():
        if not seen or seen[-1] != (row["sampler"], int(row["steps"])):
            seen.append((row["sampler"], int(row["steps"])))
    few = seen[2][1]
    require(0 < few < 50, str(seen))
    require(seen == [("ddim", 50), ("ddpm", 50), ("ddpm", few), ("ddpm", 50), ("ddim", 50), ("ddpm", 50), ("ddpm", few),
                     ("ddpm", 50), ("ddpm", few)], str(seen))


def finds_commands(desktop, folder):
    """By keys alone: a number, a choice, a command; keys of the viewer do nothing meanwhile."""
    viewer = Viewer(BINARY, desktop, folder, "palette", *ARGUMENTS)
    viewer.key("ctrl+p")
    type_words(viewer, "steps")
    keep(viewer, "palette")
    viewer.key("Return")
    type_words(viewer, "12")
    viewer.key("Return")
    viewer.wait_until_shown()
    viewer.key("ctrl+p")
    type_words(viewer, "sampler")
    viewer.key("Return")
    type_words(viewer, "heun")
    viewer.key("Return")
    viewer.wait_until_shown()
    viewer.key("ctrl+p")
    type_words(viewer, "scene file")
    viewer.key("Return")
    path = os.path.join(folder, "scene_0000.json")
    viewer.wait_for(lambda: os.path.exists(path), "the palette does not save the scene")
    viewer.key("question")
    keep(viewer, "help")
    viewer.key("Escape")
    viewer.close()
    require(not any(name.startswith("scorefield_") for name in os.listdir(folder)), "typing took a screenshot")
    with open(path) as file:
        saved = json.load(file)
    require(saved["steps"] == 12 and saved["sampler"] == "heun", str(saved))


def looks_otherwise(desktop, folder):
    """+ and − change the text, the palette the theme, the mouse the panel; the window comes back like that."""
    memory = os.path.join(folder, "memory")
    file = os.path.join(memory, "scorefield", "window.json")
    viewer = Viewer(BINARY, desktop, folder, "look", *ARGUMENTS, memory=memory)
    require(is_panel(viewer, 320) and not is_panel(viewer, 350), "the panel has another width than usual")
    viewer.desktop.xdotool("key", "plus")
    viewer.wait_for(lambda: is_panel(viewer, 350), "+ does not enlarge the panel with its text")
    keep(viewer, "large")
    viewer.desktop.xdotool("key", "minus")
    viewer.wait_for(lambda: not is_panel(viewer, 350), "− does not undo +")
    viewer.drag((EDGE, 300), (420, 300))
    viewer.wait_for(lambda: is_panel(viewer, 400) and not is_panel(viewer, 440), "the panel has no movable edge")
    viewer.key("ctrl+p")
    type_words(viewer, "ui.theme")
    viewer.key("Return")
    type_words(viewer, "light")
    viewer.desktop.xdotool("key", "Return")
    viewer.wait_for(lambda: is_panel(viewer, 400, LIGHT_GROUND), "the theme does not become light")
    keep(viewer, "light")
    viewer.desktop.xdotool("windowmove", viewer.window, 120, 90)
    viewer.resize(1100, 640)
    viewer.close()
    with open(file) as text:
        kept = json.load(text)
    require((kept["width"], kept["height"], kept["theme"], kept["text_size"], kept["panel"]) ==
            (1100, 640, "light", "15", True), str(kept))
    again = Viewer(BINARY, desktop, folder, "again", *ARGUMENTS, memory=memory, panel=(330, 600, 0, 0))
    again.wait_for(lambda: is_panel(again, 400, LIGHT_GROUND), "the window does not come back as it was")
    require(not is_panel(again, 440, LIGHT_GROUND), "the panel is wider than it was")
    geometry = desktop.xdotool("getwindowgeometry", "--shell", again.window)
    require("WIDTH=1100" in geometry and "HEIGHT=640" in geometry, str(geometry))
    again.close()
    with open(file) as text:
        require(json.load(text) == kept, "starting and closing moves the window")
    flags = Viewer(BINARY, desktop, folder, "flags", *ARGUMENTS, "--ui.theme", "dark", "--ui.remember", "off",
                   memory=memory)
    require(is_panel(flags, 320) and not is_panel(flags, 350), "a window that is not to be remembered is")
    flags.close()
    with open(file) as text:
        require(json.load(text) == kept, "a window that is not to be remembered was")
    with open(file, "w") as text:
        text.write("{")
    damaged = Viewer(BINARY, desktop, folder, "damaged", *ARGUMENTS, memory=memory)
    require(is_panel(damaged, 320), "a damaged file is not ignored")
    damaged.ask_to_close()
    require(damaged.process.wait(PATIENCE) == 0, "a damaged file is an error")
    require("window.json is damaged and was ignored" in damaged.said(), damaged.said())
    with open(file) as text:
        require(json.load(text)["theme"] == "dark", "the damaged file stays")


def scenes(desktop, folder):
    for part in (undoes, finds_commands, looks_otherwise):
        own = os.path.join(folder, part.__name__)
        os.mkdir(own)
        part(desktop, own)


on_a_desktop(scenes)
print("undo, reset, palette, text size, theme, panel and memory do what they say")
