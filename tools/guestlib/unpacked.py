# SPDX-License-Identifier: GPL-2.0-only
"""Packages that are unpacked in the cache, never over those of the machine."""

import hashlib
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

from . import cache, matrix
from .apt import Package, Suite, host_arch
from .errors import GuestError

PT_INTERP = 3
_WRAPPER = """\
#!/bin/sh
exec '{loader}' --library-path '{libraries}' --argv0 "$0" '{program}' "$@"
"""


def _loader(path: Path) -> str | None:
    """The name of the loader that a program needs; None for other files."""
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


def wrap(tree: Path, final: Path) -> None:
    """Replace every program by a script; `final` is the final path of the tree."""
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


def programs(folder: str, name: str, suite: str, package: str) -> Path:
    """The tree of a package of a later suite, whose programs run on this machine.

    They are linked to a later libc than the machine's: all that they depend on is
    unpacked with them, and each is run by the loader that came along.
    """
    of = Suite(suite, host_arch())
    # The scripts have the cache's place in them.
    return tree(folder, name, of, of.closure(package), wrap, str(cache.root()))
