"""The exported program, run in NumPy with the checkpoint's tensors from the start state of `sample --trajectory`,
reproduces every state of the deterministic run to 1e-4: neither our parser, nor our network, nor our interpreter takes
part. The tolerance is that of the GPU against double precision (float32 networks stay within 4e-6 per step).

usage: numpy_program.py BINARY   (in the project's folder)
"""
import json
import os
import struct
import sys
import tempfile

import numpy

from binary import require, run

BINARY = os.path.abspath(sys.argv[1])
MODEL = "assets/swiss_roll.safetensors"
TOLERANCE = 1e-4


def read_safetensors(path):
    """8-byte header length, JSON header with each tensor's shape and place, bytes."""
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(content[8 + length :][begin:end], dtype="<f4")
        tensors[name] = values.reshape(entry["shape"]).astype(numpy.float64)
    return tensors


def silu(x):
    return x / (1 + numpy.exp(-x))


def network(tensors, x, c_noise):
    """The plain time-conditioned MLP."""
    angles = c_noise * tensors["time.frequencies"]
    e = numpy.concatenate([numpy.sin(angles), numpy.cos(angles)])

    def layer(h, name):
        return h @ tensors[name + ".weight"].T + tensors[name + ".bias"] + tensors[name + ".time"] @ e

    h = silu(layer(x, "input"))
    depth = sum(name.startswith("hidden.") and name.endswith(".weight") for name in tensors)
    for index in range(depth):
        h = silu(layer(h, f"hidden.{index}"))
    return h @ tensors["output.weight"].T + tensors["output.bias"]


def states_of(program, tensors, start):
    """The result register after every step."""
    registers = [numpy.zeros_like(start) for _ in range(program["registers"])]
    registers[program["init"]["register"]] = start
    states = []
    for index, op in enumerate(program["ops"]):
        if op["op"] == "eval":
            x = registers[op["src"]]
            output = network(tensors, op["c_in"] * x, op["c_noise"])
            registers[op["dst"]] = op["c_skip"] * x + op["c_out"] * output
        elif op["op"] == "blend":
            require(not op.get("noise"), "the program is not deterministic")
            registers[op["dst"]] = sum(c * registers[r] for r, c in op["terms"])
        elif op["op"] == "clamp":
            registers[op["dst"]] = numpy.clip(registers[op["dst"]], op["low"], op["high"])
        else:
            raise SystemExit("FAILED: unexpected op " + op["op"])
        last = index + 1 == len(program["ops"]) or program["ops"][index + 1]["step"] != op["step"]
        if last:
            states.append(registers[program["result"]])
    return states


def check(sampler, particles, folder):
    exported = run(BINARY, ["program", "--model", MODEL, "--json", *sampler])
    require(exported.returncode == 0, exported.stderr.decode())
    program = json.loads(exported.stdout)
    path = os.path.join(folder, "trajectory.npy")
    sampled = run(BINARY, ["sample", "--model", MODEL, "--particles", str(particles), "--out",
                           os.path.join(folder, "samples.npy"), "--trajectory", path, "--units",
                           "standardised", *sampler])
    require(sampled.returncode == 0, sampled.stderr.decode())
    trajectory = numpy.load(path).astype(numpy.float64)
    require(trajectory.shape == (program["steps"] + 1, particles, 2), f"shape {trajectory.shape}")
    worst = 0.0
    for step, state in enumerate(states_of(program, read_safetensors(MODEL), trajectory[0])):
        worst = max(worst, numpy.abs(state - trajectory[step + 1]).max())
        require(worst <= TOLERANCE, f"{sampler}: step {step} differs by {worst}")
    print(f"{' '.join(sampler)}: {program['steps']} steps of {particles} particles agree to {worst:.2g}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        check(["--sampler", "ddim", "--steps", "50"], 4096, folder)
        check(["--sampler", "dpmpp_2m", "--steps", "15"], 4096, folder)
        check(["--sampler", "ddim", "--steps", "20", "--sampler.clip", "2"], 1000, folder)


main()
