# SPDX-License-Identifier: GPL-2.0-only
"""Kernels that no distribution ships, built small from a distribution's source package.

What comes out depends on the package, the files of tests/kernels and the
compiler, and is cached under a hash of these. A build that was interrupted goes
on where it was. The tree of some kernels is kept, so that a build with some changed
files takes minutes.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from . import arch as arches
from . import cache, matrix
from .errors import GuestError

FILES = matrix.REPOSITORY / "tests" / "kernels"
# What modprobe and depmod look for, where nothing is a module.
MODULE_TABLES = ("modules.order", "modules.builtin", "modules.builtin.modinfo",
                 "modules.softdep", "modules.alias", "modules.dep")


def _compiler(arch: arches.Arch) -> str:
    program = f"{arch.cross}gcc"
    if not shutil.which(program):
        raise GuestError(f"{program} is missing; run tools/setup cross")
    return subprocess.run([program, "--version"], capture_output=True, text=True,
                          check=True).stdout.splitlines()[0]


def inputs(entry: matrix.Entry) -> str:
    """All but the package that a build depends on, as a text to be hashed."""
    recipe = entry.build
    files = [*recipe.config, *recipe.append.values()]
    digests = [hashlib.sha256((FILES / name).read_bytes()).hexdigest() for name in files]
    return " ".join([_compiler(arches.lookup(entry.arch)), repr(recipe), *digests])


def _configuration(recipe: matrix.Build) -> str:
    return "".join((FILES / name).read_text() for name in recipe.config)


def _unpack(archive: Path, tree: Path, recipe: matrix.Build) -> None:
    """The source with daxaudit's additions."""
    with cache.new_directory(tree) as fresh:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive],
                              stdout=subprocess.PIPE) as reader:
            packed = subprocess.Popen(["tar", "-xO", "--wildcards", "*/linux-source-*.tar.xz"],
                                      stdin=reader.stdout, stdout=subprocess.PIPE)
            subprocess.run(["tar", "-xJ", "-C", fresh, "--strip-components=1"],
                           stdin=packed.stdout, check=True, stderr=subprocess.PIPE)
            if packed.wait():
                raise GuestError(f"{archive} holds no source; delete it and try again")
        for target, name in recipe.append.items():
            with open(fresh / target, "a", encoding="utf-8") as handle:
                handle.write((FILES / name).read_text())


def _make(tree: Path, arch: arches.Arch, *words: str) -> None:
    log = tree.parent / "log"
    command = ["make", "-s", f"-j{os.cpu_count() or 1}", f"ARCH={arch.kernel_arch}",
               f"CROSS_COMPILE={arch.cross}", "KBUILD_BUILD_TIMESTAMP=1970-01-01",
               "KBUILD_BUILD_USER=daxaudit", "KBUILD_BUILD_HOST=daxaudit", *words]
    with open(log, "ab") as output:
        done = subprocess.run(command, cwd=tree, stdin=subprocess.DEVNULL, stdout=output,
                              stderr=output, check=False)
    if done.returncode:
        lines = [line for line in log.read_text(errors="replace").splitlines()
                 if "rror" in line] or ["no error in the log"]
        raise GuestError(f"make {' '.join(words)} failed: {lines[-1].strip()} (see {log})")


def check(tree: Path, wanted: str) -> None:
    """Check that the configuration has every option: Kconfig drops options silently.

    As for Kconfig, the last line of an option is valid.
    """
    have = set((tree / ".config").read_text().splitlines())
    last = {match[1]: match[0] for match in re.finditer(
        r"(?m)^(?:# )?(CONFIG_\w+)(?:=.*| is not set)$", wanted)}
    lost = [line for line in last.values() if line.startswith("CONFIG_") and line not in have]
    if lost:
        raise GuestError(f"this kernel does not take {', '.join(lost)}")


def _restore(tree: Path) -> None:
    """Undo a change of files, also if that build was killed."""
    stock = tree.parent / "stock"
    for path in stock.rglob("*"):
        if path.is_file():
            (tree / path.relative_to(stock)).write_bytes(path.read_bytes())
    shutil.rmtree(stock, ignore_errors=True)


def _prepare(entry: matrix.Entry, key: str, archive: Path) -> Path:
    """The tree, unpacked and configured."""
    work = cache.directory(f"builds/{key}")
    tree = work / "linux"
    if not tree.is_dir():
        _unpack(archive, tree, entry.build)
    _restore(tree)
    wanted = _configuration(entry.build)
    (work / "config").write_text(wanted)
    _make(tree, arches.lookup(entry.arch), f"KCONFIG_ALLCONFIG={work / 'config'}", "allnoconfig")
    check(tree, wanted)
    return tree


def _make_into(entry: matrix.Entry, tree: Path, target: Path) -> str:
    recipe, arch = entry.build, arches.lookup(entry.arch)
    _make(tree, arch, *recipe.make)
    release = (tree / "include/config/kernel.release").read_text().strip()
    shutil.copy(tree / recipe.image, target / "vmlinuz")
    if recipe.image == "vmlinux":
        subprocess.run([f"{arch.cross}strip", target / "vmlinuz"], check=True)
    if recipe.dtb:
        shutil.copy(tree / recipe.dtb, target / "dtb")
    modules = target / "lib" / "modules" / release
    modules.mkdir(parents=True)
    for name in MODULE_TABLES:
        (modules / name).touch()
    shutil.copy(tree / "modules.builtin", modules)
    return release


def build(entry: matrix.Entry, key: str, archive: Path, target: Path) -> str:
    """Build the kernel, put it into target as an unpacked package would be; its release."""
    with cache.locked(f"build-{key}"):
        tree = _prepare(entry, key, archive)
        release = _make_into(entry, tree, target)
        if not entry.build.keep:
            shutil.rmtree(tree.parent, ignore_errors=True)
        return release


def build_changed(entry: matrix.Entry, key: str, archive: Path, target: Path,
                  sources: tuple[str, ...], change: Callable[[Path], None]) -> str:
    """The same with changed files; `change` gets the path of each."""
    with cache.locked(f"build-{key}"):
        tree = _prepare(entry, key, archive)
        with cache.new_directory(tree.parent / "stock") as stock:
            for source in sources:
                (stock / source).parent.mkdir(parents=True, exist_ok=True)
                (stock / source).write_bytes((tree / source).read_bytes())
        try:
            for source in sources:
                change(tree / source)
            return _make_into(entry, tree, target)
        finally:
            _restore(tree)
