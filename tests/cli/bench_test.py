"""The benchmarks of both engines check their results before they measure, and all of them give a rate; a comparison
with an earlier report says what changed, and one that does not fit is refused before anything is measured. No time is
asserted.

usage: bench_test.py BINARY   (in the project's folder)
"""
import json
import os
import pathlib
import sys
import tempfile

from binary import has_vulkan, refused, require, run

BINARY = os.path.abspath(sys.argv[1])
COMMON = ["multiply_add", "normals", "network_10000", "sample_ddim_50_10000", "sample_ddpm_40_10000", "train_64x3_2048"]
HOST = ["multiply_add_1_thread", "memory_copy", "network_100000", "mixture_16_", "blend_"]
DEVICE = ["buffer_copy", "frame_"]


def bench(*arguments):
    result = run(BINARY, ["bench", "--json", "--quiet", *arguments])
    require(result.returncode == 0, f"status {result.returncode}: {result.stderr.decode()}")
    return json.loads(result.stdout)


def require_cases(report, kinds):
    names = [case["name"] for case in report["cases"]]
    for kind in kinds:
        require(any(name.startswith(kind) for name in names), f"no case {kind} among {names}")
    for case in report["cases"]:
        seconds = case["seconds"]
        require(0 < seconds["min"] <= seconds["median"] <= seconds["max"] and case["rate"] > 0, f"{case}")
    ceilings = [case["name"] for case in report["cases"] if case["fraction_of_peak"] == 1]
    require(len(ceilings) == 2, f"not two ceilings: {ceilings}")


few = bench("--device", "host", "--cases", "normals")
require([case["name"] for case in few["cases"]] == ["multiply_add", "memory_copy", "normals"] and few["rounds"] == 7,
        f"{few}")
# One round tells as much of what is computed and said; seven tell more of the machine.
host = bench("--device", "host", "--rounds", "1")
require_cases(host, COMMON + HOST)
require(host["engine"] == "host" and host["device"] == "host" and host["threads"] >= 1 and
        host["instruction_set"] in ("plain", "avx2", "avx512"), f"the machine is not named: {host}")

with tempfile.TemporaryDirectory() as folder:
    old = pathlib.Path(folder) / "old.json"

    def write(report):
        old.write_text(report if isinstance(report, str) else json.dumps(report), encoding="utf-8")

    # The earlier times are a hundred times shorter or longer than any that are measured now.
    for case, factor in zip(host["cases"], (0.01, 100)):
        case["seconds"] = {key: factor * value for key, value in case["seconds"].items()}
    host["cases"][2]["work"] += 1
    host["cases"][3]["name"] = "gone"
    write(host)
    compared = bench("--device", "host", "--rounds", "1", "--compare", str(old))
    changes = [case["change"] for case in compared["cases"]]
    require(changes[:4] == ["slower", "faster", "other_work", "new"], f"{changes}")
    require(compared["cases"][0]["old_median"] == host["cases"][0]["seconds"]["median"], "another old median")
    require(compared["cases"][3]["old_median"] is None, "an old median of a new case")
    require(compared["only_in_old"] == ["gone"], f"{compared['only_in_old']}")
    few = bench("--device", "host", "--rounds", "1", "--cases", "memory", "--compare", str(old))
    require(few["only_in_old"] == [], f"cases that were not asked for are missed: {few}")
    text = run(BINARY, ["bench", "--quiet", "--device", "host", "--rounds", "1", "--compare", str(old)])
    require(text.returncode == 0 and b"slower: " in text.stdout and b"only in the earlier file" in text.stdout,
            f"the table does not say what changed: {text.stdout.decode()}")

    request = ["bench", "--device", "host", "--compare", "old.json"]
    write("{")
    refused(BINARY, request, 2, ["no benchmark report", "old.json", "unexpected end of input"], folder)
    write({**host, "cases": 3})
    refused(BINARY, request, 2, ["no benchmark report", "old.json", "not an array"], folder)
    write({**host, "instruction_set": "other"})
    refused(BINARY, request, 2, ["measured by another machine", "old.json", "instruction set is other"], folder)
    write({**host, "engine": "vulkan", "device": "A GPU"})
    refused(BINARY, request, 2, ["measured by another machine", "old.json", "engine is vulkan"], folder)
    refused(BINARY, ["bench", "--compare", "none.json"], 2, ["none.json"], folder)
    refused(BINARY, ["bench", "--device", "host", "--cases", "normals,frame"], 2, ["unknown case 'frame'", "--cases"], folder)

if has_vulkan(BINARY):
    device = bench("--device", "0", "--rounds", "1")
    require(device["engine"] == "vulkan" and device["instruction_set"] is None, f"the machine is not named: {device}")
    require_cases(device, COMMON + DEVICE)
print("all benchmarks compute what they should")
