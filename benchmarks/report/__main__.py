# SPDX-License-Identifier: MIT
"""Prints what lightflow_benchmarks measured, beside the targets, as Markdown.

All ratios are of medians of one run. The spread is how far the middle half of
the values reaches, in percent of the median.
"""

import argparse
import statistics

import markdown
import targets
from markdown import number, ratio
from results import OURS, Results


def unit(counter):
    quantity, of_what = counter.split("_", 1)
    symbol = "µs" if quantity == "seconds" else quantity
    return f"{symbol} {of_what.replace('_', ' ')}"


def spread(results, row):
    if not results.median(row):
        return "-"
    first, median, third = results.middle(row)
    return f"{100 * (third - first) / abs(median):.0f} %"


def peak(results, row):
    values = results.peaks.get(row)
    return number(statistics.median(values)) if values else "-"


def group_table(results, group):
    peers = results.peers(group)
    has_peaks = any(row in results.peaks for row in results.rows(group))
    head = [unit(results.counters[group]), OURS, "spread"]
    head += [x for peer in peers for x in (peer, "ratio")]
    head += ["peak MiB"] * has_peaks
    rows = []
    for row in results.rows(group):
        ours = results.median(row)
        cells = [f"`{row.split('/')[1]}`", number(ours), spread(results, row)]
        for peer in peers:
            theirs = results.median(row, peer)
            cells += [number(theirs), number(ratio(ours, theirs))]
        rows.append(cells + [peak(results, row)] * has_peaks)
    return markdown.table(head, rows)


def machine(results):
    context = results.context
    load = context["load_avg"]
    return (f"Measured on {context['date'][:10]}: {context['num_cpus']} "
            f"processors of {context['mhz_per_cpu']:,} MHz, medians of "
            f"{results.repetitions()}. The load was "
            f"{load[0] if load else 0:.1f} at the start.")


def main():
    parser = argparse.ArgumentParser(prog="report", description=__doc__)
    parser.add_argument("results", help="the JSON of lightflow_benchmarks")
    parser.add_argument("--chart", metavar="FILE",
                        help="draws cost over size, as SVG")
    parser.add_argument("--page", metavar="FILE",
                        help="puts the tables into this page as well")
    args = parser.parse_args()
    results = Results(args.results)
    if not results.values:
        parser.error(f"{args.results}: nothing was measured")
    blocks = {x: group_table(results, x) for x in results.groups()}
    blocks["targets"] = targets.table(results)
    blocks["machine"] = machine(results)
    for name, block in blocks.items():
        print(f"\n## {name}\n\n{block}")
    if args.page:
        markdown.fill(args.page, blocks)
    if args.chart:
        import chart  # needs matplotlib, which nothing else does
        if chart.draw(results, args.chart):
            print(f"\nThe chart is in {args.chart}")


if __name__ == "__main__":
    main()
