# SPDX-License-Identifier: GPL-2.0-only
"""Things that no guest can exercise, and whether the reason is still valid: not-exercised.toml."""

import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from guestlib import GuestError, arch as arches, emulator

ABSENT = Path(__file__).resolve().parents[1] / "not-exercised.toml"
# Queried in addition to the machine's own, if that is older.
LATER_QEMU = 10


@dataclass(frozen=True)
class Lacking:
    """A property that a device of QEMU does not have."""

    name: str
    arch: str
    device: str
    property: str

    @property
    def id(self) -> str:
        """Its name in the output."""
        return f"live/{self.name}"

    @property
    def what(self) -> str:
        """A description in one line."""
        return f"no QEMU at hand has the property {self.property} of {self.device}"

    def _properties(self, words: list[str]) -> set[str]:
        done = subprocess.run([*words, "-device", f"{self.device},help"], check=False,
                              capture_output=True, text=True)
        return set(re.findall(r"(?m)^\s+([\w-]+)=<", done.stdout))

    def wrong(self) -> list[str]:
        """Why the reason is not valid, or cannot be checked; empty if it is valid."""
        reasons, arch = [], arches.lookup(self.arch)
        try:
            programs = {tuple(emulator.words(arch, major)) for major in (0, LATER_QEMU)}
        except GuestError as error:
            return [str(error)]
        for words in programs:
            known = self._properties(list(words))
            if not known:
                reasons.append(f"{' '.join(words)} does not tell what {self.device} has")
            if self.property in known:
                reasons.append(f"{' '.join(words)} has the property {self.property} of "
                               f"{self.device}: use it, and correct {ABSENT.name}")
        return reasons


@dataclass(frozen=True)
class Absent:
    """An entry."""

    driver: str
    what: str
    why: str
    shown_by: str | None = None
    lacking: Lacking | None = None

    @property
    def line(self) -> str:
        """For docs/coverage.md."""
        proof = self.shown_by or (self.lacking.name if self.lacking else None)
        return f"* {self.what}: {self.why}" + (f". Tested: `{proof}`" if proof else "")


def load(names: set[str]) -> list[Absent]:
    """All entries; `names` are the existing cases."""
    entries = []
    try:
        for table in tomllib.loads(ABSENT.read_text())["absent"]:
            if "lacking" in table:
                table["lacking"] = Lacking(**table["lacking"])
            entries.append(Absent(**table))
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise GuestError(f"{ABSENT.name}: {error}") from error
    for entry in entries:
        if entry.shown_by and entry.shown_by not in names:
            raise GuestError(f"{ABSENT.name}: no case is called {entry.shown_by}")
    return entries
