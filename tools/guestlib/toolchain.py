# SPDX-License-Identifier: GPL-2.0-only
"""Compilers for other architectures: the machine's own, or those of a later suite.

Debian 12's cannot link the libraries of an architecture that came after it. A
later suite's can, but are linked to a later libc than the machine's: they are
unpacked in the cache with all that they depend on, and each program is run by the
loader that came along.
"""

import struct
from pathlib import Path

from . import arch as arches
from . import cache, unpacked
from .apt import Suite, host_arch

PT_INTERP = 3
_WRAPPER = """\
#!/bin/sh
exec '{loader}' --library-path '{libraries}' --argv0 "$0" '{program}' "$@"
"""


def _loader(path: Path) -> str | None:
    """The name of the loader that a program asks for; None for all else."""
    with open(path, "rb") as handle:
        head = handle.read(4096)
    if head[:5] != b"\x7fELF\x02":
        return None
    order = "<" if head[5] == 1 else ">"
    (table,), (size, count) = (struct.unpack_from(order + "Q", head, 32),
                               struct.unpack_from(order + "2H", head, 54))
    for header in range(table, table + size * count, size):
        kind, _, offset, _, _, length = struct.unpack_from(order + "2I4Q", head, header)
        if kind == PT_INTERP:
            return Path(head[offset:offset + length - 1].decode()).name
    return None


def _wrap(tree: Path, final: Path) -> None:
    """Put a script in the place of every program; `final` is where the tree will be."""
    for path in [path for path in tree.glob("usr/**/*") if path.is_file()]:
        if path.is_symlink() or not path.stat().st_mode & 0o100 or ".so" in path.name:
            continue
        found = next(tree.glob(f"usr/lib*/{name}"), None) if (name := _loader(path)) else None
        if not found:
            continue
        loader = final / found.resolve().relative_to(tree.resolve())
        program = path.with_name(f"{path.name}.elf")
        path.rename(program)
        path.write_text(_WRAPPER.format(loader=loader, libraries=loader.parent,
                                        program=final / program.relative_to(tree)))
        path.chmod(0o755)


def prefix(arch: arches.Arch) -> str:
    """What CROSS_COMPILE has to be; the compiler is unpacked if need be."""
    if not arch.compiler_suite:
        return arch.cross
    suite = Suite(arch.compiler_suite, host_arch())
    # The scripts have the cache's place in them.
    tree = unpacked.tree("toolchains", arch.name, suite, suite.closure(f"gcc-{arch.cross[:-1]}"),
                         _wrap, str(cache.root()))
    return str(tree / "usr" / "bin" / arch.cross)
