# SPDX-License-Identifier: MIT
"""What lightflow_benchmarks has written by --benchmark_out."""

import json
import re
import statistics
from collections import defaultdict

OURS = "lightflow"
PEERS = ["floor", "caf_floor", "tbb", "tbb_again"]  # first, if they are there
GROUPS = ["steps", "runs", "features", "blocking", "durable", "recovery",
          "remote", "memory"]


class Results:
    """What was measured, in microseconds or bytes."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        self.context = content["context"]
        self.values = defaultdict(list)  # by "group/row", variant
        self.counters = {}  # by group
        self.peaks = defaultdict(list)  # MiB, by "group/row"
        for x in content["benchmarks"]:
            if x["run_type"] == "iteration" and not x.get("error_occurred"):
                self._add(x)

    def _add(self, x):
        group, row, variant = x["name"].split("/")[:3]
        counter = next(k for k in x if k.startswith(("seconds_", "bytes_")))
        scale = 1e6 if counter.startswith("seconds_") else 1
        self.values[f"{group}/{row}", variant].append(x[counter] * scale)
        self.counters[group] = counter
        if variant == OURS and "peak_MiB" in x:
            self.peaks[f"{group}/{row}"].append(x["peak_MiB"])

    def median(self, row, variant=OURS):
        values = self.values.get((row, variant))
        return statistics.median(values) if values else None

    def middle(self, row, variant=OURS):
        """First quartile, median and third quartile."""
        values = self.values.get((row, variant))
        if not values or len(values) < 2:
            return values and values * 3
        return statistics.quantiles(values, method="inclusive")

    def repetitions(self):
        return max(map(len, self.values.values()), default=0)

    def groups(self):
        return [x for x in GROUPS if x in self.counters]

    def rows(self, group):
        return sorted({row for row, _ in self.values
                       if row.startswith(group + "/")}, key=_natural)

    def peers(self, group):
        """Those to compare with."""
        found = {variant for row, variant in self.values
                 if row.startswith(group + "/")} - {OURS}
        return sorted(found, key=(PEERS + sorted(found)).index)


def _natural(row):
    """Orders fan_50 before fan_1000."""
    return [int(x) if x.isdigit() else x for x in re.split(r"(\d+)", row)]
