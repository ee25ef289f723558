# SPDX-License-Identifier: GPL-2.0-only
"""docs/coverage.md: which kernel, driver and case was exercised, and what must come of it."""

import tomllib
from pathlib import Path

from guestlib import GuestError
from guestlib.matrix import REPOSITORY

from . import cases as declared
from .cases import KERNELS, Case

PAGE = REPOSITORY / "docs" / "coverage.md"
ABSENT = Path(__file__).resolve().parents[1] / "not-exercised.toml"
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


def _section(driver: str, cases: list[Case], absent: list[dict]) -> list[str]:
    rows: dict[str, dict[str, list[Case]]] = {}
    for case in cases:
        if driver in case.drivers:
            rows.setdefault(case.name, {}).setdefault(case.kernels[0], []).append(case)
    lines = ["", f"## {DRIVERS[driver]}", ""]
    if rows:
        lines += ["| case | what happens | injected | " + " | ".join(KERNELS) + " |",
                  "|---" * (3 + len(KERNELS)) + "|"]
        lines += [_row(name, kernels, KERNELS) for name, kernels in rows.items()]
    missing = [entry for entry in absent if driver == entry["driver"]]
    if missing:
        lines += ["", "Cannot be exercised here:", ""]
        lines += [f"* {entry['what']}: {entry['why']}" for entry in missing]
    return lines


def page() -> str:
    """The page as it must be."""
    cases = declared.load()
    unknown = {driver for case in cases for driver in case.drivers} - set(DRIVERS)
    if unknown:
        raise GuestError(f"no such driver: {', '.join(sorted(unknown))}")
    absent = tomllib.loads(ABSENT.read_text())["absent"]
    lines = [_HEAD.rstrip()]
    for driver in DRIVERS:
        lines += _section(driver, cases, absent)
    return "\n".join(lines) + "\n"


def write() -> None:
    """Write it."""
    PAGE.write_text(page())


def check() -> None:
    """Raise an error if the file is not as it must be."""
    if not PAGE.exists() or PAGE.read_text() != page():
        raise GuestError(f"docs/{PAGE.name} is not what the cases say: "
                         "run tests/live/run --write-coverage")
