# SPDX-License-Identifier: GPL-2.0-only
"""Which cases run where by default: tests/live/by-default.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from guestlib import GuestError

CHOICES = Path(__file__).resolve().parents[1] / "by-default.toml"


@dataclass(frozen=True)
class Choice:
    """The kernels on which some variants of cases run, NAME or NAME@WAY."""

    why: str
    on: dict[str, list[str]]


class Selection:
    """All choices."""

    def __init__(self, choices: list[Choice]):
        self.choices = choices
        self._kernels: dict[str, set[str]] = {}
        for choice in choices:
            names = {name for listed in choice.on.values() for name in listed}
            twice = names & set(self._kernels)
            if twice:
                raise GuestError(f"{CHOICES.name}: in two choices: {', '.join(sorted(twice))}")
            for name in names:
                self._kernels[name] = {kernel for kernel, listed in choice.on.items()
                                       if name in listed}

    def default(self, variant: str, kernel: str, first: bool) -> bool:
        """Does the variant run there by default? first: it is the case's first way to attach."""
        if variant in self._kernels:
            return kernel in self._kernels[variant]
        return first

    def check(self, slow: dict[tuple[str, str], bool]) -> None:
        """Raise an error if a choice names something that does not exist.

        slow: of each variant and kernel, whether it runs with --all only.
        """
        for variant, kernels in self._kernels.items():
            for kernel in sorted(kernels):
                if slow.get((variant, kernel), True):
                    raise GuestError(f"{CHOICES.name}: {variant} on {kernel}: there is no such "
                                     "case, or it is slow everywhere")


def load() -> Selection:
    """The selection as declared."""
    try:
        tables = tomllib.loads(CHOICES.read_text())["choice"]
        return Selection([Choice(**table) for table in tables])
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise GuestError(f"{CHOICES.name}: {error}") from error
