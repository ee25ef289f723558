# SPDX-License-Identifier: GPL-2.0-only
"""Fixes of bugs: a stock kernel whose module is replaced by one with a semantic patch.

The bug's live case then does not find it, and cases of other bugs still find theirs.
"""

import argparse
import fnmatch
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from guestlib import GuestError, cache, headers, matrix

from . import boot
from .cases import Case, load
from .judge import judge

TABLE = matrix.REPOSITORY / "tests" / "fixes.toml"
PATCHES = matrix.REPOSITORY / "tests" / "fixes"
BINARY = matrix.REPOSITORY / "build" / "daxaudit.static"


@dataclass(frozen=True)
class Fix:
    """An entry of tests/fixes.toml."""

    bug: str
    kernel: str
    source: str
    module: str
    silent: tuple[str, ...]
    fires: tuple[str, ...]

    @property
    def id(self) -> str:
        """Its name in the output."""
        return f"fixes/{self.bug}/{self.kernel}"


def table() -> list[Fix]:
    """All fixes."""
    try:
        return [Fix(**{key: tuple(value) if isinstance(value, list) else value
                       for key, value in row.items()})
                for row in tomllib.loads(TABLE.read_text())["fix"]]
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise GuestError(f"{TABLE}: {error}") from error


def _mend(source: Path, patch: Path) -> None:
    if not shutil.which("spatch"):
        raise GuestError("spatch is missing; run tools/setup fixes")
    before = source.read_bytes()
    done = subprocess.run(["spatch", "--very-quiet", "--in-place", "--sp-file", patch, source],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise GuestError(f"{patch.name}: {done.stderr.strip()[-400:]}")
    if source.read_bytes() == before:
        raise GuestError(f"{patch.name} changes nothing in {source.name}")


def mended(fix: Fix) -> bytes:
    """The fixed module."""
    with tempfile.TemporaryDirectory(dir=cache.directory("modules")) as scratch:
        folder = headers.source(fix.kernel, str(Path(fix.source).parent), Path(scratch))
        source = folder / Path(fix.source).name
        _mend(source, PATCHES / f"{fix.bug}.cocci")
        for name in ("Makefile", "Kbuild", "Kconfig"):
            (folder / name).unlink(missing_ok=True)
        (folder / "Kbuild").write_text(f"obj-m := {fix.module}.o\n"
                                       f"{fix.module}-y := {source.stem}.o\n")
        return headers.build(fix.kernel, folder)


def _case(name: str, kernel: str) -> Case:
    for case in load():
        if case.name == name and case.kernels == [kernel] and case.attach == ["auto"]:
            return case
    raise GuestError(f"{TABLE.name}: no live case {name} on {kernel}")


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
    """The remaining findings of the bug. An audit without hooks does not count."""
    if "report.json" not in remains.files:
        return [f"{case.id}: no report: {remains.text('err')[-400:]}"]
    report = json.loads(remains.text("report.json"))
    found = [finding["rule"] for finding in report["findings"] if finding["rule"] in case.find]
    wrong = [f"{case.id}: still finds {rule}" for rule in found]
    if report["verdict"] != "pass":
        wrong.append(f"{case.id}: is {report['verdict']}: {report.get('reasons')}")
    if not report["counts"]["devices"]:
        wrong.append(f"{case.id}: saw no device")
    return wrong


def check(fix: Fix, keep: Path | None = None) -> list[str]:
    """The failures."""
    module = {fix.module: mended(fix)}
    wrong = []
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
        description="Mend a module of a stock kernel by each semantic patch of tests/fixes, and "
                    "play the live cases of its bug and of others with it.")
    parser.add_argument("fix", nargs="*", help="F1, F6/6.12-amd64, ...; default: all")
    parser.add_argument("--save", type=Path, metavar="DIR", help="keep what the cases left")
    options = parser.parse_args()
    failed = 0
    try:
        fixes = [fix for fix in table() if not options.fix or
                 any(fnmatch.fnmatch(fix.id, f"fixes/{word}*") for word in options.fix)]
        if not fixes:
            raise GuestError(f"no such fix in {TABLE.name}")
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
