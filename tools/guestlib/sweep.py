# SPDX-License-Identifier: GPL-2.0-only
"""tools/sweep: the command line. The way of sweeping depends on the kernel."""

import argparse
import contextlib
import json
import sys
from pathlib import Path

from . import fix, kernel, matrix, sweepbpf, sweepdocs, sweepgdb
from .errors import GuestError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tools/sweep", usage="tools/sweep KERNEL WORKLOAD [OPTION...] [-- SWEEP-OPTION...]",
        description="Make the calls of a driver fail, one at a time, in a guest.",
        epilog="Exit code: 0 when nothing was found, 1 for findings, 125 when it cannot run. "
               "Workloads by BPF, where the kernel allows it: " + ", ".join(sweepbpf.load())
               + "; by debugger: " + ", ".join(sweepgdb.DRIVERS) + ".")
    add = parser.add_argument
    add("kernel", nargs="?", help="a name that `tools/guest list` prints")
    add("workload", nargs="?", help="what to run meanwhile")
    add("--binary", type=Path, metavar="FILE",
        default=matrix.REPOSITORY / "build" / "daxaudit.static",
        help="the daxaudit to run (default build/daxaudit.static)")
    add("--rounds", type=int, default=30, metavar="N",
        help="by debugger: how often the driver is bound (default 30)")
    add("--json", type=Path, metavar="FILE", help="write what was seen to FILE")
    add("--keep", action="store_true",
        help="by BPF: keep the result in tests/sweeps, for docs/sweep.md")
    add("--write-docs", action="store_true", help="regenerate the tables of docs/sweep.md")
    add("--check-docs", action="store_true", help="are they current?")
    add("--append", action="append", default=[], metavar="CMDLINE",
        help="by BPF: kernel parameters, such as kmemleak=on")
    add("--save", type=Path, metavar="DIR",
        help="by BPF: keep reports, recordings and consoles in DIR")
    add("--fix", metavar="BUG",
        help="by BPF: on a kernel that is built with the fix of tests/fixes, such as F5")
    return parser


def _by_debugger(options: argparse.Namespace) -> int:
    if options.workload not in sweepgdb.DRIVERS:
        raise GuestError(f"by debugger there are {', '.join(sweepgdb.DRIVERS)}")
    outcome = sweepgdb.sweep(options.kernel, sweepgdb.DRIVERS[options.workload], options.binary,
                             options.rounds)
    if options.json:
        options.json.write_text(json.dumps({"faults": outcome.hits, "report": outcome.report,
                                            "kernel": outcome.complaints}, indent=1))
    sweepgdb.show(options.kernel, options.workload, outcome)
    return 1 if outcome.report["findings"] or outcome.complaints else 0


def _by_bpf(options: argparse.Namespace, words: list[str]) -> int:
    if not kernel.cached(options.kernel):
        print(f"sweep: building {options.kernel} first, which takes up to half an hour",
              file=sys.stderr, flush=True)
    fixed = contextlib.nullcontext()
    if options.fix:
        if options.keep:
            raise GuestError("--keep is for kernels without a fix")
        fixed = kernel.in_place(fix.kernel(fix.lookup(options.fix, options.kernel)))
    with fixed:
        outcome = sweepbpf.run(options.kernel, options.workload, options.binary, words,
                               options.save, options.append)
    if options.json:
        options.json.write_text(json.dumps(outcome.summary(), indent=1) + "\n")
    if options.keep:
        sweepdocs.RESULTS.mkdir(exist_ok=True)
        sweepdocs.result_path(options.kernel, options.workload, words).write_text(
            json.dumps(outcome.summary(), indent=1) + "\n")
    sweepbpf.show(outcome)
    words = outcome.summary()
    return 1 if outcome.fatal or words["kmemleak"] or set(words["agreement"]) != {"neither"} else 0


def main() -> int:
    """The process's exit code."""
    before, words = sys.argv[1:], []
    if "--" in before:
        position = before.index("--")
        before, words = before[:position], before[position + 1:]
    try:
        parser = _parser()
        options = parser.parse_args(before)
        if options.write_docs or options.check_docs:
            sweepdocs.write() if options.write_docs else sweepdocs.check()
            return 0
        if not options.workload:
            parser.error("a kernel and a workload are needed")
        if matrix.lookup(options.kernel).override:
            return _by_bpf(options, words)
        return _by_debugger(options)
    except GuestError as error:
        print(f"sweep: error: {error}", file=sys.stderr)
        return 125
