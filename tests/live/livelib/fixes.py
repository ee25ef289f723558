# SPDX-License-Identifier: GPL-2.0-only
"""Fixes of bugs: a kernel, or its module, is replaced by one with a semantic patch.

The bug's live case then does not find it, and cases of other bugs still find theirs.
"""

import argparse
import contextlib
import fnmatch
import json
import sys
from pathlib import Path

from guestlib import GuestError, fix as fixed, kernel as kernels, matrix
from guestlib.streams import complaints

from . import boot
from .cases import Case, load
from .judge import judge

BINARY = matrix.REPOSITORY / "build" / "daxaudit.static"


def _case(name: str, kernel: str) -> Case:
    for case in load():
        if case.name == name and case.kernels == [kernel] and case.attach == ["auto"]:
            return case
    raise GuestError(f"{fixed.TABLE.name}: no live case {name} on {kernel}")


def _play(case: Case, module: dict[str, bytes], keep: Path | None) -> boot.Remains:
    left: list[boot.Remains] = []
    result, why = boot.play([case], BINARY, lambda _, remains: left.append(remains), 2, module)
    if not left:
        raise GuestError(f"{case.id}: {why or (result.last_words() if result else 'no guest')}")
    if keep:
        folder = keep / f"{case.name}.{case.kernels[0]}"
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in left[0].files.items():
            (folder / name).write_bytes(data)
    return left[0]


def _silence(case: Case, remains: boot.Remains) -> list[str]:
    """The remaining findings, of the kernel, too. An audit without hooks does not count."""
    if "report.json" not in remains.files:
        return [f"{case.id}: no report: {remains.text('err')[-400:]}"]
    report = json.loads(remains.text("report.json"))
    found = [finding["rule"] for finding in report["findings"] if finding["rule"] in case.find]
    wrong = [f"{case.id}: still finds {rule}" for rule in found]
    wrong += [f"{case.id}: kernel complaint: {line}"
              for line in complaints(remains.text("kernel.log"))]
    if report["verdict"] != "pass":
        wrong.append(f"{case.id}: is {report['verdict']}: {report.get('reasons')}")
    if not report["counts"]["devices"]:
        wrong.append(f"{case.id}: saw no device")
    return wrong


def check(fix: fixed.Fix, keep: Path | None = None) -> list[str]:
    """The failures."""
    module, kernel = {}, contextlib.nullcontext()
    if fix.module:
        module = {fix.module: fixed.module(fix)}
    else:
        kernel = kernels.in_place(fixed.kernel(fix))
    wrong = []
    with kernel:
        for name in fix.silent:
            case = _case(name, fix.kernel)
            wrong += _silence(case, _play(case, module, keep))
        for name in fix.fires:
            case = _case(name, fix.kernel)
            wrong += [f"{case.id}: {line}" for line in judge(case, _play(case, module, keep))]
    return wrong


def main() -> int:
    """The process's exit code."""
    parser = argparse.ArgumentParser(
        prog="tests/live/fixes",
        description="Mend a kernel, or its module, by each semantic patch of tests/fixes, and "
                    "play the live cases of its bug and of others with it.")
    parser.add_argument("fix", nargs="*", help="F1, F6/6.12-amd64, ...; default: all")
    parser.add_argument("--save", type=Path, metavar="DIR", help="keep what the cases left")
    options = parser.parse_args()
    failed = 0
    try:
        fixes = [fix for fix in fixed.table() if not options.fix or
                 any(fnmatch.fnmatch(fix.id, f"fixes/{word}*") for word in options.fix)]
        if not fixes:
            raise GuestError(f"no such fix in {fixed.TABLE.name}")
        for fix in fixes:
            wrong = check(fix, options.save and options.save / fix.bug)
            failed += bool(wrong)
            print(f"{'FAIL' if wrong else 'ok  '} {fix.id}", flush=True)
            for line in wrong:
                print(f"       {line}", flush=True)
    except GuestError as error:
        print(f"fixes: error: {error}", file=sys.stderr)
        return 125
    print(f"{len(fixes) - failed} passed, {failed} failed")
    return 1 if failed else 0
