# SPDX-License-Identifier: GPL-2.0-only
"""Kernel modules of the tests, built against the headers of a kernel of the matrix."""

import re
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from . import cache, kernel as kernels, toolchain, unpacked
from .apt import Package, Suite, host_arch
from .errors import GuestError

# The dependencies of the headers that are unpacked: the programs of kbuild may need a newer
# C library than the machine's. The compiler is that of the machine.
_PARTS = re.compile(r"linux-(headers|kbuild)-\S+")
_LIBRARIES = re.compile(r"libc6|libelf1(t64)?|zlib1g|libzstd1")
# For a compiler that is older than the kernel's: options that it may not know.
_OLDER = ("CC=gcc", "CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=")


def _packages(suite: Suite, name: str) -> list[Package]:
    found, wanted = {}, [name]
    for want in wanted:
        try:
            package, depends = suite.show(want)
        except GuestError:
            # Suites of updates have no C library: their kernels are built with the machine's.
            if _LIBRARIES.fullmatch(want):
                continue
            raise
        found[want] = package
        wanted += [word for word in depends if word not in wanted and
                   (_PARTS.fullmatch(word) or _LIBRARIES.fullmatch(word))]
    return list(found.values())


def _finish(tree: Path, final: Path, programs: Path | None = None) -> None:
    """The packages refer to each other by their installed paths.

    programs: where the programs of kbuild are, if elsewhere.
    """
    for path in tree.glob("usr/src/linux-headers-*/Makefile"):
        path.write_text(path.read_text().replace("/usr/src/", f"{final}/usr/src/"))
    for path in tree.glob("usr/src/linux-headers-*/*"):
        target = path.readlink() if path.is_symlink() else None
        if target and target.parts[0] == "..":
            words = [word for word in target.parts if word != ".."]
            there = programs if programs and words[1].startswith("linux-kbuild-") else final
            path.unlink()
            path.symlink_to(there / "usr" / Path(*words))
    unpacked.wrap(tree, final)


def _programs(suite: Suite, packages: list[Package]) -> Path:
    """The programs of kbuild for this machine, of the version that foreign headers need."""
    name = next(package.name for package in packages if package.name.startswith("linux-kbuild-"))
    own = Suite(suite.suite, host_arch())
    return unpacked.tree("headers", name, own, _packages(own, name), unpacked.wrap)


def fetch(name: str) -> Path:
    """The directory to build modules in for this kernel."""
    kernel = kernels.fetch(name)
    if kernel.entry.build:
        raise GuestError(f"{name}: modules can be built for Debian's own kernels only")
    suite = kernels.suite_of(kernel.entry)
    packages = _packages(suite, f"linux-headers-{kernel.release}")
    if kernel.arch.name == host_arch():
        tree = unpacked.tree("headers", kernel.release, suite, packages, _finish)
    else:
        programs = _programs(suite, packages)
        tree = unpacked.tree("headers", kernel.release, suite,
                             [p for p in packages if p.name.startswith("linux-headers-")],
                             partial(_finish, programs=programs), salt=str(programs))
    return tree / "usr/src" / f"linux-headers-{kernel.release}"


def source(name: str, folder: str, into: Path) -> Path:
    """Unpack a folder of this kernel's source, of the same version, below `into`."""
    kernel = kernels.fetch(name)
    short = ".".join(kernel.release.split(".")[:2])
    suite = kernels.suite_of(kernel.entry)
    version = next(package.version for package in kernel.entry.resolve(suite.packages()))
    found = [package for package in suite.packages()
             if package.name == f"linux-source-{short}" and package.version == version]
    if not found:
        raise GuestError(f"{name}: its suite has no linux-source-{short} of version {version}")
    archive = suite.download(found[0])
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive],
                          stdout=subprocess.PIPE) as reader:
        packed = subprocess.Popen(["tar", "-xO", "--wildcards", "*/linux-source-*.tar.xz"],
                                  stdin=reader.stdout, stdout=subprocess.PIPE)
        subprocess.run(["tar", "-xJ", "-C", into, "--strip-components=1",
                        f"linux-source-{short}/{folder}"], stdin=packed.stdout, check=True,
                       stderr=subprocess.PIPE)
        packed.wait()
    return into / folder


def _compiler(name: str, tree: Path) -> tuple[str, ...]:
    """What make needs to be told if the kernel's own compiler is not on this machine."""
    arch = kernels.fetch(name).arch
    if arch.cross:
        prefix = toolchain.prefix(arch)
        return (f"ARCH={arch.kernel_arch}", f"CROSS_COMPILE={prefix}", f"CC={prefix}gcc",
                *_OLDER[1:])
    config = (tree / ".config").read_text()
    found = re.search(r'^CONFIG_CC_VERSION_TEXT="(\S+)', config, re.MULTILINE)
    return () if found and shutil.which(found[1]) else _OLDER


def build(name: str, source: Path) -> bytes:
    """The one module that SOURCE/Kbuild names, for this kernel."""
    tree = fetch(name)
    with tempfile.TemporaryDirectory(dir=cache.directory("modules")) as scratch:
        work = Path(scratch) / "m"
        shutil.copytree(source, work)
        # Its own BTF would take pahole to make, and nobody reads it.
        done = subprocess.run(["make", "-s", "-C", tree, f"M={work}",
                               "CONFIG_DEBUG_INFO_BTF_MODULES=", *_compiler(name, tree), "modules"],
                              check=False, capture_output=True, text=True)
        built = next(work.glob("*.ko"), None)
        if done.returncode or not built:
            raise GuestError(f"{source} cannot be built for {name}: "
                             f"{(done.stderr or done.stdout).strip()[-400:]}")
        return built.read_bytes()
