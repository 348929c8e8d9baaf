"""The swiss-roll experiment in PyTorch: the peer that bench/against_pytorch holds Scorefield's training against.

Data, schedule, network and optimiser are those of the published notebook (github.com/albarji/toy-diffusion): 100 000
points of a swiss roll, 40 noise levels, two residual blocks of 64 units with LayerNorm, batches of 2 048, Adam from
1e-3 to 1e-5 over the epochs. Prints one line of JSON: seconds of training and steps per second, evaluation left out,
and the mean loss over 200 000 fresh draws, the levels in turn.
"""
import argparse
import json
import math
import os
import time

import numpy
import torch
from torch import nn

LEVELS = 40
BATCH = 2048


def swiss_roll(count, random):
    """(count, 2) points as scikit-learn's make_swiss_roll(noise=0.5), coordinates 0 and 2."""
    t = 1.5 * math.pi * (1 + 2 * random.random(count))
    return numpy.stack([t * numpy.cos(t), t * numpy.sin(t)], 1) + 0.5 * random.standard_normal((count, 2))


class Block(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(units + 1, units + 1), nn.LayerNorm(units + 1), nn.ReLU(),
                                    nn.Linear(units + 1, units), nn.LayerNorm(units), nn.ReLU())

    def forward(self, x, t):
        return self.layers(torch.hstack([x, t])) + x


class Model(nn.Module):
    def __init__(self, units=64, blocks=2):
        super().__init__()
        self.first = nn.Linear(3, units)
        self.blocks = nn.ModuleList(Block(units) for _ in range(blocks))
        self.last = nn.Linear(units, 2)

    def forward(self, x, t):
        h = self.first(torch.hstack([x, t]))
        for block in self.blocks:
            h = block(h, t)
        return self.last(h)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    epochs = arguments.epochs
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    random = numpy.random.default_rng(0)
    points = swiss_roll(100_000, random)
    mean, deviation = points.mean(), points.std()
    standardised = lambda x: torch.tensor((x - mean) / deviation, dtype=torch.float32)
    data = standardised(points)
    schedule = torch.cos((torch.arange(LEVELS) / LEVELS + 0.008) / 1.008 * math.pi / 2) ** 2
    bar_alpha = schedule / schedule[0]

    def noised(x, t):
        noise = torch.randn_like(x)
        return bar_alpha[t].sqrt() * x + (1 - bar_alpha[t]).sqrt() * noise, noise

    model = Model()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, start_factor=1.0, end_factor=0.01, total_iters=epochs)
    steps = 0
    begin = time.perf_counter()
    for _ in range(epochs):
        for first in range(0, len(data), BATCH):
            x = data[first:first + BATCH]
            t = torch.randint(0, LEVELS, (len(x), 1))
            state, noise = noised(x, t)
            loss = nn.functional.mse_loss(model(state, t), noise)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            steps += 1
        schedule.step()
    seconds = time.perf_counter() - begin
    with torch.no_grad():
        fresh = standardised(swiss_roll(200_000, random))
        t = (torch.arange(len(fresh)) % LEVELS)[:, None]
        state, noise = noised(fresh, t)
        held_out = nn.functional.mse_loss(model(state, t), noise).item()
    print(json.dumps({"steps": steps, "seconds": seconds, "steps_per_second": steps / seconds,
                      "held_out_loss": held_out, "threads": torch.get_num_threads()}))


if __name__ == "__main__":
    main()
