#!/usr/bin/python3
"""clang-tidy over every source in src, and a check that each source compiles by itself.

usage: static_analysis.py BUILD   (a configured unity build whose generated headers are there)

clang-tidy reads unity sources, because most of its time goes into the headers that they share. They hide includes that a
source has forgotten, so the compiler reads each of their sources by itself as well. Unity sources include sources, which
no other may (structure.py).
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIDY = ["clang-tidy", "--quiet", "--extra-arg=-Wno-unknown-warning-option", "--checks=-bugprone-suspicious-include"]


def parts_of(source):
    """Sources that a unity source includes."""
    return [pathlib.Path(path) for path in re.findall(r'^#include "(.+\.cpp)"$', source.read_text(), re.MULTILINE)]


def alone(command, source):
    """The compiler's command, for this source and without a result."""
    words = shlex.split(command)
    at = words.index("-o")
    return words[:at] + ["-fsyntax-only", str(source)]


def jobs(build):
    """Commands, the longest first."""
    units = {pathlib.Path(entry["file"]): entry for entry in json.loads((build / "compile_commands.json").read_text())}
    sources = {ROOT / path for path in
               subprocess.run(["git", "ls-files", "src/*.cpp"], cwd=ROOT, capture_output=True, text=True,
                              check=True).stdout.split()}
    tidied, compiled, read = [], [], set()
    for unit, entry in units.items():
        parts = parts_of(unit) if unit not in sources else [unit]
        if not sources.intersection(parts):
            continue
        read.update(parts)
        tidied.append((len(parts), [*TIDY, "-p", str(build), str(unit)], entry["directory"]))
        if unit not in sources:
            compiled += [(0, alone(entry["command"], part), entry["directory"]) for part in parts]
    missing = sources - read
    if missing:
        sys.exit(f"static_analysis.py: not in the build: {', '.join(sorted(map(str, missing)))}")
    return sorted(tidied, key=lambda job: -job[0]) + compiled


def run(job):
    _, command, folder = job
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, command[-1], done.stdout


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for status, source, output in pool.map(run, jobs(build)):
            if status != 0:
                failed += 1
                print(f"{source}:\n{output}", flush=True)
    if failed:
        sys.exit(f"static_analysis.py: {failed} sources have findings")


main()
