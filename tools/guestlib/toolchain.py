# SPDX-License-Identifier: GPL-2.0-only
"""Compilers for other architectures: the machine's own, or those of a later suite.

Debian 12's cannot link the libraries of an architecture that came after it.
"""

from . import arch as arches
from . import unpacked


def prefix(arch: arches.Arch) -> str:
    """What CROSS_COMPILE has to be; the compiler is unpacked if needed."""
    if not arch.compiler_suite:
        return arch.cross
    tree = unpacked.programs("toolchains", arch.name, arch.compiler_suite,
                             f"gcc-{arch.cross[:-1]}")
    return str(tree / "usr" / "bin" / arch.cross)
