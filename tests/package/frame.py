# SPDX-License-Identifier: GPL-2.0-only
"""Shared by the tests of this folder: their list, and the build directory."""
import pathlib

BUILD = pathlib.Path("build")
TESTS = {}


class Skip(Exception):
    """It cannot be run here."""


def test(function):
    """One test: fails by an exception."""
    TESTS[function.__name__.replace("_", "-")] = (function, False)
    return function


def slow(function):
    """A test that only --all runs."""
    TESTS[function.__name__.replace("_", "-")] = (function, True)
    return function
