# SPDX-License-Identifier: GPL-2.0-only
"""The libraries of another architecture, unpacked in the cache.

tools/setup lists them: the development packages of its build group.
Multi-arch packages would need the same version for every architecture; these
are only taken apart, so neither versions nor the machine's packages matter.
"""

import subprocess
from pathlib import Path

from . import arch as arches
from . import matrix, unpacked
from .apt import Package, Suite

# Their dependencies: kernel headers, and libraries that libelf.a may be built with.
BESIDE = ("linux-libc-dev", "libzstd-dev")


def wanted() -> list[str]:
    """The names of the packages."""
    setup = matrix.REPOSITORY / "tools" / "setup"
    listed = subprocess.run([setup, "--list", "build"], capture_output=True, text=True,
                            check=True).stdout.split()
    names = (name.split("|")[0] for name in listed)
    return [*(name for name in names if name.endswith("-dev")), *BESIDE]


def packages(name: str) -> list[Package]:
    """The packages that are unpacked for an architecture."""
    arch = arches.lookup(name)
    return unpacked.newest(Suite(arch.sysroot_suite, arch.name), [*wanted(), *arch.sysroot_beside])


def fetch(name: str) -> Path:
    """The directory to compile against; created if it is not in the cache."""
    suite = Suite(arches.lookup(name).sysroot_suite, name)
    return unpacked.tree("sysroots", name, suite, packages(name))
