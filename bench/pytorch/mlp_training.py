"""Scorefield's own small network, trained in PyTorch as its users write it: the steps of `scorefield train`'s defaults.

A plain MLP, 2 -> 64 -> 64 -> 64 -> 64 -> 2 with SiLU, to each of whose hidden layers 32 sines and 32 cosines of the time
are projected; batches of 2 048 over 40 noise levels, Adam, an exponential moving average of the weights. Times are
drawn and projected row by row; Scorefield projects them once per noise level, and that is part of what is compared.
Prints one line of JSON: the steps per second.
"""
import argparse
import json
import math
import os
import time

import torch
from torch import nn

LEVELS = 40
BATCH = 2048
WIDTH = 64
DEPTH = 3
FEATURES = 32


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        slowest = 2 * math.pi / (4 * LEVELS)
        self.register_buffer("frequencies", slowest ** torch.linspace(0, 1, FEATURES))
        self.layers = nn.ModuleList(nn.Linear(2 if i == 0 else WIDTH, WIDTH) for i in range(DEPTH + 1))
        self.time = nn.ModuleList(nn.Linear(2 * FEATURES, WIDTH, bias=False) for _ in range(DEPTH + 1))
        self.last = nn.Linear(WIDTH, 2)

    def forward(self, x, t):
        angles = t * self.frequencies
        features = torch.hstack([angles.sin(), angles.cos()])
        for layer, time_layer in zip(self.layers, self.time):
            x = nn.functional.silu(layer(x) + time_layer(features))
        return self.last(x)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    steps = arguments.steps
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    data = torch.randn(100_000, 2)
    schedule = torch.cos((torch.arange(LEVELS) / LEVELS + 0.008) / 1.008 * math.pi / 2) ** 2
    bar_alpha = schedule / schedule[0]
    model = Model()
    parameters = list(model.parameters())
    average = [p.detach().clone() for p in parameters]
    optimiser = torch.optim.Adam(parameters, lr=1e-3)

    def step():
        x = data[torch.randint(0, len(data), (BATCH,))]
        t = torch.randint(0, LEVELS, (BATCH, 1))
        noise = torch.randn_like(x)
        state = bar_alpha[t].sqrt() * x + (1 - bar_alpha[t]).sqrt() * noise
        loss = nn.functional.mse_loss(model(state, t.float()), noise)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        with torch.no_grad():
            torch._foreach_mul_(average, 0.999)
            torch._foreach_add_(average, parameters, alpha=0.001)

    for _ in range(20):
        step()
    begin = time.perf_counter()
    for _ in range(steps):
        step()
    seconds = time.perf_counter() - begin
    print(json.dumps({"steps": steps, "seconds": seconds, "steps_per_second": steps / seconds,
                      "threads": torch.get_num_threads()}))


if __name__ == "__main__":
    main()
