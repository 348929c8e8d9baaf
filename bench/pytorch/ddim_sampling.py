"""Samples a Scorefield checkpoint in PyTorch, step for step as a compiled program of Scorefield's DDIM says.

All particles go through the network at once, x <- c_skip·x + c_out·F(x, t) in each step. All of them have the same
time, so its projections are added to the biases once per step: (64), not (particles, 64). Prints one line of JSON: the
seconds of the steps alone, and particle-steps per second.
"""
import argparse
import json
import os
import pathlib
import sys
import time

import numpy
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import network  # noqa: E402


def evaluate(layers, x):
    for weight, addend in layers[:-1]:
        x = torch.nn.functional.silu(torch.nn.functional.linear(x, weight, addend), inplace=True)
    return torch.nn.functional.linear(x, *layers[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="the checkpoint")
    parser.add_argument("--program", required=True, help="FILE of 'scorefield program --sampler ddim --json'")
    parser.add_argument("--particles", type=int, default=10_000)
    parser.add_argument("--init", help="FILE.npy of start states instead of normal ones")
    parser.add_argument("--out", help="FILE.npy for the samples, in standardised units")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    tensors = network.read_tensors(arguments.model)
    with open(arguments.program, encoding="utf-8") as file:
        program = json.load(file)
    steps = []
    for op in program["ops"]:
        if op["op"] != "eval" or op["dst"] != op["src"] or op["c_in"] != 1:
            sys.exit("ddim_sampling.py: the program is not that of DDIM")
        layers = [tuple(torch.tensor(values) for values in layer)
                  for layer in network.layers_at(tensors, op["c_noise"])]
        steps.append((op["c_skip"], op["c_out"], layers))
    start = torch.from_numpy(numpy.load(arguments.init)) if arguments.init else torch.randn(arguments.particles, 2)
    with torch.inference_mode():
        evaluate(steps[0][2], start)
        x = start
        begin = time.perf_counter()
        for c_skip, c_out, layers in steps:
            x = c_skip * x + c_out * evaluate(layers, x)
        seconds = time.perf_counter() - begin
    if arguments.out:
        numpy.save(arguments.out, x.numpy())
    print(json.dumps({"particles": len(x), "steps": len(steps), "seconds": seconds,
                      "particle_steps_per_s": len(x) * len(steps) / seconds, "threads": torch.get_num_threads()}))


if __name__ == "__main__":
    main()
