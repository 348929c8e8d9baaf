#!/usr/bin/env python3
"""Checks the structure of the sources; run by tests/lint and by ctest.

    tests/structure.py [FOLDER]

FOLDER is the root of the project. Prints one line per violation and ends with status 1 if there is any:
- an include of a module that stands above one's own,
- headers that include each other in a circle,
- an include by a path that is not from src/ on, or of a source,
- a string with a flag (--name) below settings, or in session: errors below them name fields, not flags,
- a module with more than a fifth of all lines,
- push constants that do not come from a header which C++ and GLSL share: a block in a shader that is not one struct
  named ...Push, and such a struct in src or bench,
- a test that names the common folder for temporary files itself: tests that run side by side would share files there.
"""
import pathlib
import re
import sys

# From the ground up. A module includes itself and what stands before it, but for what FORBIDDEN names.
MODULES = ["base", "gpu", "data", "diffusion", "nn", "model", "sample", "train", "render", "settings", "session", "study",
           "viewer", "cli"]
FORBIDDEN = {("session", "settings"), ("data", "gpu"), ("diffusion", "gpu"), ("model", "gpu"), ("render", "train"), ("render", "sample")}
MAY_NAME_FLAGS = {"settings", "study", "viewer", "cli"}
LARGEST_SHARE = 0.2

COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\((.*?)\)\1"|"((?:\\.|[^"\\\n])*)"|\'(?:\\.|[^\'\\\n])\'', re.S)
PUSH_BLOCK = re.compile(r'push_constant\b[^{]*\{([^}]*)\}')
ONE_PUSH_STRUCT = re.compile(r'\s*\w+Push push;\s*')
PUSH_STRUCT = re.compile(r'\bstruct (\w+Push)\s*\{(?!\})')
TEMPORARY = re.compile(r'\bTempDir\b|\btemp_directory_path\b|"/tmp\b')
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.M)
FLAG = re.compile(r'(?:^|\s)--[a-z]|^--')
SOURCES = (".cpp", ".hpp", ".h", ".inl", ".inc")


def strings_of(text):
    """(line, value) of each string literal, includes left out."""
    text = INCLUDE.sub(lambda match: " " * len(match.group(0)), text)
    for match in COMMENT_OR_STRING.finditer(text):
        value = match.group(2) if match.group(2) is not None else match.group(3)
        if value is not None:
            yield text.count("\n", 0, match.start()) + 1, value


def circle_from(start, includes):
    """The includes by which `start` reaches itself, or nothing."""
    paths, seen = [[start]], set()
    while paths:
        path = paths.pop()
        for name in includes.get(path[-1], []):
            if name == start:
                return path + [start]
            if name not in seen:
                seen.add(name)
                paths.append(path + [name])
    return []


def unshared_push_constants(root):
    """Push constants that one language declares for itself."""
    for path in sorted([*(root / "shaders").rglob("*"), *(root / "src").rglob("*")]):
        if path.suffix not in (".comp", ".vert", ".frag", ".glsl"):
            continue
        for block in PUSH_BLOCK.finditer(path.read_text(encoding="utf-8")):
            if not ONE_PUSH_STRUCT.fullmatch(block.group(1)):
                yield f"{path.relative_to(root).as_posix()}: its push constants are no struct of a shared header"
    for path in sorted([*(root / "src").rglob("*.?pp"), *(root / "bench").rglob("*.?pp")]):
        for struct in PUSH_STRUCT.finditer(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(root).as_posix()}: {struct.group(1)} belongs in a header of shaders/"


def shared_test_folders(root):
    """Tests that would meet each other's files."""
    for path in sorted((root / "tests").rglob("*.?pp")):
        name = path.relative_to(root).as_posix()
        if name != "tests/base/scratch.hpp" and TEMPORARY.search(path.read_text(encoding="utf-8")):
            yield f"{name}: writes where other tests do; base::ScratchFolder makes a folder of its own"


def violations(root):
    source = root / "src"
    files = sorted(path for path in source.rglob("*") if path.suffix in SOURCES)
    includes, lines = {}, {}
    for path in files:
        name = path.relative_to(source).as_posix()
        module = name.split("/")[0]
        text = path.read_text(encoding="utf-8")
        lines[module] = lines.get(module, 0) + text.count("\n")
        if module not in MODULES:
            yield f"src/{name}: {module} is no module (tests/structure.py lists them)"
            continue
        includes[name] = INCLUDE.findall(text)
        for included in includes[name]:
            if "../" in included:
                yield f"src/{name}: includes {included}; name it from src/ on"
            if included.endswith(".cpp"):
                yield f"src/{name}: includes the source {included}"
            other = included.split("/")[0]
            if other not in MODULES:
                continue
            if MODULES.index(other) > MODULES.index(module) or (module, other) in FORBIDDEN:
                yield f"src/{name}: includes {included}, but {module} must not know {other}"
        if module not in MAY_NAME_FLAGS:
            for line, value in strings_of(text):
                if FLAG.search(value):
                    yield f'src/{name}:{line}: "{value}" is a flag; name the field and let the command line add its dashes'
    reported = set()
    for name in includes:
        circle = circle_from(name, includes)
        if circle and frozenset(circle) not in reported:
            reported.add(frozenset(circle))
            yield "circle of includes: " + " -> ".join(circle)
    for module, count in lines.items():
        if len(lines) >= 5 and count > LARGEST_SHARE * sum(lines.values()):
            yield f"src/{module} holds {count} of {sum(lines.values())} lines, more than a fifth"
    yield from unshared_push_constants(root)
    yield from shared_test_folders(root)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    found = list(violations(root))
    print("\n".join(found) if found else "structure: sound")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
