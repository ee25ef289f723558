# SPDX-License-Identifier: GPL-2.0-only
"""The libraries of another architecture, unpacked beside the machine's own.

Which ones is told by tools/setup: the development packages of its build group.
Multi-arch packages would need the same version for every architecture; these
are only taken apart, so neither versions nor the machine's packages matter.
"""

import hashlib
import subprocess
from pathlib import Path

from . import arch as arches
from . import cache, matrix
from .apt import Package, Suite
from .errors import GuestError

# What those need beside themselves: kernel headers, and what libelf.a may be built with.
BESIDE = ("linux-libc-dev", "libzstd-dev")


def wanted() -> list[str]:
    """The names of the packages."""
    setup = matrix.REPOSITORY / "tools" / "setup"
    listed = subprocess.run([setup, "--list", "build"], capture_output=True, text=True,
                            check=True).stdout.split()
    names = (name.split("|")[0] for name in listed)
    return [*(name for name in names if name.endswith("-dev")), *BESIDE]


def _resolve(arch: arches.Arch, packages: list[Package]) -> list[Package]:
    newest: dict[str, Package] = {}
    for package in packages:
        held = newest.get(package.name)
        if not held or matrix.version_key(package.version) > matrix.version_key(held.version):
            newest[package.name] = package
    names = [*wanted(), *arch.sysroot_beside]
    missing = [name for name in names if name not in newest]
    if missing:
        raise GuestError(f"{arch.sysroot_suite} has no {', '.join(missing)} for {arch.name}")
    return [newest[name] for name in names]


def fetch(name: str) -> Path:
    """The directory to compile against; made if it is not in the cache."""
    arch = arches.lookup(name)
    suite = Suite(arch.sysroot_suite, arch.name)
    packages = _resolve(arch, suite.packages())
    key = hashlib.sha256(" ".join(package.sha256 for package in packages).encode())
    path = cache.root() / "sysroots" / f"{arch.name}-{key.hexdigest()[:16]}"
    with cache.locked(path.name):
        if not path.is_dir():
            with cache.new_directory(path) as target:
                for package in packages:
                    subprocess.run(["dpkg-deb", "-x", suite.download(package), target],
                                   check=True)
    return path
