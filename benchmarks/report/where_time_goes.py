#!/usr/bin/python3 -B
# SPDX-License-Identifier: MIT
"""Shows on what benchmarks spend processor time, by perf, as Markdown.

Each share is of all samples, those of the kernel included, in threads that run
flows; it is inclusive, so that shares overlap. Needs perf (the package
linux-perf) and what scripts/bench builds.
"""

import argparse
import collections
import pathlib
import re
import shutil
import subprocess
import tempfile

import markdown

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/release/benchmarks/lightflow_benchmarks"
ROWS = ["steps/fan_50", "steps/chain_60", "runs/one_step_x1000"]

# What is measured, in stacks: not how it is set up.
MEASURED = r"thread_pool::(run|monitor)|flows::run\b"
# A sample counts for each part of which its stack has a function.
PARTS = [
    ("starting runs, on the caller's thread", r"engine::start|make_start"),
    ("engine actor", r"engine_actor_impl::(on_|begin)"),
    ("supervisors: processes started, reports made", r"supervisor_actor_impl"),
    ("process actors: what ended, what is due", r"process_actor_impl"),
    ("step actors: function, completion", r"step_actor_impl::(act|run|call)"),
    ("actors made", r"make_actor|spawn"),
    ("actors ended and destroyed",
     r"_actor_impl::~|one_shot_actor::~|scheduled_actor::finalize|"
     r"intrusive_ptr_release_impl|monitorable_actor::cleanup"),
    ("CAF's own code: mailboxes, matching messages", None),
    ("pool: handing on, taking",
     r"thread_pool::(enqueue|take|wake|push|pop|add)"),
    ("threads woken and put to sleep", r"futex|pthread_cond_"),
    ("reports handed over, waiting for them", r"run_channel|run_handle::wait"),
    ("clock", r"clock_gettime|_clock::now"),
    ("heap",
     r"\bmalloc|\bcfree|^operator (new|delete)|_int_(malloc|free)"),
]


def is_in_caf(frames):
    """Not counting what CAF calls, which is nearly all."""
    return frames[0].startswith("caf::")


def record(row, seconds, data):
    pattern = f"^{row}/lightflow"
    subprocess.run(
        ["perf", "record", "--quiet", "--event=cpu-clock", "--freq=997",
         "--call-graph=dwarf,16384", f"--output={data}", PROGRAM,
         f"--benchmark_filter={pattern}", "--benchmark_repetitions=1",
         f"--benchmark_min_time={seconds}"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def stacks(data):
    """The functions of each sample, innermost first."""
    text = subprocess.run(
        ["perf", "script", f"--input={data}", "--no-inline", "--fields=ip,sym"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True).stdout
    for sample in text.split("\n\n"):
        found = re.findall(r"^\s*[0-9a-f]+ (.+)$", sample, re.MULTILINE)
        if any(re.search(MEASURED, x) for x in found):
            yield found


def shares(found):
    """Of each part, in percent."""
    counts = collections.Counter()
    total = 0
    for frames in found:
        total += 1
        for name, pattern in PARTS:
            if (is_in_caf(frames) if pattern is None else
                    any(re.search(pattern, x) for x in frames)):
                counts[name] += 1
    if total == 0:
        raise SystemExit("where_time_goes: perf saw no flows run")
    return {name: 100 * counts[name] / total for name, _ in PARTS}


def measure(row, seconds):
    with tempfile.TemporaryDirectory() as directory:
        data = pathlib.Path(directory) / "perf.data"
        record(row, seconds, data)
        return shares(stacks(data))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", default=ROWS, metavar="ROW",
                        help="such as steps/fan_50")
    parser.add_argument("--seconds", type=float, default=3,
                        help="how long each row is measured")
    parser.add_argument("--page", metavar="FILE",
                        help="puts the table into this page as well")
    args = parser.parse_args()
    if not shutil.which("perf"):
        parser.error("perf is missing: install the package linux-perf")
    if not PROGRAM.exists():
        parser.error(f"{PROGRAM} is missing: scripts/bench --list builds it")
    found = [measure(row, args.seconds) for row in args.rows]
    table = markdown.table(
        ["% of samples", *[f"`{row.split('/')[1]}`" for row in args.rows]],
        [[name, *[f"{x[name]:.0f}" for x in found]] for name, _ in PARTS])
    print(table)
    if args.page:
        markdown.fill(args.page, {"profile": table})


if __name__ == "__main__":
    main()
