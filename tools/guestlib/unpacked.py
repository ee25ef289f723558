# SPDX-License-Identifier: GPL-2.0-only
"""Packages that are taken apart in the cache, beside the machine's own and never over them."""

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

from . import cache, matrix
from .apt import Package, Suite
from .errors import GuestError


def newest(suite: Suite, names: list[str]) -> list[Package]:
    """The newest package of each name; an index that does not know one is fetched again."""
    missing: list[str] = []
    for fresh in (False, True):
        if fresh:
            suite.refresh()
        found: dict[str, Package] = {}
        for package in suite.packages():
            held = found.get(package.name)
            if not held or matrix.version_key(package.version) > matrix.version_key(held.version):
                found[package.name] = package
        missing = [name for name in names if name not in found]
        if not missing:
            return [found[name] for name in names]
    raise GuestError(f"{suite.suite} has no {', '.join(missing)} for {suite.arch}")


def tree(folder: str, name: str, suite: Suite, packages: list[Package],
         finish: Callable[[Path, Path], None] | None = None, salt: str = "") -> Path:
    """The directory of the cache, FOLDER/NAME-KEY, that they are unpacked in; made if need be.

    finish: what else is to be done to it, with where it is and where it will be;
    salt: what that depends on beside the packages.
    """
    content = " ".join([package.sha256 for package in packages] + ([salt] if salt else []))
    key = hashlib.sha256(content.encode())
    path = cache.root() / folder / f"{name}-{key.hexdigest()[:16]}"
    with cache.locked(f"{folder}-{path.name}"):
        if not path.is_dir():
            with cache.new_directory(path) as target:
                for package in packages:
                    subprocess.run(["dpkg-deb", "-x", suite.download(package), target],
                                   check=True, stderr=subprocess.PIPE)
                if finish:
                    finish(target, path)
    return path
