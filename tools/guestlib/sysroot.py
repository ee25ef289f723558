# SPDX-License-Identifier: GPL-2.0-only
"""The libraries of another architecture, unpacked beside the machine's own.

Which ones is told by tools/setup: the development packages of its build group.
Multi-arch packages would need the same version for every architecture; these
are only taken apart, so neither versions nor the machine's packages matter.
"""

import subprocess
from pathlib import Path

from . import arch as arches
from . import matrix, unpacked
from .apt import Suite

# What those need beside themselves: kernel headers, and what libelf.a may be built with.
BESIDE = ("linux-libc-dev", "libzstd-dev")


def wanted() -> list[str]:
    """The names of the packages."""
    setup = matrix.REPOSITORY / "tools" / "setup"
    listed = subprocess.run([setup, "--list", "build"], capture_output=True, text=True,
                            check=True).stdout.split()
    names = (name.split("|")[0] for name in listed)
    return [*(name for name in names if name.endswith("-dev")), *BESIDE]


def fetch(name: str) -> Path:
    """The directory to compile against; made if it is not in the cache."""
    arch = arches.lookup(name)
    suite = Suite(arch.sysroot_suite, arch.name)
    names = [*wanted(), *arch.sysroot_beside]
    return unpacked.tree("sysroots", arch.name, suite, unpacked.newest(suite, names))
