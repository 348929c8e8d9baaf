"""The benchmarks check their results before they measure, and all of them give a rate. No time is asserted.

usage: bench_test.py BINARY   (in the project's folder)
"""
import json
import os
import sys

from binary import require, run

result = run(os.path.abspath(sys.argv[1]), ["bench", "--json", "--quiet"])
require(result.returncode == 0, f"status {result.returncode}: {result.stderr.decode()}")
report = json.loads(result.stdout)
names = [case["name"] for case in report["cases"]]
for kind in ["multiply_add", "buffer_copy", "normals", "network_", "sample_ddim_", "train_", "frame_"]:
    require(any(name.startswith(kind) for name in names), f"no case {kind} among {names}")
for case in report["cases"]:
    seconds = case["seconds"]
    require(0 < seconds["min"] <= seconds["median"] <= seconds["max"] and case["rate"] > 0, f"{case}")
print("all benchmarks compute what they should")
