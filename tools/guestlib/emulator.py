# SPDX-License-Identifier: GPL-2.0-only
"""Which QEMU to run: the machine's own, or a later one unpacked in the cache."""

import re
import shutil
import subprocess
from pathlib import Path

from . import unpacked
from .apt import Suite, host_arch, host_codename
from .arch import Arch
from .errors import GuestError

# What the emulators of all architectures have in common.
_COMMON = ("qemu-system-common", "qemu-system-data")


def _major(program: str | Path) -> int:
    """Its major version; a library that it lacks is an error."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"version (\d+)", done.stdout)
    if not version:
        said = (done.stderr.strip().splitlines() or ["it does not tell its version"])[0]
        raise GuestError(f"{program}: {said}; run tools/setup guest guests")
    return int(version[1])


def words(arch: Arch, major: int) -> list[str]:
    """The beginning of a command line: a QEMU of that major version or a later one.

    If the machine's own is older, that of its suite's backports is unpacked in
    the cache. It finds neither its firmware nor its modules there by itself, and
    would take the machine's, of another version, for its own. What firmware it
    has from packages that are not QEMU's is the machine's.
    """
    own = shutil.which(arch.qemu)
    if own and (not major or _major(own) >= major):
        return [own]
    if not major:
        raise GuestError(f"{arch.qemu} is missing; run tools/setup {arch.setup_group}")
    suite = Suite(f"{host_codename()}-backports", host_arch())
    tree = unpacked.tree("programs", arch.qemu, suite,
                         unpacked.newest(suite, [arch.qemu_package, *_COMMON]))
    program = tree / "usr" / "bin" / arch.qemu
    if _major(program) < major:
        raise GuestError(f"{arch.qemu} of {suite.suite} is older than {major}: this needs a "
                         "later Debian")
    modules = next(tree.glob("usr/lib/*/qemu"))
    return ["env", f"QEMU_MODULE_DIR={modules}", str(program), "-L", str(tree / "usr/share/qemu")]
