"""What `render` promises: frames, film and contact sheet of the sizes asked for; the same settings give the same bytes;
a state looks the same at any frame rate; a picture is a scene; times of every frame in the log.

usage: render_test.py BINARY   (in the project's folder)
"""
import csv
import json
import os
import subprocess
import sys
import tempfile

from binary import files_below, png_size, refused, require, run, without_steps_note, without_texts

BINARY = os.path.abspath(sys.argv[1])
MODEL = os.path.abspath("assets/swiss_roll.safetensors")
SPACE = os.path.abspath("assets/double_helix.safetensors")
RUN = ["--model", MODEL, "--particles", "2000", "--steps", "6", "--sampler", "ddpm", "--seed", "5"]


def render(cwd, out, *arguments):
    done = run(BINARY, ["render", *RUN, "--validation", "sync", "--json", "--out", out, *arguments], cwd)
    require(done.returncode == 0 and without_steps_note(done.stderr) == b"", str(done))
    result = json.loads(done.stdout)
    require({"device", "variant", "particles", "steps", "frames", "seconds", "out"} <= set(result), str(result))
    require(result["particles"] == 2000 and result["steps"] == 6 and result["out"] == out, str(result))
    return result


def contents(cwd, folder):
    names = sorted(os.listdir(os.path.join(cwd, folder)))
    return {name: without_texts(open(os.path.join(cwd, folder, name), "rb").read()) for name in names}


def frames(cwd):
    # Both ends stay 0.5 s, five states between them 0.1 s each: 1.5 s.
    tempo = ["--steps-per-second", "10", "--hold", "0.5", "--width", "333", "--height", "217"]
    result = render(cwd, "slow", "--fps", "10", "--frame-log", "slow.csv", *tempo)
    require(result["frames"] == 15, str(result))
    slow = contents(cwd, "slow")
    require(list(slow) == [f"frame_{i:04}.png" for i in range(15)], str(list(slow)))
    require(png_size(os.path.join(cwd, "slow", "frame_0007.png")) == (333, 217), "size of a frame")
    require(slow["frame_0000.png"] == slow["frame_0004.png"], "the start does not stay")
    require(len(set(slow.values())) == 7, f"{len(set(slow.values()))} different frames of 7 states")

    with open(os.path.join(cwd, "slow.csv")) as file:
        rows = list(csv.DictReader(file))
    require([int(row["step"]) for row in rows] == [0] * 5 + [1, 2, 3, 4, 5] + [6] * 5, "steps in the log")
    require(all(row["sampler"] == "ddpm" and row["steps"] == "6" for row in rows), "settings in the log")
    drawn = [now for before, now in zip([{}] + rows, rows) if now["step"] != before.get("step")]
    require(all(float(row["splat_ms"]) > 0 and float(row["tone_map_ms"]) > 0 for row in drawn), "times in the log")
    still = [row for row in rows if row not in drawn]
    require(all(float(row["splat_ms"]) == 0 for row in still), "a picture that has not changed is drawn again")
    require(all(float(row["frame_ms"]) >= float(row["cpu_ms"]) > 0 for row in rows), "frame times in the log")

    on_host = render(cwd, "host", "--fps", "10", *tempo, "--device", "host")
    require(on_host["variant"].startswith("host-") and on_host["device"] == "host", str(on_host))
    require(on_host["drawn_by"] == result["device"], str(on_host))
    require(len(contents(cwd, "host")) == 15, "frames of particles that the host computes")
    render(cwd, "again", "--fps", "10", *tempo)
    require(contents(cwd, "again") == slow, "the same settings give other frames")
    render(cwd, "fast", "--fps", "20", *tempo)
    fast = list(contents(cwd, "fast").values())
    require(fast[::2] == list(slow.values()), "a state depends on the frame rate")
    render(cwd, "slow", "--fps", "5", *tempo)
    require(len(contents(cwd, "slow")) == 8, "older frames are left in the folder")


def guides(cwd):
    """Field lines, contours and trails are drawn, and the same settings give the same bytes; what cannot be drawn is
    said or refused."""
    size = ["--width", "480", "--height", "360", "--fps", "5", "--steps-per-second", "5", "--hold", "0"]
    lines = ["--look.field", "flow", "--look.contours", "on", "--look.trails", "40", "--look.follow", "3"]
    render(cwd, "plain", *size)
    render(cwd, "lines", *size, *lines)
    render(cwd, "lines again", *size, *lines)
    render(cwd, "streamlines", *size, "--look.field", "error", "--look.field_style", "streamlines")
    drawn = contents(cwd, "lines")
    require(all(drawn[name] != bytes for name, bytes in contents(cwd, "plain").items()), "no lines are drawn")
    require(contents(cwd, "lines again") == drawn, "the same settings give other lines")
    require(len(set(contents(cwd, "streamlines").values())) == len(drawn), "streamlines do not change with the noise")
    done = run(BINARY, ["render", "--target", "mixture_a", "--particles", "50", "--steps", "20", "--look.contours", "on",
                        "--look.follow", "60", "--out", "line.png"], cwd)
    require(done.returncode == 0, str(done))
    for words in (b"--look.contours draws nothing: one dimension has a curve", b"--look.follow draws nothing"):
        require(words in done.stderr, str(done.stderr))
    predicted = [*size, "--look.show", "predicted"]
    render(cwd, "predicted", *predicted)
    render(cwd, "predicted by the host", *predicted, "--device", "host")
    plain, shown = contents(cwd, "plain"), contents(cwd, "predicted")
    last = max(plain)
    require([name for name in plain if plain[name] == shown[name]] == [last],
            "the predicted x0 is that of the particles before the end, or another one there")
    require(len(set(contents(cwd, "predicted by the host").values())) == len(shown), "states predict the same")
    refused(BINARY, ["render", "--target", "three_states", "--program", "three_states", "--look.show", "predicted",
                     "--out", "chain.png"], 2, ["--look.show", "no score"], cwd)
    refused(BINARY, ["render", "--target", "mixture_d", "--look.field", "error", "--out", "error.png"], 2,
            ["--look.field", "exact score"], cwd)


def space(cwd):
    """Three-dimensional particles are seen from the camera of the settings, which a film turns by the turntable; a scene
    file says the same view; in two dimensions, and where nothing turns, a note says so."""
    first = ["render", "--validation", "sync", "--out"]
    say = {"model": SPACE, "particles": 1000, "steps": 2, "sampler": "ddim", "width": 240, "height": 180, "fps": 5,
           "steps-per-second": 5, "hold": 0.4, "look.trails": 20}
    flags = [word for name, value in say.items() for word in ("--" + name, str(value))]

    def shown(out, *arguments):
        done = run(BINARY, [*first, out, *arguments], cwd)
        require(done.returncode == 0 and without_steps_note(done.stderr) == b"", str(done))
        return list(contents(cwd, out).values())

    turning = shown("turning", *flags, "--look.azimuth", "170", "--look.turntable", "60")
    require(len(set(turning)) == len(turning) == 5, f"{len(set(turning))} of {len(turning)} frames differ")
    for frame, azimuth in ((0, 170), (1, -178), (4, -142)):
        still = shown(f"still {azimuth}", *flags, f"--look.azimuth={azimuth}")
        require(still[frame] == turning[frame], f"frame {frame} is not seen from {azimuth} degrees")
    view = {"look.azimuth": 20, "look.elevation": -35.5, "look.zoom": 1.7, "look.pan_x": 0.2, "look.projection":
            "orthographic", "look.depth_fade": 0.25, "look.point_size_unit": "pixels", "look.grid": False}
    with open(os.path.join(cwd, "view.json"), "w") as file:
        json.dump({**say, **view}, file)
    of_scene = shown("scene", "--scene", "view.json")
    of_flags = shown("flags", *flags, *[f"--{name}={'off' if value is False else value}" for name, value in view.items()])
    require(of_scene == of_flags and of_scene[0] != turning[0], "a scene file has another view than flags")

    done = run(BINARY, [*first, "plane.png", *RUN, "--width", "64", "--height", "64", "--look.azimuth", "10",
                        "--look.grid", "off"], cwd)
    require(b"--look.azimuth, --look.grid have no effect" in done.stderr, str(done))
    done = run(BINARY, [*first, "sheet.png", *flags, "--look.turntable", "5"], cwd)
    require(b"--look.turntable has no effect" in done.stderr, str(done))


def reaches_the_data(cwd):
    """However many steps lie within one frame, of --timesteps as well: frame 1, at 1 s, shows the result."""
    times = ",".join(str(999 - 9 * i) for i in range(100))
    done = run(BINARY, ["render", "--model", MODEL, "--particles", "100", "--timesteps", times, "--out", "far", "--fps",
                        "1", "--steps-per-second", "1000", "--hold", "0.5", "--frame-log", "far.csv"], cwd)
    require(done.returncode == 0, str(done))
    with open(os.path.join(cwd, "far.csv")) as file:
        steps = [row["step"] for row in csv.DictReader(file)]
    require(steps == ["0", "100"], f"steps {steps}")


def refuses_to_stand_still(cwd):
    """0 steps a second stops the viewer; of a film there is no end. A contact sheet has no tempo."""
    refused(BINARY, ["render", *RUN, "--out", "still.mp4", "--steps-per-second", "0"], 2, ["--steps-per-second"], cwd)
    done = run(BINARY, ["render", *RUN, "--out", "still.png", "--steps-per-second", "0", "--width", "64", "--height",
                        "64"], cwd)
    require(done.returncode == 0, str(done))


def film(cwd):
    tempo = ["--steps-per-second", "10", "--hold", "0.5", "--fps", "20", "--width", "320", "--height", "240"]
    for name in ("film.mp4", "again.mp4"):
        result = render(cwd, name, *tempo)
        require(result["frames"] == 30, str(result))
    probe = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-show_entries",
                            "stream=nb_read_frames,width,height,r_frame_rate", "-of", "csv=p=0", "film.mp4"],
                           cwd=cwd, stdout=subprocess.PIPE)
    require(probe.stdout.decode().strip() == "320,240,20/1,30", probe.stdout.decode())
    films = [open(os.path.join(cwd, name), "rb").read() for name in ("film.mp4", "again.mp4")]
    require(films[0] == films[1], "the same settings give another film")


def sheet(cwd):
    result = render(cwd, "sheet.png", "--width", "120", "--height", "100")
    require(result["frames"] == 8, f"7 states and the data are {result['frames']} tiles")
    width, height = png_size(os.path.join(cwd, "sheet.png"))
    require(width > 3 * 120 and height > 2 * 100, f"the sheet is {width} × {height}")


def backgrounds(cwd):
    """A transparent sheet has an alpha channel, others have none; a video refuses it. A picture says which command
    draws it, and is a scene."""
    kinds = {}
    for background in ("dark", "light", "transparent"):
        out = background + ".png"
        render(cwd, out, "--width", "64", "--height", "64", "--look.background", background)
        with open(os.path.join(cwd, out), "rb") as file:
            written = file.read()
        kinds[background] = written[25]  # colour type of the header: 2 without alpha, 6 with it
        command = f"--look.background {background}" if background != "dark" else "scorefield render"
        require(command.encode() in written, f"{out} does not say its command")
        render(cwd, "again.png", "--scene", out)
        again = without_texts(open(os.path.join(cwd, "again.png"), "rb").read())
        require(again == without_texts(written), f"the scene in {out} draws another picture")
    require(kinds == {"dark": 2, "light": 2, "transparent": 6}, str(kinds))
    refused(BINARY, ["render", *RUN, "--out", "film.webm", "--look.background", "transparent"], 2,
            ["--look.background", "no transparency"], cwd)


def main():
    with tempfile.TemporaryDirectory() as cwd:
        frames(cwd)
        guides(cwd)
        space(cwd)
        reaches_the_data(cwd)
        refuses_to_stand_still(cwd)
        film(cwd)
        sheet(cwd)
        backgrounds(cwd)
        left = [path for path in files_below(cwd) if ".part" in path]
        require(not left, f"left behind: {left}")
    print("frames, film and contact sheet are as promised")


main()
