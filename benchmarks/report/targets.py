# SPDX-License-Identifier: MIT
"""What LightFlow is to reach, beside what was measured."""

import operator
import re

import markdown
from markdown import number, ratio

# What, the row, what it is compared to, and how many times that it may cost.
RATIOS = [
    ("fan of 50, per step", "steps/fan_50", "floor", 1.5),
    ("chain of 60, per step", "steps/chain_60", "floor", 1.5),
    ("random DAG of 1,000, per step", "steps/random_1000", "floor", 1.5),
    ("one-step flow, 1,000 at once, per run", "runs/one_step_x1000", "floor",
     4),
    ("one-step flow, 10,000 at once, per run", "runs/one_step_x10000", "floor",
     4),
    ("fan of 50, context and callbacks", "features/fan_50_all", "bare", 2),
    ("chain of 60, context and callbacks", "features/chain_60_all", "bare", 2),
    ("durable chains, 1,000 runs, `sync`", "durable/chain_10_x1000_sync",
     "floor", 1 / 0.6),
    ("durable fans, 1,000 runs, `sync`", "durable/fan_8_x1000_sync", "floor",
     1 / 0.6),
    ("one durable run, per level", "durable/chain_100_alone_sync", "floor",
     1.5),
    ("interrupted runs, read back", "recovery/load_10000", "floor", 2),
    ("remote step, there and back", "remote/remote_chain_100", "floor", 1.5),
]
# What, two rows of the same variant, and how many times the cost of the first
# the second may have.
GROWTHS = [
    ("fan, 1,000 to 100,000 steps", "steps/fan_1000", "steps/fan_100000", 1.3),
    ("chain, 1,000 to 100,000 steps", "steps/chain_1000", "steps/chain_100000",
     1.3),
    ("one-step flow, 10 to 10,000 at once", "runs/one_step_x10",
     "runs/one_step_x10000", 1.3),
]
# What, the row, and how many steps there are to be in a second.
RATES = [
    ("durable chains, 1,000 runs, `sync`", "durable/chain_10_x1000_sync",
     100_000),
    ("durable fans, 1,000 runs, `sync`", "durable/fan_8_x1000_sync", 100_000),
]
# What, the row, how many bytes it may take, and how that is said.
SIZES = [
    ("a step that waits, fan of 100,000", "memory/waiting_fan_100000", 1024,
     "1,024 bytes"),
    ("a step that waits, chain of 100,000", "memory/waiting_chain_100000",
     1024, "1,024 bytes"),
    # Less than any allocation for each: the tables of the heap itself.
    ("a suspended run", "memory/suspended_run", 32, "nothing"),
]


def table(results):
    """Of those that were measured."""
    return markdown.table(
        ["what", "measured", "between", "target", "met", "`--filter`"],
        [x for x in _rows(results) if x])


def _rows(results):
    """The range is that of the middle halves of what was measured."""
    for what, row, peer, limit in RATIOS:
        yield _row(f"{what}, to `{peer}`",
                   _divide(results.middle(row), results.middle(row, peer)),
                   limit, f"at most {number(limit)}", row + "/")
    for what, first, last, limit in GROWTHS:
        yield _row(what, _divide(results.middle(last), results.middle(first)),
                   limit, f"at most {number(limit)}",
                   re.match(r"\D*", first)[0])
    for what, row, limit in RATES:
        yield _row(what, _divide((1e6, 1e6, 1e6), results.middle(row)), limit,
                   f"{limit:,} steps/s", row + "/", operator.ge)
    for what, row, limit, words in SIZES:
        yield _row(what, results.middle(row), limit, words, row + "/")


def _divide(xs, ys):
    """The quotient of two medians, between the least and the greatest that
    their quartiles give."""
    return xs and ys and [ratio(x, y) for x, y in zip(xs, reversed(ys))]


def _row(what, measured, limit, words, where, is_met=operator.le):
    if not measured:
        return None
    least, median, greatest = measured
    return [what, number(median), f"{number(least)} – {number(greatest)}",
            words, "yes" if is_met(median, limit) else "**no**", f"`{where}`"]
