"""Point files of other programs through the built binary: which points are read, which are left out with a note, and
which files are refused.

usage: point_files_test.py BINARY
"""
import json
import os
import struct
import sys
import tempfile

from binary import has_vulkan, refused, require, run, without_note

BINARY = os.path.abspath(sys.argv[1])
NAN = float("nan")
XYZ = "property float x\nproperty float y\nproperty float z\n"
POINTS = [(0, 0, 0), (0.5, 0.25, 1), (0.25, 1, 0.5), (0.25, 0.75, 1.5)]  # their mean: 0.25, 0.5, 0.75


def npy(rows, descr="'<f4'", shape=None):
    values = [value for row in rows for value in row]
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape or (len(rows), len(rows[0]))}, }}\n".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + struct.pack(f"<{len(values)}f", *values)


def text(rows):
    return "".join(" ".join(repr(value) for value in row) + "\n" for row in rows)


def write(name, content):
    with open(name, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return name


def score(reference, *flags):
    done = run(BINARY, ["score", "samples.npy", "--data", reference, "--json", *flags])
    require(done.returncode == 0, f"{reference}: {done.stderr!r}")
    return json.loads(done.stdout), without_few_points_note(done.stderr)


def without_few_points_note(notes):
    """Four points are too few for statistics of neighbours, which is said; here the means count."""
    return without_note(notes, b"are too few for the k-NN").decode()


def require_mean(result, mean, name):
    found = result["reference"]["mean"]
    require(len(found) == len(mean) and all(abs(a - b) < 1e-6 for a, b in zip(found, mean)), f"{name}: {found}")


def headers_of_other_programs():
    vertices = f"element vertex 4\n{XYZ}"
    for name, content in {
        "meshio.ply": f"ply\ncomment by meshio\nformat ascii 1.0\n{vertices}end_header\n{text(POINTS)}",
        "pcl.ply": f"ply\nformat ascii 1.0\nobj_info num_cols 4\n{vertices}element camera 1\nelement face 0\n"
                   f"end_header\n{text(POINTS)}",
        "mac.ply": f"ply\nformat ascii 1.0\nelement face 0\n{vertices}end_header\n{text(POINTS)}".replace("\n", "\r"),
        "float_lists.ply": f"ply\nformat ascii 1.0\nelement face 1\nproperty list float int vertex_indices\n"
                           f"{vertices}end_header\n3 0 1 2\n{text(POINTS)}",
        "matlab.csv": "% x, y, z\n" + text(POINTS).replace(" ", ","),
        "title.csv": "measured\nx,y,z\n" + text(POINTS).replace(" ", ","),
        "table.csv": "\ufeffx;y;z\r\n" + "".join(f"{x};{y};{z}\r\n" for x, y, z in POINTS),
    }.items():
        result, notes = score(write(name, content))
        require_mean(result, [0.25, 0.5, 0.75], name)
        require(notes == "", f"{name}: {notes}")


def notes_on_assumptions():
    """Readers report what they assumed."""
    table = text(POINTS).replace(" ", ",")
    plane = "element vertex 4\nproperty float x\nproperty float y\nend_header\n"
    for name, content, mean, said in [
        ("pandas.csv", "0,1,2\n" + text((float(x), float(y), float(z)) for x, y, z in POINTS).replace(" ", ","),
         [0.25, 0.5, 0.75], "its first line (0 … 2) is read as column numbers, not as a point"),
        ("empty_names.csv", ",,\n" + table, [0.25, 0.5, 0.75],
         "skipped a line of empty cells above the table"),
        ("plane.ply", f"ply\nformat ascii 1.0\n{plane}{text(point[:2] for point in POINTS)}", [0.25, 0.5],
         "its vertices have no z, they are read as points in the plane"),
        ("minor.ply", f"ply\nformat ascii 1.1\n{plane}{text(point[:2] for point in POINTS)}", [0.25, 0.5],
         "its format version 1.1 is read as 1.0"),
    ]:
        write("samples.npy", npy([(x + 0.1, y, z)[:len(mean)] for x, y, z in POINTS]))
        result, notes = score(write(name, content))
        require_mean(result, mean, name)
        require(f"scorefield: note: {name}: {said}\n" in notes, f"{name}: {notes}")
    write("samples.npy", npy([(x + 0.1, y, z) for x, y, z in POINTS]))


def fields():
    structured = npy(POINTS, "[('x', '<f4'), ('y', '<f4'), ('z', '<f4')]", "(4,)")
    result, notes = score(write("fields.npy", structured))
    require_mean(result, [0.25, 0.5, 0.75], "fields")
    require(notes == "scorefield: note: fields.npy: its fields x, y, z are read as coordinates\n", notes)
    require(score("fields.npy", "--quiet")[1] == "", "--quiet is not")
    done = run(BINARY, ["score", "fields.npy", "samples.npy", "--json"])
    require(done.returncode == 0 and without_few_points_note(done.stderr) == notes, f"samples in fields: {done.stderr!r}")


def fields_of_rows():
    """--init, --known and --mask give the same note as --data."""
    write("swapped.npy", npy([(0, 0.5), (1, 0.25)], "[('y', '<f4'), ('x', '<f4')]", "(2,)"))
    note = "scorefield: note: swapped.npy: its fields y, x are read as coordinates\n"
    sample = ["sample", "--target", "gaussian", "--steps", "2", "--out", "s.npy"]
    for flags in [["--init", "swapped.npy"],
                  ["--sampler", "repaint", "--particles", "2", "--known", "swapped.npy", "--mask", "good.npy"],
                  ["--sampler", "repaint", "--particles", "2", "--known", "good.npy", "--mask", "swapped.npy"]]:
        done = run(BINARY, [*sample, *flags])
        require(done.returncode == 0, f"{flags}: {done.stderr!r}")
        require(done.stderr.decode().count(note) == 1, f"{flags}: {done.stderr!r}")
        quiet = run(BINARY, [*sample, *flags, "--quiet"])
        require(quiet.returncode == 0 and quiet.stderr == b"", f"{flags}: {quiet.stderr!r}")
    done = run(BINARY, ["render", "--target", "gaussian", "--steps", "2", "--out", "s.png", "--init", "swapped.npy",
                        "--width", "64", "--height", "64"])
    require(done.returncode == 0 and done.stderr.decode().count(note) == 1, f"render: {done.stderr!r}")
    # More fields than coordinates: refused, and the note says what has been read.
    write("wide.npy", npy([(0, 0.5, 7)], "[('y', '<f4'), ('x', '<f4'), ('w', '<f4')]", "(1,)"))
    done = run(BINARY, [*sample, "--init", "wide.npy"])
    require(done.returncode == 2, f"{done}")
    for words in ["wide.npy: its fields y, x, w are read as coordinates\n", "wrong shape (wide.npy)"]:
        require(words in done.stderr.decode(), f"{done.stderr!r}")


def holes():
    """Points of data that are not finite are left out and told of, once; those of samples are not."""
    rows = [POINTS[0], (NAN, 0, 0), *POINTS[1:], (1, float("inf"), 1), (1, 1, NAN)]
    skipped = "skipped 3 of 7 points with NaN or infinite values\n"
    write("holes.npy", npy(rows))
    write("holes.ply", f"ply\nformat ascii 1.0\nelement vertex 7\n{XYZ}end_header\n{text(rows)}")
    write("holes.csv", text(rows).replace(" ", ","))
    for name in ["holes.npy", "holes.ply", "holes.csv"]:
        result, notes = score(name)
        require_mean(result, [0.25, 0.5, 0.75], name)
        require(notes == f"scorefield: note: {name}: {skipped}", notes)
        for files in [[name, "--data", "samples.npy"], ["samples.npy", name]]:
            refused(BINARY, ["score", *files], 2, [f"points are not finite ({name}): 3 of 7", "first is point 1",
                                                   "remove these rows"], ".")
            message = run(BINARY, ["score", *files]).stderr.decode()
            require(("--steps" in message) == name.endswith(".npy"), f"{name}: {message}")
            require(("point 1 (line 2)" in message) == name.endswith(".csv"), f"{name}: {message}")
    trained = run(BINARY, ["train", "--data", "holes.csv", "--out", "m.safetensors", "--train.steps", "2", "--train.batch",
                           "8", "--network.width", "8", "--device", "host"])
    require(trained.returncode == 0, f"{trained.stderr!r}")
    require(trained.stderr.decode() == f"scorefield: note: holes.csv: {skipped}", f"{trained.stderr!r}")
    os.remove("m.safetensors")
    write("nothing.ply", f"ply\nformat ascii 1.0\nelement vertex 1\n{XYZ}end_header\nnan nan nan\n")
    refused(BINARY, ["score", "samples.npy", "--data", "nothing.ply"], 2, ["none of its 1 points is finite"], ".")


def hints():
    write("text.npy", npy([(1, 2)], "'<U2'", "(1,)"))
    write("named.npy", npy([(1, 2)], "[('x', '<f4'), ('name', '|S4')]", "(1,)"))
    write("comma.csv", "1,5;2,5\n")
    write("too_many.ply", f"ply\nformat ascii 1.0\nelement vertex 3\n{XYZ}end_header\n{text(POINTS)}")
    write("title.csv", "title\n1,2\n3,4\n")
    for file, words in [("too_many.ply", ["it counts 3 vertices, but the file holds 4", "element vertex 3"]),
                        ("title.csv", ["'1,2' has a decimal comma", "1.2", "remove the one-word line"]),
                        ("text.npy", ["text", "astype('float64')"]),
                        ("named.npy", ["structured arrays", "'name' is text", "stack the fields"]),
                        ("comma.csv", ["comma.csv, line 1, column 1", "decimal comma", "decimal point: 1.5"])]:
        refused(BINARY, ["score", "samples.npy", "--data", file], 2, [file, *words], ".")


def other_dimensions():
    """A transposed table is recognised."""
    write("five.npy", npy([(i, 2 * i, i * i, 1 - i, 3) for i in range(6)]))
    write("across.npy", npy(list(zip(*POINTS))))
    for name, hint in [("five.npy", "compare samples of the same data"),
                       ("across.npy", "transpose across.npy: it has 3 rows of 4 values")]:
        for files in [[name, "samples.npy"], ["samples.npy", name], [name, "--data", "samples.npy"],
                      ["samples.npy", "--data", name]]:
            refused(BINARY, ["score", *files], 2, ["dimensions differ", hint], ".")


def tables_with_other_endings():
    """A hint tells which ending a table needs."""
    for ending in [".txt", ".tsv", ".dat", ".XYZ"]:
        name = write("table" + ending, text(POINTS))
        for files in [["samples.npy", "--data", name], ["samples.npy", name], [name, "--data", "samples.npy"]]:
            refused(BINARY, ["score", *files], 2, [name, "rename it to end in .csv"], ".")
        refused(BINARY, ["data", name, "--out", "d.png"], 2, [name, "rename it to end in .csv"], ".")
    write("array.txt", npy(POINTS))
    done = run(BINARY, ["score", "samples.npy", "array.txt"])
    require(done.returncode == 0, f"an array with another ending: {done.stderr!r}")
    refused(BINARY, ["score", "missing.txt", "samples.npy"], 2, ["missing.txt", "no such file"], ".")


def rows_of_particles():
    """A row of --init, --known and --mask belongs to a particle: none is left out."""
    write("good.npy", npy([(0, 0), (1, 1)]))
    write("bad.npy", npy([(0, 0), (1, NAN)]))
    said = ["points are not finite (bad.npy): 1 of 2 hold NaN", "the first is point 1"]
    sample = ["sample", "--steps", "2", "--out", "s.npy"]
    refused(BINARY, [*sample, "--init", "bad.npy"], 2, [*said, "particles"], ".")
    repaint = [*sample, "--sampler", "repaint", "--particles", "2"]
    refused(BINARY, [*repaint, "--known", "bad.npy", "--mask", "good.npy"], 2, [*said, "where the mask is 0"], ".")
    refused(BINARY, [*repaint, "--known", "good.npy", "--mask", "bad.npy"], 2, [*said, "belongs to a particle"], ".")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    write("samples.npy", npy([(x + 0.1, y, z) for x, y, z in POINTS]))
    headers_of_other_programs()
    notes_on_assumptions()
    fields()
    holes()
    hints()
    other_dimensions()
    tables_with_other_endings()
    if has_vulkan(BINARY):
        rows_of_particles()
        fields_of_rows()
