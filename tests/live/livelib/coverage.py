# SPDX-License-Identifier: GPL-2.0-only
"""docs/coverage.md: which kernel, driver and case was exercised, and what must come of it."""

from guestlib import GuestError
from guestlib.matrix import REPOSITORY

from . import absent, cases as declared
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
}

_HEAD = """\
<!-- Written by `tests/live/run --write-coverage` from tests/live/cases; do not edit. -->
# Coverage: kernel, driver, case

Every line is a case that `tests/live/run` plays on an unmodified kernel in a guest.
The case fails if one of these findings is missing, or if there is any other.

* **found**: the rules that must be found, each as often as it is listed.
* **silent**: there must be no finding.
* *(all)*: played with `--all` only.

The bugs F1 to F5 are described in [found.md](found.md). Faults are injected with a
debugger from outside of the kernel; they are declared in `tests/faults.toml`.
"Tested" names what fails when a reason for not exercising something is gone.
"""


def _cell(cases: list[Case]) -> str:
    """What comes of a case on one kernel; it has several ways to attach."""
    case = cases[0]
    text = "found: " + ", ".join(f"`{rule}`" for rule in case.find) if case.find else "silent"
    if case.also:
        text += "; may: " + ", ".join(f"`{rule}`" for rule in case.also)
    return text + (" *(all)*" if all(case.slow for case in cases) else "")


def _row(name: str, kernels: dict[str, list[Case]], columns: list[str]) -> str:
    whats = dict.fromkeys(case.what for cases in kernels.values() for case in cases)
    faults = dict.fromkeys(fault for cases in kernels.values() for case in cases
                           for fault in case.faults)
    why = next((case.elsewhere for cases in kernels.values() for case in cases
                if case.elsewhere), "")
    if not why and any(kernel not in kernels for kernel in columns):
        raise GuestError(f"{name}: say in `elsewhere` why it is not played on every kernel")
    cells = [_cell(kernels[kernel]) if kernel in kernels else f"not here: {why}"
             for kernel in columns]
    return "| " + " | ".join([f"`{name}`", "; ".join(whats),
                              ", ".join(f"`{fault}`" for fault in faults) or "none",
                              *cells]) + " |"


def _columns(rows: dict[str, dict[str, list[Case]]]) -> list[str]:
    """The usual kernels; for a driver that none of them can have, those that do."""
    played = dict.fromkeys(kernel for kernels in rows.values() for kernel in kernels)
    return KERNELS if set(KERNELS) & set(played) else list(played)


def _section(driver: str, cases: list[Case], entries: list[Absent]) -> list[str]:
    rows: dict[str, dict[str, list[Case]]] = {}
    for case in cases:
        if driver in case.drivers:
            rows.setdefault(case.name, {}).setdefault(case.kernels[0], []).append(case)
    lines = ["", f"## {DRIVERS[driver]}", ""]
    if rows:
        columns = _columns(rows)
        lines += ["| case | what happens | injected | " + " | ".join(columns) + " |",
                  "|---" * (3 + len(columns)) + "|"]
        lines += [_row(name, kernels, columns) for name, kernels in rows.items()]
    missing = [entry.line for entry in entries if driver == entry.driver]
    if missing:
        lines += ["", "Cannot be exercised here:", "", *missing]
    return lines


def page() -> str:
    """The page as it must be."""
    cases = declared.load()
    unknown = {driver for case in cases for driver in case.drivers} - set(DRIVERS)
    if unknown:
        raise GuestError(f"no such driver: {', '.join(sorted(unknown))}")
    entries = absent.load({case.name for case in cases})
    lines = [_HEAD.rstrip()]
    for driver in DRIVERS:
        lines += _section(driver, cases, entries)
    return "\n".join(lines) + "\n"


def write() -> None:
    """Write it."""
    PAGE.write_text(page())


def check() -> None:
    """Raise an error if the file is not as it must be."""
    if not PAGE.exists() or PAGE.read_text() != page():
        raise GuestError(f"docs/{PAGE.name} is not what the cases say: "
                         "run tests/live/run --write-coverage")
