# SPDX-License-Identifier: MIT
"""What a step or a run costs, over how many there are."""

import re

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.fonttype"] = "none"
matplotlib.rcParams["svg.hashsalt"] = "lightflow"
import matplotlib.pyplot as pyplot  # noqa: E402, after the choice of a back end

COLOURS = {"lightflow": "tab:blue", "floor": "tab:gray", "tbb": "tab:orange"}
PANELS = [
    ("steps of a fan", "µs per step", r"steps/fan_(\d+)"),
    ("steps of a chain", "µs per step", r"steps/chain_(\d+)"),
    ("runs at once, of one step each", "µs per run", r"runs/one_step_x(\d+)"),
]


def points(results, pattern, variant):
    """(size, first quartile, median, third quartile), by size."""
    found = []
    for row, measured in list(results.values):
        match = re.fullmatch(pattern, row)
        if match and measured == variant:
            found.append((int(match[1]), *results.middle(row, variant)))
    return sorted(found)


def draw_panel(axes, results, what, cost, pattern):
    for variant, colour in COLOURS.items():
        found = points(results, pattern, variant)
        if not found:
            continue
        sizes, first, medians, third = zip(*found)
        axes.plot(sizes, medians, marker="o", color=colour, label=variant)
        axes.fill_between(sizes, first, third, color=colour, alpha=0.2)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel(what)
    axes.set_ylabel(cost)
    axes.grid(alpha=0.3)


def draw(results, path):
    """Gives whether there was something to draw."""
    if not any(points(results, pattern, variant)
               for _, _, pattern in PANELS for variant in COLOURS):
        return False
    figure, panels = pyplot.subplots(1, len(PANELS), figsize=(12, 3.6))
    for axes, panel in zip(panels, PANELS):
        draw_panel(axes, results, *panel)
    lines, labels = panels[0].get_legend_handles_labels()
    figure.legend(lines, labels, loc="upper center", ncol=len(COLOURS))
    figure.tight_layout(rect=(0, 0, 1, 0.92))
    figure.savefig(path, metadata={"Date": None})
    return True
