"""Files of others that are hostile or absurd: each ends at once with one short, printable line and the right status, in
little memory; what they say is shown without control characters; and work that does not fit is refused before it is
begun, with the largest that fits.

usage: hostile_text_test.py BINARY   (in the project's folder)
"""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

from binary import PREFIX, has_vulkan, require, run

BINARY = os.path.abspath(sys.argv[1])
MIB = 1 << 20
LINE = 700  # bytes of any error line: the hint may list names
# Whether the binary has a sanitizer: its own memory would count, so memory is not checked then.
SANITIZED = b"__asan" in open(BINARY, "rb").read()


def measured(arguments, cwd):
    """Runs the binary; its status, streams and largest resident memory in bytes."""
    errors = os.path.join(cwd, "stderr")
    outputs = os.path.join(cwd, "stdout")
    with open(errors, "wb") as err, open(outputs, "wb") as out:
        process = subprocess.Popen([BINARY, *arguments], cwd=cwd, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    with open(errors, "rb") as err, open(outputs, "rb") as out:
        return process.returncode, out.read(), err.read(), usage.ru_maxrss * 1024


def baseline(cwd):
    return measured(["program", "--steps", "0"], cwd)[3]


def refuses(cwd, arguments, words, status=2, most_memory=None):
    """One short printable line with all `words`, within `most_memory` bytes more than a run that reads nothing."""
    code, out, err, memory = measured(arguments, cwd)
    story = f"{arguments}: status {code}, {len(err)} bytes: {err[:1500]!r}"
    require(code == status and out == b"", f"not refused: {story}")
    line = err.decode()
    require(line.startswith(PREFIX) and line.count("\n") == 1 and line.endswith("\n"), f"not one line: {story}")
    require(len(err) <= LINE, f"a long line: {story}")
    require(line[:-1].isprintable(), f"not printable: {story}")
    for word in words:
        require(word in line, f"'{word}' is not said: {story}")
    if most_memory is not None and not SANITIZED:
        used = memory - baseline(cwd)
        require(used <= most_memory, f"{used / MIB:.1f} MiB, more than {most_memory / MIB:.1f}: {story}")


def write(cwd, name, content):
    with open(os.path.join(cwd, name), "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return name


def safetensors(header, values=b"", sparse=0):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + values + bytes(sparse)


def long_values(cwd):
    long = "A" * (10 * MIB)
    half = "A" * (MIB // 2)
    scheduler = '{"_class_name":"DDIMScheduler","%s":%s}'
    for name, arguments, text in [
        ("scene", ["--scene"], '{"steps":"%s"}' % half), ("key", ["--scene"], '{"%s":1}' % half),
        ("scene, 10 MiB", ["--scene"], '{"steps":"%s"}' % long),
        ("open string", ["--scene"], '["%s' % half), ("word", ["--scene"], half),
        ("class", ["--scheduler"], '{"_class_name":"%s"}' % long),
        ("choice", ["--scheduler"], scheduler % ("beta_schedule", '"%s"' % long)),
        ("word", ["--scheduler"], scheduler % ("beta_start", long)),
        ("op", ["--program"], '{"version":1,"steps":1,"ops":[{"op":"%s"}]}' % long),
        ("field", ["--program"], '{"%s":1}' % long),
        ("number", ["--program"], '{"version":%s}' % ("9" * 10 * MIB)),
        ("mixture", ["--target"], '{"%s":[1]}' % long),
    ]:
        path = write(cwd, "x.json", text)
        refuses(cwd, ["program", arguments[0], f"gmm {path}" if arguments == ["--target"] else path], [path])
    for header in [{"x": {"dtype": "A" * MIB, "shape": [1], "data_offsets": [0, 4]}},
                   {"A" * MIB: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4], "more": 1}},
                   {"__metadata__": {"scorefield.version": "A" * MIB}},
                   {"__metadata__": {"A" * MIB: 1}}]:
        write(cwd, "x.safetensors", safetensors(header, bytes(0 if "__metadata__" in header else 4)))
        refuses(cwd, ["program", "--model", "x.safetensors"], ["x.safetensors"])
    npy = "{'descr': '%s', 'fortran_order': False, 'shape': (2,), }\n" % ("A" * 60000)
    write(cwd, "x.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(npy)) + npy.encode() + bytes(8))
    refuses(cwd, ["program", "--target", "empirical x.npy"], ["x.npy"])
    write(cwd, "x.ply", "ply\nformat ascii 1.0\nelement %s 1\nproperty %s x\nend_header\n" % ("e" * MIB, "t" * MIB))
    refuses(cwd, ["program", "--target", "empirical x.ply"], ["x.ply"])
    refuses(cwd, ["program", "--sampler", "d" * 100000], ["--sampler"])
    refuses(cwd, ["program", "--model", "m" * 5000], ["mmm"])
    refuses(cwd, ["program", "--timesteps", "9" * 100000 + "x"], ["--timesteps"])


def deep_values(cwd):
    """Far deeper than any file of use: refused while it is read, before anything copies or destroys it."""
    for count in [65, 300000]:
        deep = "[" * count + "]" * count
        pairs = '{"a":' * count + "1" + "}" * count
        for text in [deep, pairs]:
            config = write(cwd, "d.json", '{"_class_name":"DDIMScheduler","beta_start":%s}' % text)
            refuses(cwd, ["program", "--scheduler", config], ["nested more than 64 deep"])
            for flag, form in [("--scene", "%s"), ("--program", '{"version":1,"steps":1,"ops":[%s]}'),
                               ("--target", '{"weights":%s}')]:
                if flag == "--scene" and count > 100000:
                    continue  # longer than a scene may be
                path = write(cwd, "d.json", form % text)
                refuses(cwd, ["program", flag, f"gmm {path}" if flag == "--target" else path],
                        ["nested more than 64 deep"])
    write(cwd, "d.safetensors", safetensors(b"[" * MIB))
    refuses(cwd, ["program", "--model", "d.safetensors"], ["nested more than 64 deep"], most_memory=8 * MIB)


def wide_values(cwd):
    """Memory of a file's own size and little more."""
    size = 30 * MIB
    path = write(cwd, "w.json", "[" * size)
    refuses(cwd, ["program", "--scene", path], ["w.json", "1048576"], most_memory=8 * MIB)
    refuses(cwd, ["program", "--scheduler", path], ["nested more"], most_memory=size + 8 * MIB)
    refuses(cwd, ["program", "--program", path], ["nested more"], most_memory=size + 8 * MIB)
    refuses(cwd, ["program", "--target", "gmm " + path], ["nested more"], most_memory=size + 8 * MIB)
    write(cwd, path, '{"version":1,"steps":1,"ops":[' + "[]," * (size // 3) + "[]]}")
    refuses(cwd, ["program", "--program", path], ["ops[0]"], most_memory=size + 8 * MIB)
    write(cwd, path, '{"_class_name":"DDIMScheduler","trained_betas":[' + "[]," * (size // 3) + "[]]}")
    refuses(cwd, ["program", "--scheduler", path], ["more than 1048576 values"], most_memory=size + 160 * MIB)


def repeated_and_trailing(cwd):
    for flag, text in [("--scene", '{"steps":5,"steps":6}'), ("--program", '{"version":1,"version":1}'),
                       ("--scheduler", '{"_class_name":"DDIMScheduler","_class_name":"DDPMScheduler"}'),
                       ("--target", '{"weights":[1],"weights":[1]}')]:
        path = write(cwd, "r.json", text)
        refuses(cwd, ["program", flag, f"gmm {path}" if flag == "--target" else path], ["comes twice"])
    for tail in ["x", " {}", "\0", "\0garbage"]:
        path = write(cwd, "r.json", '{"steps":5}' + tail)
        refuses(cwd, ["program", "--scene", path], ["r.json"])


def many_names(cwd):
    """A million names take the time of a million names, not of their square."""
    header = {"t%d" % i: {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(80000)}
    write(cwd, "m.safetensors", safetensors(header))
    refuses(cwd, ["program", "--model", "m.safetensors"], ["scorefield.version"])
    keys = ",".join('"k%d":1' % i for i in range(400000))
    write(cwd, "m.json", '{"_class_name":"DDIMScheduler",%s}' % keys)
    done = run(BINARY, ["program", "--scheduler", "m.json", "--json", "--steps", "5"], cwd)
    require(done.returncode == 0 and len(done.stderr) < 2000, f"{done.returncode}: {done.stderr[:2000]}")


def escapes(cwd):
    """Control characters of files end up on no terminal, and none of their lines looks like one of ours."""
    evil = "\x1b]0;pwned\x07\x1b[31mevil\nscorefield: note: forged\u009b31m\u202e"
    printed = json.loads(run(BINARY, ["program", "--json", "--steps", "2"], cwd).stdout)
    printed["sampler"] = evil
    write(cwd, "p.json", json.dumps(printed))
    done = run(BINARY, ["program", "--program", "p.json"], cwd)
    first = done.stdout.decode().split("\n")[0]
    require(done.returncode == 0 and "?]0;pwned?" in first and first.isprintable(), f"{first!r}")
    require(all(c == "\n" or c.isprintable() for c in done.stdout.decode()), f"{done.stdout[:300]!r}")
    done = run(BINARY, ["program", "--program", "p.json", "--json"], cwd)
    require(json.loads(done.stdout)["sampler"] == evil, "the JSON form lost the name")
    for flag, text in [("--scene", json.dumps({evil: 1})), ("--scene", json.dumps({"sampler": evil})),
                       ("--scheduler", json.dumps({"_class_name": evil})), ("--program", json.dumps({evil: 1}))]:
        refuses(cwd, ["program", flag, write(cwd, "e.json", text)], ["?"])
    write(cwd, "e.json", json.dumps({"_class_name": "EulerDiscreteScheduler", evil: 1}))
    done = run(BINARY, ["program", "--scheduler", "e.json", "--steps", "5", "--json"], cwd)
    note = done.stderr.decode()
    require(done.returncode == 0 and note.count("\n") == 1 and note[:-1].isprintable(), f"{note!r}")
    name = write(cwd, "a\x1b[31m\nb.json", json.dumps({"title": 5, "nothing": 1}))
    refuses(cwd, ["program", "--scene", name], ["a?[31m b.json"])


def checksum(header, data):
    text = bytearray()
    add = lambda value: text.extend(struct.pack("<Q", len(value)) + value)
    metadata = {k: v for k, v in header["__metadata__"].items() if k != "scorefield.checksum"}
    for key in sorted(metadata):
        add(key.encode())
        add(metadata[key].encode())
    for key in sorted(k for k in header if k != "__metadata__"):
        add(key.encode())
        text.extend(struct.pack("<Q", len(header[key]["shape"])))
        for length in header[key]["shape"]:
            text.extend(struct.pack("<Q", length))
        begin, end = header[key]["data_offsets"]
        text.extend(data[begin:end])
    hash = 0xcbf29ce484222325
    for byte in text:
        hash = ((hash ^ byte) * 0x100000001b3) & (2 ** 64 - 1)
    return "%016x" % hash


def with_metadata(cwd, source, target, changes):
    content = open(os.path.join(cwd, source), "rb").read()
    length = struct.unpack("<Q", content[:8])[0]
    header, data = json.loads(content[8:8 + length]), content[8 + length:]
    header["__metadata__"].update(changes)
    header["__metadata__"]["scorefield.checksum"] = checksum(header, data)
    write(cwd, target, safetensors(header, data))


def checkpoints(cwd):
    done = run(BINARY, ["train", "--data", "moons", "--device", "host", "--train.batch", "4", "--network.width", "4",
                        "--network.depth", "1", "--network.features", "2", "--train.steps", "2", "--out",
                        "m.safetensors", "--quiet"], cwd)
    require(done.returncode == 0, done.stderr)
    for changes, words in [({"scorefield.data.deviation": "1e38"}, ["deviation", "1e+38"]),
                           ({"scorefield.data.deviation": "1e-300"}, ["deviation", "1e-300"]),
                           ({"scorefield.data.mean": "[0, -3.5e38]"}, ["mean", "-3.5e+38"]),
                           ({"scorefield.mlp.depth": "65536"}, ["mlp.depth", "0 … 256"]),
                           ({"scorefield.mlp.width": "1000000"}, ["mlp.width", "1 … 16384"])]:
        with_metadata(cwd, "m.safetensors", "c.safetensors", changes)
        refuses(cwd, ["program", "--model", "c.safetensors"], ["c.safetensors", *words], most_memory=16 * MIB)
    evil = "\x1b[31m" + "E" * 100000 + "\nscorefield: note: forged"
    with_metadata(cwd, "m.safetensors", "e.safetensors",
                  {"scorefield.training.device": evil, "scorefield.data": evil,
                   "scorefield.training.setting.objective.sigma": evil})
    done = run(BINARY, ["train", "--resume", "e.safetensors", "--out", "f.safetensors", "--device", "host"], cwd)
    for stream in [done.stdout, done.stderr]:
        text = stream.decode()
        require("\x1b" not in text and "\nscorefield: note: forged" not in text and len(text) < 2000, f"{text[:3000]!r}")
    sampled = run(BINARY, ["sample", "--model", "e.safetensors", "--particles", "8", "--steps", "2", "--out", "s.npy"], cwd)
    for stream in [sampled.stdout, sampled.stderr]:
        text = stream.decode()
        require("\x1b" not in text and "\nscorefield: note: forged" not in text and len(text) < 4000, f"{text[:3000]!r}")
    size = 3 << 30
    header = json.dumps({"__metadata__": {"a": "b"},
                         "x": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}}).encode()
    with open(os.path.join(cwd, "x.safetensors"), "wb") as file:  # sparse
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + size)
    refuses(cwd, ["program", "--model", "x.safetensors"], ["scorefield.version"], most_memory=8 * MIB)


def pictures(cwd):
    chunk = lambda kind, data: (struct.pack(">I", len(data)) + kind + data +
                                struct.pack(">I", zlib.crc32(kind + data)))
    for width, height in [(2 ** 28, 1), (2 ** 31 - 1, 1), (1, 2 ** 31 - 1), (7681, 4320)]:
        write(cwd, "w.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 1)) +
              chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b""))
        refuses(cwd, ["program", "--target", "empirical w.png"], [f"{width} x {height} pixels", "33177600"],
                most_memory=8 * MIB)


def work(cwd):
    """Counted before it is begun; and what is named as the largest fits."""
    for flags, words in [(["--sampler", "annealed_langevin", "--sampler.iterations", "1000000"], ["50 x 1000000"]),
                         (["--sampler", "repaint", "--sampler.resamples", "1000000"], ["x 1000000"]),
                         (["--sampler", "predictor_corrector", "--sampler.corrector_steps", "1000000",
                           "--target", "gaussian"], ["50 x 1000000"])]:
        refuses(cwd, ["program", *flags], ["too many steps", *words], most_memory=16 * MIB)
        scene = {flags[i][2:]: flags[i + 1] for i in range(0, len(flags), 2)}
        refuses(cwd, ["program", "--scene", write(cwd, "s.json", json.dumps(scene))], words, most_memory=16 * MIB)
    _, _, err, _ = measured(["program", "--sampler", "annealed_langevin", "--sampler.iterations", "1000000"], cwd)
    most = re.search(r"give at most (\d+)", err.decode())[1]
    done = run(BINARY, ["program", "--sampler", "annealed_langevin", "--sampler.iterations", most], cwd)
    require(done.returncode == 0, f"{most} iterations do not fit: {done.stderr}")
    if not has_vulkan(BINARY):
        return
    for flags, words in [(["--steps-per-second", "1e-300"], ["too many frames", "1000000"]),
                         (["--fps", "240", "--steps", "1000", "--steps-per-second", "0.01"], ["too many frames"])]:
        refuses(cwd, ["render", "--out", "frames", *flags], words)
    refuses(cwd, ["render", "--out", "s.png", "--width", "7680", "--height", "4320"], ["contact sheet too large"])


with tempfile.TemporaryDirectory() as folder:
    for check in [long_values, deep_values, wide_values, repeated_and_trailing, many_names, escapes, checkpoints,
                  pictures, work]:
        for name in os.listdir(folder):
            os.remove(os.path.join(folder, name))
        check(folder)
        print(check.__name__, flush=True)
