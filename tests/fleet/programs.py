# SPDX-License-Identifier: GPL-2.0-only
"""Prometheus and its neighbours, out of this machine's own suite: unpacked, not installed.

Installing them would start services and make users on whatever machine runs the tests.
"""
import pathlib
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools"))
# pylint: disable=wrong-import-position
from guestlib import unpacked as unpack  # noqa: E402
from guestlib.apt import Suite, host_arch, host_codename  # noqa: E402
from guestlib.errors import GuestError  # noqa: E402

# Programs that are, or were, in a package of another name.
FORMERLY = {"promtool": "prometheus"}  # until Debian 12


def unpacked(name):
    """The directory in which a package is unpacked."""
    suite = Suite(host_codename(), host_arch())
    return unpack.tree("programs", name, suite, unpack.newest(suite, [name]))


def program(name):
    """The path of a program."""
    for package in filter(None, (FORMERLY.get(name), name)):
        for folder in ("usr/bin", "usr/sbin"):
            path = unpacked(package) / folder / name
            if path.exists():
                return path
    raise GuestError(f"no package has the program {name}")
