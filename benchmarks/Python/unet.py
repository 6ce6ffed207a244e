"""Predictions and training steps of diffusers' UNet2DModel on PyTorch: the rows of docs/benchmarks/README.md.

    pip install torch diffusers
    python benchmarks/Python/unet.py [--threads 2] [--seconds 20] [NAME, BATCH ...]

Where PyTorch computes with OpenBLAS, as Debian's python3-torch does, set OPENBLAS_NUM_THREADS=1: its threads wait for PyTorch's.

The networks are those of `Ddpm.Benchmarks -- --runtimes`, with random weights. Both memory layouts take turns. A row has milliseconds per
image, the median and in brackets the least. A training step is one of this library's Trainer: noise, loss, backward pass, clipping by the
norm, Adam, moving average; its row has milliseconds per step.
"""
import argparse
import itertools
import platform
import statistics
import time

import torch
from diffusers import UNet2DModel
from diffusers import __version__ as diffusers_version


def network(size, channels, widths, attention, layers):
    """A U-Net of the paper: attention holds the numbers of the levels with attention, level 0 has the whole size."""
    levels = range(len(widths))
    return UNet2DModel(
        sample_size=size,
        in_channels=channels,
        out_channels=channels,
        layers_per_block=layers,
        block_out_channels=widths,
        down_block_types=["AttnDownBlock2D" if level in attention else "DownBlock2D" for level in levels],
        up_block_types=["AttnUpBlock2D" if level in attention else "UpBlock2D" for level in reversed(levels)],
        downsample_padding=0,
        flip_sin_to_cos=False,
        freq_shift=1,
        norm_eps=1e-6,
        attention_head_dim=None,
    )


NETWORKS = {
    "clothes": (28, 1, (32, 64, 128), (2,), 1),
    "small": (16, 3, (32, 64, 64), (1,), 2),
    "CIFAR-10": (32, 3, (128, 256, 256, 256), (1,), 2),
}
PREDICTIONS = ["clothes, 1", "clothes, 8", "small, 1", "small, 8", "small, 16", "small, 64", "CIFAR-10, 1", "CIFAR-10, 8"]
STEPS = ["training small, 16", "training CIFAR-10, 8"]


def prediction(name, batch, layout):
    size, channels = NETWORKS[name][:2]
    model = network(*NETWORKS[name]).eval().to(memory_format=layout)
    x = torch.randn(batch, channels, size, size).to(memory_format=layout)
    t = torch.full((batch,), 500)

    def run():
        with torch.no_grad():
            model(x, t, return_dict=False)

    return run


def training_step(name, batch, layout):
    size, channels = NETWORKS[name][:2]
    model = network(*NETWORKS[name]).train().to(memory_format=layout)
    parameters = list(model.parameters())
    average = [p.detach().clone() for p in parameters]
    optimizer = torch.optim.Adam(parameters, 2e-4, fused=True)
    pictures = torch.randint(256, (256, channels, size, size), dtype=torch.uint8)
    alpha_bars = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 0).float()

    def run():
        x0 = (pictures[torch.randint(256, (batch,))].float() / 127.5 - 1).to(memory_format=layout)
        noise, t = torch.randn_like(x0), torch.randint(1000, (batch,))
        a = alpha_bars[t].view(-1, 1, 1, 1)
        optimizer.zero_grad(set_to_none=False)
        output = model(a.sqrt() * x0 + (1 - a).sqrt() * noise, t, return_dict=False)[0]
        torch.nn.functional.mse_loss(output, noise).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, [p.detach() for p in parameters], 1e-4)

    return run


def in_turn(seconds, ways):
    """The seconds of each way's runs: each runs once to warm up, then all take turns."""
    for way in ways:
        way()
    times = [[] for _ in ways]
    end = time.perf_counter() + seconds
    for round_ in itertools.count():
        for way, own in zip(ways, times):
            started = time.perf_counter()
            way()
            own.append(time.perf_counter() - started)
        if round_ >= 4 and time.perf_counter() > end:
            return times


def processor():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
        return next((line.split(": ", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20, help="for each row")
    parser.add_argument("names", nargs="*", metavar="NAME, BATCH", help=f"of {'; '.join(PREDICTIONS + STEPS)}")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    versions = f"PyTorch {torch.__version__} ({torch.backends.cpu.get_cpu_capability()}), diffusers {diffusers_version}"
    print(f"{processor()}, {arguments.threads} threads, {versions}\n")
    print("| network, batch | contiguous, ms | channels last, ms |\n|---|---:|---:|")
    for row in arguments.names or PREDICTIONS + STEPS:
        name, batch = row.removeprefix("training ").rsplit(", ", 1)
        make = training_step if row.startswith("training ") else prediction
        torch.manual_seed(1)
        ways = [make(name, int(batch), layout) for layout in (torch.contiguous_format, torch.channels_last)]
        images = 1 if make is training_step else int(batch)
        times = ([1000 * seconds / images for seconds in own] for own in in_turn(arguments.seconds, ways))
        cells = (f"{statistics.median(own):.4g} ({min(own):.4g})" for own in times)
        print(f"| {row} | {' | '.join(cells)} |", flush=True)


main()
