# SPDX-License-Identifier: GPL-2.0-only
"""Prometheus and its neighbours, out of this machine's own suite: unpacked, not installed.

Installing them would start services and make users on whatever machine runs the tests.
"""
import pathlib
import platform
import re
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools"))
# pylint: disable=wrong-import-position
from guestlib import cache  # noqa: E402
from guestlib.apt import Suite  # noqa: E402
from guestlib.errors import GuestError  # noqa: E402

PACKAGES = {
    "promtool": "prometheus",
    "prometheus": "prometheus",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "logrotate": "logrotate",
}
ARCHES = {"x86_64": "amd64", "aarch64": "arm64"}


def _suite():
    text = pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
    codename = re.search(r"(?m)^VERSION_CODENAME=\"?(\w+)", text)
    arch = ARCHES.get(platform.machine(), platform.machine())
    return Suite(codename[1] if codename else "sid", arch)


def _find(suite, name):
    for fresh in (False, True):
        if fresh:
            suite.refresh()
        for package in suite.packages():
            if package.name == name:
                return package
    raise GuestError(f"{suite.label} has no package {name}")


def unpacked(name):
    """The directory in which a package is unpacked."""
    suite = _suite()
    package = _find(suite, name)
    path = cache.root() / "programs" / package.sha256
    deb = suite.download(package)
    with cache.locked(f"programs-{package.sha256}"):
        if not path.exists():
            with cache.new_directory(path) as directory:
                subprocess.run(["dpkg-deb", "-x", str(deb), str(directory)], check=True)
    return path


def program(name):
    """The path of a program of PACKAGES."""
    for folder in ("usr/bin", "usr/sbin"):
        path = unpacked(PACKAGES[name]) / folder / name
        if path.exists():
            return path
    raise GuestError(f"{PACKAGES[name]} has no program {name}")
