"""Runs the binary under test and checks what every error owes its user."""
import os
import signal
import struct
import subprocess
import tempfile

PREFIX = "scorefield: error: "
PATIENCE = 600  # seconds that nothing takes unless it hangs, on a slow machine under full load either

# A run of the tests under nohup is not to change what they see.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# What is started here shares no cache of the program with other tests nor with the user. Compiled shaders in Mesa's cache
# depend on nothing but the shader: it stays where it is.
CACHE = tempfile.TemporaryDirectory()
os.environ.setdefault("MESA_SHADER_CACHE_DIR",
                      os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache"))
os.environ["XDG_CACHE_HOME"] = CACHE.name
# The window is remembered there, and not where the user's is.
os.environ["XDG_CONFIG_HOME"] = os.path.join(CACHE.name, "configuration")


def run(binary, arguments, cwd=None, env=None, timeout=PATIENCE, **options):
    environment = dict(os.environ, **(env or {}))
    return subprocess.run([binary, *arguments], cwd=cwd, env=environment, timeout=timeout,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def require(condition, message):
    if not condition:
        raise SystemExit("FAILED: " + message)


def without_note(text, words):
    """Standard error without the notes that hold these words."""
    return b"".join(line for line in text.splitlines(keepends=True)
                    if not (line.startswith(b"scorefield: note: ") and words in line))


def without_steps_note(text):
    """Standard error without the note that a short run has too few steps."""
    return without_note(text, b"note: too few steps or unsuitable noise levels: ")


def png_size(path):
    with open(path, "rb") as file:
        head = file.read(24)
    require(head[:8] == b"\x89PNG\r\n\x1a\n", f"{path} is no PNG")
    return struct.unpack(">II", head[16:24])


def without_texts(png):
    """The bytes of a PNG without the texts in it, which name the command that has written it."""
    kept, at = png[:8], 8
    while at < len(png):
        end = at + 12 + struct.unpack(">I", png[at:at + 4])[0]
        if png[at + 4:at + 8] not in (b"tEXt", b"iTXt"):
            kept += png[at:end]
        at = end
    return kept


def files_below(folder):
    return sorted(os.path.join(root, name) for root, folders, names in os.walk(folder) for name in names + folders)


REFUSED = []  # what was refused so far: (binary, arguments, status), for requests under other conditions


def refused(binary, arguments, status, words, cwd, env=None):
    """The request ends with `status`, one error line that holds all `words`, nothing on stdout and no new file."""
    if env is None:
        REFUSED.append((binary, arguments, status))
    before = files_below(cwd)
    done = run(binary, arguments, cwd, env)
    line = without_steps_note(done.stderr).decode(errors="replace")
    story = f"{arguments}\n  status {done.returncode}\n  stdout {done.stdout[:200]}\n  stderr {line!r}"
    require(done.returncode == status, f"status is not {status}: {story}")
    require(done.stdout == b"", f"something on standard output: {story}")
    require(line.startswith(PREFIX) and line.endswith("\n") and line.count("\n") == 1, f"not one error line: {story}")
    for word in words:
        require(word in line, f"'{word}' is not said: {story}")
    require(files_below(cwd) == before, f"files were left: {story}")


def has_vulkan(binary):
    """False for a binary that was built without (SCOREFIELD_HOST_ONLY)."""
    return b"not built" not in run(binary, ["devices"]).stderr
