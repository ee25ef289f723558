# SPDX-License-Identifier: GPL-2.0-only
"""BTF for a kernel without BTF, generated from the distribution's debug package."""

import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from . import cache, kernel as kernels, unpacked
from .errors import GuestError


def _objects(archive: Path, into: Path, modules: list[str]) -> list[Path]:
    """The kernel proper and modules with their debug information, of all that the package holds."""
    found = {}
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive],
                          stdout=subprocess.PIPE) as reader:
        with tarfile.open(fileobj=reader.stdout, mode="r|") as members:
            for member in members:
                name = Path(member.name).name
                what = "vmlinux" if name.startswith("vmlinux") else name
                # Links are other names of the same file.
                if member.isreg() and what in ("vmlinux", *modules) and what not in found:
                    found[what] = into / what
                    with open(found[what], "wb") as target:
                        shutil.copyfileobj(members.extractfile(member), target)
    for what in ("vmlinux", *modules):
        if what not in found:
            raise GuestError(f"{archive} holds no {what}; delete it and try again")
    return [found["vmlinux"], *(found[what] for what in modules)]


def btf(name: str) -> Path:
    """The BTF of a kernel of the matrix that names its debug package: a download of 1 GB, once.

    It holds the types of the DAX core, too, where that is a module."""
    kernel = kernels.fetch(name)
    path = kernel.path / "vmlinux.btf"
    with cache.locked(f"btf-{kernel.key}"):
        if path.exists():
            return path
        if not kernel.entry.debug:
            raise GuestError(f"{name} names no debug package in the matrix")
        if not shutil.which("pahole"):
            raise GuestError("pahole is missing; run tools/setup guests")
        suite = kernels.suite_of(kernel.entry)
        [package] = unpacked.newest(suite, [kernel.entry.debug.format(release=kernel.release)])
        archive = suite.download(package)
        with tempfile.TemporaryDirectory(dir=cache.directory("btf")) as scratch:
            made = Path(scratch) / "btf"
            # Rust's types are not needed, and older releases of pahole fail on them.
            modules = [] if "dax" in kernel.builtin() else ["dax.ko"]
            subprocess.run(["pahole", "-J", "--lang_exclude=rust",
                            f"--btf_encode_detached={made}",
                            *_objects(archive, Path(scratch), modules)],
                           check=True, capture_output=True)
            made.chmod(0o644)
            made.replace(path)
        # It is not needed again.
        archive.unlink()
    return path
