"""The benchmarks of both engines check their results before they measure, and all of them give a rate. No time is
asserted.

usage: bench_test.py BINARY   (in the project's folder)
"""
import json
import os
import sys

from binary import has_vulkan, require, run

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


host = bench("--device", "host")
require_cases(host, COMMON + HOST)
require(host["engine"] == "host" and host["device"] == "host" and host["threads"] >= 1 and
        host["instruction_set"] in ("plain", "avx2", "avx512"), f"the machine is not named: {host}")

if has_vulkan(BINARY):
    device = bench("--device", "0")
    require(device["engine"] == "vulkan" and device["instruction_set"] is None, f"the machine is not named: {device}")
    require_cases(device, COMMON + DEVICE)
print("all benchmarks compute what they should")
