# SPDX-License-Identifier: GPL-2.0-only
"""tests/live/run: the command line; several guests at a time, a line for each case."""

import argparse
import fnmatch
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from guestlib import GuestError, Result, arch, kernel, matrix, snapshot
from guestlib.guest import SCRATCH, sweep_scratch
from guestlib.matrix import REPOSITORY

from . import absent, boot, cases as declared, coverage, kernels
from .absent import Lacking
from .cases import Case
from .judge import judge

# The more cases share a boot, the less there is to run in parallel at the end.
SHARE = 8
# A guest waits a third of its time, mostly for grace periods of the kernel.
WORKERS = (os.cpu_count() or 1) + 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tests/live/run", description="Let daxaudit audit real kernels in guests.")
    add = parser.add_argument
    add("-k", metavar="GLOB", action="append", default=[],
        help="only cases of that NAME or NAME/KERNEL, the slow ones of them too if it is spelled "
             "out (no *, ? or [); may be given several times")
    add("--all", action="store_true", help="also the slow cases")
    add("--list", action="store_true", help="list the cases and run none")
    add("--write-coverage", action="store_true",
        help="write docs/coverage.md and the kernels of docs/platforms.md, and run none")
    add("--check-coverage", action="store_true", help="check that these agree with the cases and the matrix")
    add("--architectures", action="store_true",
        help="name those that the cases need a cross build for (tools/cross), and end")
    add("--binary", type=Path, default=REPOSITORY / "build" / "daxaudit.static", metavar="FILE",
        help="the daxaudit to test, linked statically (default build/daxaudit.static)")
    add("-j", type=int, default=WORKERS, metavar="N",
        help=f"guests at a time (default {WORKERS}: one more than there are processors)")
    add("--patience", type=float, default=1, metavar="N",
        help="multiply all time limits, for a machine that is busy with something else")
    add("--save", type=Path, metavar="DIR", help="keep what every case left behind")
    return parser


def _names(item: Case | Lacking) -> tuple[str, ...]:
    return item.name, item.id, item.id.removeprefix("live/")


def _wanted(options: argparse.Namespace, item: Case | Lacking) -> bool:
    return not options.k or any(fnmatch.fnmatch(name, glob)
                                for glob in options.k for name in _names(item))


def _chosen(options: argparse.Namespace) -> list[Case]:
    # A name without a pattern selects all of its cases.
    return [case for case in declared.load() if _wanted(options, case)
            and (options.all or not case.slow or set(options.k) & set(_names(case)))]


def _reasons(options: argparse.Namespace) -> list[Lacking]:
    """The entries of not-exercised.toml that can be tested without a guest."""
    entries = absent.load({case.name for case in declared.load()})
    return [entry.lacking for entry in entries if entry.lacking and _wanted(options, entry.lacking)]


def _shared(cases: list[Case]) -> list[list[Case]]:
    """Cases that share a guest; the longest first, so that the last one is short."""
    groups: dict[tuple, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.guest, []).append(case)
    batches = []
    for group in groups.values():
        count = -(-len(group) // SHARE)
        batches += [group[number::count] for number in range(count)]
    return sorted(batches, key=len, reverse=True)


class Report:
    """Counts and prints; used by all threads."""

    def __init__(self, save: Path | None):
        self.counts: Counter = Counter()
        self.guests: Counter = Counter()
        self.seconds: Counter = Counter()
        self.save, self._lock = save, threading.Lock()

    def end(self, case: Case | Lacking, wrong: list[str], seconds: float) -> None:
        """A case passed, or failed for these reasons."""
        with self._lock:
            self.counts["failed" if wrong else "passed"] += 1
            print(f"{'FAIL' if wrong else 'ok  '} {case.id} ({seconds:.1f} s)", flush=True)
            for reason in wrong:
                for line in reason.splitlines():
                    print(f"       {line}", flush=True)

    def guest(self, result: Result, cases: float) -> None:
        """A guest has ended; its cases took so many seconds."""
        with self._lock:
            self.guests["restored" if result.restored else "booted"] += 1
            start = result.boot_seconds or 0
            self.seconds["restore" if result.restored else "boot"] += start
            self.seconds["rest"] += result.seconds - start - cases

    def phases(self, remains: boot.Remains) -> None:
        """A case has ended."""
        with self._lock:
            self.seconds.update(remains.phases())

    def skip(self, case: Case, reason: str) -> None:
        """A case could not be run here."""
        with self._lock:
            self.counts["skipped"] += 1
            print(f"SKIP {case.id}: {reason}", flush=True)

    def keep(self, case: Case, remains: boot.Remains) -> None:
        """Copy its files for --save."""
        if self.save:
            folder = self.save / case.id.removeprefix("live/").replace("/", "_")
            for name, data in remains.files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)


def _wrong_hits(cases: list[Case], result: Result) -> list[str]:
    """The debugger counts for the whole guest."""
    wanted: Counter = Counter()
    for case in cases:
        wanted.update(case.expected_hits)
    return [f"fault {name} was injected {result.fault_hits.get(name, 0)} times, not {count}"
            + (f" (in all {len(cases)} cases of this guest)" if len(cases) > 1 else "")
            for name, count in wanted.items() if result.fault_hits.get(name, 0) != count]


def _lost(result: Result | None, why: str, first: bool) -> list[str]:
    """Why a case has no result; `first`: it was the running case."""
    if not result:
        return [f"no guest: {why}"]
    if not first:
        return ["not run: the guest had ended in an earlier case"]
    ends = {"hang": "the guest hung and was ended", "died": "the guest died"}
    return [ends.get(result.outcome, "the guest ended before the case did"),
            "the last lines of its console:", *(f"| {line}" for line
                                                in result.last_words(25).splitlines())]


def _missed(remains: boot.Remains) -> bool:
    """Whether the kernel itself missed calls: another task called a function on a processor where
    the function's program ran. daxaudit counts the call, and the case has no result."""
    said = remains.text("out") + remains.text("err")
    return bool(re.search(r"INCONCLUSIVE: .*the kernel missed \d+ calls", said))


def _play(cases: list[Case], binary: Path, report: Report, patience: float,
          again: list[Case] | None = None) -> None:
    """One guest. A case is reported when it ends, unless the count of a fault is not known yet.

    again: gets the cases without a result, because the kernel missed calls; None: they fail.
    """
    verdicts: dict[str, tuple[list[str], float]] = {}

    def ended(case: Case, remains: boot.Remains) -> None:
        verdicts[case.id] = judge(case, remains), remains.seconds
        report.keep(case, remains)
        report.phases(remains)
        if again is not None and verdicts[case.id][0] and _missed(remains):
            print(f"note: {case.id} is played again: the kernel missed calls", flush=True)
            again.append(case)
        elif not case.faults:
            report.end(case, *verdicts[case.id])

    began = time.monotonic()
    result, why = boot.play(cases, binary, ended, patience)
    if result:
        report.guest(result, sum(seconds for _, seconds in verdicts.values()))
    missing = [case for case in cases if case.id not in verdicts]
    for case in missing:
        report.end(case, _lost(result, why, case is missing[0]), time.monotonic() - began)
    hits = _wrong_hits(cases, result) if result and not missing else []
    for case in cases:
        if case.faults and case.id in verdicts and case not in (again or []):
            wrong, seconds = verdicts[case.id]
            report.end(case, hits + wrong, seconds)


def _runnable(cases: list[Case], report: Report) -> list[Case]:
    """Without those that need a program which this machine lacks."""
    runnable = []
    for case in cases:
        lacking = [name for name in case.tools if not shutil.which(name)]
        if lacking:
            report.skip(case, f"{' and '.join(lacking)} not installed; "
                              "run tools/setup test, and make live-tools")
        else:
            runnable.append(case)
    return runnable


def _with_kernel(batches: list[list[Case]], report: Report) -> list[list[Case]]:
    """Without those whose kernel is not available: these fail, the others run."""
    lacking: dict[str, str] = {}
    # Once, here, so that two guests do not do it at the same time.
    for name in sorted({batch[0].kernels[0] for batch in batches}):
        try:
            found = kernel.fetch(name)
        except GuestError as error:
            lacking[name] = str(error)
            continue
        if found.instead:
            print(f"note: {name}: {found.instead}; {found.release} is taken", flush=True)
    for case in (case for batch in batches for case in batch if case.kernels[0] in lacking):
        report.end(case, [f"no kernel: {lacking[case.kernels[0]]}"], 0)
    return [batch for batch in batches if batch[0].kernels[0] not in lacking]


def _on_signal(number, _frame):
    # The guests end with this process; only their scratch files must be removed.
    for path in Path(tempfile.gettempdir()).glob(f"{SCRATCH}{os.getpid()}.*"):
        shutil.rmtree(path, ignore_errors=True)
    print("interrupted", file=sys.stderr, flush=True)
    os._exit(128 + number)


def _run(options: argparse.Namespace) -> int:
    if options.write_coverage or options.check_coverage:
        for page in (coverage, kernels):
            (page.write if options.write_coverage else page.check)()
        return 0
    chosen = _chosen(options)
    if options.list:
        for case in chosen:
            print(f"{case.id:60} {case.what}")
        for reason in _reasons(options):
            print(f"{reason.id:60} {reason.what}")
        return 0
    if options.architectures:
        needed = {matrix.lookup(case.kernels[0]).arch for case in chosen}
        print(*sorted(arch.lookup(name).kernel_arch for name in needed if arch.lookup(name).cross))
        return 0
    reasons = _reasons(options)
    if not chosen and not reasons:
        raise GuestError(f"no case is called {' or '.join(options.k)}; --list names them")
    if not options.binary.is_file():
        raise GuestError(f"there is no {options.binary}: run make static")
    report = Report(options.save)
    for reason in reasons:
        began = time.monotonic()
        report.end(reason, reason.wrong(), time.monotonic() - began)
    batches = _shared(_runnable(chosen, report))
    batches = _with_kernel(batches, report)
    with tempfile.TemporaryDirectory(prefix=boot.SCRATCH) as scratch:
        # A copy, because it may be rebuilt meanwhile.
        binary = Path(shutil.copy(options.binary, Path(scratch) / "daxaudit"))
        with ThreadPoolExecutor(options.j) as pool:
            again: list[Case] = []
            for done in [pool.submit(_play, batch, binary, report, options.patience, again)
                         for batch in batches]:
                done.result()
            for done in [pool.submit(_play, [case], binary, report, options.patience)
                         for case in again]:
                done.result()
    counts, guests = report.counts, report.guests
    for reason in snapshot.hopeless.values():
        print(f"note: guests boot each time, for no state could be saved: {reason}")
    print("seconds of all guests: " + ", ".join(
        f"{name} {seconds:.0f}" for name, seconds in sorted(report.seconds.items())))
    print(f"guests: {guests['booted']} booted, {guests['restored']} restored")
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


def main() -> int:
    """The process's exit code."""
    options = _parser().parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _on_signal)
    try:
        sweep_scratch()
        return _run(options)
    except GuestError as error:
        print(f"tests/live/run: {error}", file=sys.stderr)
        return 1
