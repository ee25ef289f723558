# SPDX-License-Identifier: GPL-2.0-only
"""docs/coverage.md: the kernels, drivers and cases that are exercised, and the expected results."""

from guestlib import GuestError
from guestlib.matrix import REPOSITORY

from . import absent, cases as declared, selection
from .absent import Absent
from .cases import KERNELS, Case

PAGE = REPOSITORY / "docs" / "coverage.md"
DRIVERS = {
    "pmem": "pmem: e820, virtio-pmem, ACPI NFIT",
    "dm": "device mapper",
    "device-dax": "device-dax and kmem",
    "fsdev": "fsdev",
    "virtiofs": "virtio-fs",
    "dcssblk": "dcssblk",
    "none": "no driver: kernels that cannot be audited, or not completely",
}

# daxaudit's exit code.
INCONCLUSIVE = 5

_HEAD = """\
<!-- Written by `tests/live/run --write-coverage` from tests/live/cases; do not edit. -->
# Coverage: kernel, driver, case

Every line is a case that `tests/live/run` runs on an unmodified kernel in a guest.
The case fails if one of these findings is missing, or if there is any other.

* **found**: the rules that must be found, each as often as it is listed.
* **silent**: there must be no finding.
* **inconclusive**: the audit is not complete, so the verdict is not a pass.
* **code**: no audit; this is the exit code.
* *(all)*: run only with `--all`; the last section gives the reason.

The first table has a column for each kernel on which most cases run. The second table has
the cases of all other kernels. [platforms.md](platforms.md) describes the kernels.

[found.md](found.md) describes the bugs of stock kernels. A debugger injects the faults from
outside of the kernel; they are declared in `tests/faults.toml`. "Tested" names the test that
fails when the reason for not exercising something is no longer valid.
"""


def _cell(cases: list[Case]) -> str:
    """The result of a case on one kernel; it has several ways to attach."""
    case = cases[0]
    text = "found: " + ", ".join(f"`{rule}`" for rule in case.find) if case.find else "silent"
    if case.also:
        text += "; may: " + ", ".join(f"`{rule}`" for rule in case.also)
    if not case.wants_report:
        text = f"code {case.code}"
    elif case.code == INCONCLUSIVE:
        text += "; inconclusive"
    return text + (" *(all)*" if all(case.slow for case in cases) else "")


def _code(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words) or "none"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _row(name: str, kernels: dict[str, list[Case]]) -> str:
    """A case on the usual kernels."""
    played = [case for cases in kernels.values() for case in cases]
    texts = dict.fromkeys(case.what for case in played)
    faults = dict.fromkeys(fault for case in played for fault in case.faults)
    why = next((case.elsewhere for case in played if case.elsewhere), "")
    if not why and any(kernel not in kernels for kernel in KERNELS):
        raise GuestError(f"{name}: say in `elsewhere` why it is not run on every kernel")
    cells = [_cell(kernels[kernel]) if kernel in kernels else f"not here: {why}"
             for kernel in KERNELS]
    return _line([f"`{name}`", "; ".join(texts), _code(list(faults)), *cells])


def _usual(cases: list[Case]) -> list[str]:
    """The table of the usual kernels: a column for each."""
    rows: dict[str, dict[str, list[Case]]] = {}
    for case in cases:
        if case.kernels[0] in KERNELS:
            rows.setdefault(case.name, {}).setdefault(case.kernels[0], []).append(case)
    if not rows:
        return []
    return ["", _line(["case", "what happens", "injected", *KERNELS]),
            "|---" * (3 + len(KERNELS)) + "|",
            *(_row(name, kernels) for name, kernels in rows.items())]


def _other(cases: list[Case]) -> list[str]:
    """The table of all other kernels: kernels in one row have the same results."""
    rows: dict[tuple, dict[str, list[Case]]] = {}
    for case in cases:
        if case.kernels[0] not in KERNELS:
            what = case.what + (f" (not elsewhere: {case.elsewhere})" if case.elsewhere else "")
            cells = (f"`{case.name}`", what, _code(case.faults), _cell([case]))
            rows.setdefault(cells, {}).setdefault(case.kernels[0], []).append(case)
    if not rows:
        return []
    return ["", _line(["case", "what happens", "injected", "result", "kernels"]), "|---" * 5 + "|",
            *(_line([*cells, _code(list(kernels))]) for cells, kernels in rows.items())]


def _section(driver: str, cases: list[Case], entries: list[Absent]) -> list[str]:
    exercised = [case for case in cases if driver in case.drivers]
    lines = ["", f"## {DRIVERS[driver]}", *_usual(exercised), *_other(exercised)]
    missing = [entry.line for entry in entries if driver == entry.driver]
    if missing:
        lines += ["", "Cannot be exercised here:", "", *missing]
    return lines


def _choices() -> list[str]:
    """The cases that run by default, by kernel, and the reasons."""
    lines = ["", "## Where cases run by default", "",
             "`tests/live/run` runs a case on each of its kernels, but for these, which it runs only "
             "where the", "table says, and for those that take minutes or another emulator. "
             "`--all` runs all. `@kprobe`:", "attached by kprobe events. Declared in "
             "`tests/live/by-default.toml`.", "", _line(["why", *KERNELS]),
             "|---" * (1 + len(KERNELS)) + "|"]
    return lines + [_line([choice.why, *(_code(choice.on.get(kernel, [])) for kernel in KERNELS)])
                    for choice in selection.load().choices]


def _check(cases: list[Case]) -> None:
    """Whether every case is listed, except those of no driver on the usual kernels."""
    unknown = {driver for case in cases for driver in case.drivers} - set(DRIVERS)
    if unknown:
        raise GuestError(f"no such driver: {', '.join(sorted(unknown))}")
    for case in cases:
        if not case.drivers and case.kernels[0] not in KERNELS:
            raise GuestError(f"{case.id}: say in `drivers` where it belongs on docs/{PAGE.name}; "
                             "if it exercises none, it is drivers = [\"none\"]")


def page() -> str:
    """The expected page."""
    cases = declared.load()
    _check(cases)
    entries = absent.load({case.name for case in cases})
    lines = [_HEAD.rstrip()]
    for driver in DRIVERS:
        lines += _section(driver, cases, entries)
    lines += _choices()
    return "\n".join(lines) + "\n"


def write() -> None:
    """Write it."""
    PAGE.write_text(page())


def check() -> None:
    """Raise an error if the file is not up to date."""
    if not PAGE.exists() or PAGE.read_text() != page():
        raise GuestError(f"docs/{PAGE.name} is not what the cases say: "
                         "run tests/live/run --write-coverage")
