# SPDX-License-Identifier: GPL-2.0-only
"""Fault injection. No fault is declared yet."""

from .errors import GuestError


class Injector:
    """Drives gdb."""


def load() -> dict:
    """All declared faults by name."""
    return {}


def plan(_kernel, names, _modules):
    """How to inject the named faults."""
    raise GuestError(f"no fault is called {names[0]}")
