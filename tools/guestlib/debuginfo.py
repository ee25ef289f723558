# SPDX-License-Identifier: GPL-2.0-only
"""BTF of a kernel that was built without, made of the distribution's debug package."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from . import cache, kernel as kernels, unpacked
from .errors import GuestError


def _vmlinux(archive: Path, into: Path) -> Path:
    """The kernel proper with its debug information, alone of all that the package holds."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive],
                          stdout=subprocess.PIPE) as reader:
        subprocess.run(["tar", "-x", "-C", into, "--wildcards", "--transform=s,.*/,,",
                        "*/vmlinux", "*/vmlinux-*"], stdin=reader.stdout, check=False,
                       stderr=subprocess.DEVNULL)
    found = next((path for path in into.glob("vmlinux*") if path.is_file()), None)
    if not found:
        raise GuestError(f"{archive} holds no vmlinux; delete it and try again")
    return found


def btf(name: str) -> Path:
    """The BTF of a kernel of the matrix that names its debug package: a download of 1 GB, once."""
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
            # Rust's types are none of ours, and older releases of pahole stumble over them.
            subprocess.run(["pahole", "-J", "--lang_exclude=rust",
                            f"--btf_encode_detached={made}", _vmlinux(archive, Path(scratch))],
                           check=True, capture_output=True)
            made.chmod(0o644)
            made.replace(path)
        # Nobody needs it again.
        archive.unlink()
    return path
