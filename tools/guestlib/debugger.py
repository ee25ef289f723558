# SPDX-License-Identifier: GPL-2.0-only
"""Which gdb to run: the machine's own, or a later one unpacked in the cache."""

import functools
import shutil
import subprocess

from . import unpacked
from .arch import Arch
from .errors import GuestError


@functools.cache
def _knows(program: str, settings: tuple[str, ...]) -> bool:
    """Whether it has this architecture; a gdb that cannot be run has none."""
    words = [word for setting in settings for word in ("-ex", f"set {setting}")]
    done = subprocess.run([program, "-batch", "-nx", *words], stdin=subprocess.DEVNULL,
                          capture_output=True, check=False)
    # Its exit status is that of the last command.
    return done.returncode == 0 and b"Undefined item" not in done.stderr


def words(arch: Arch) -> list[str]:
    """The beginning of a command line: a gdb that knows the architecture.

    If the machine's own does not, it is that of the suite from which the
    architecture's compiler comes.
    """
    own = shutil.which("gdb-multiarch") or shutil.which("gdb")
    if not own:
        raise GuestError("gdb-multiarch is missing; run tools/setup guest")
    if _knows(own, arch.registers.gdb):
        return [own]
    if not arch.compiler_suite:
        raise GuestError(f"{own} does not know {arch.name}; run tools/setup guest")
    usr = unpacked.programs("programs", "gdb", arch.compiler_suite, "gdb-multiarch") / "usr"
    later = str(usr / "bin" / "gdb-multiarch")
    if not _knows(later, arch.registers.gdb):
        raise GuestError(f"gdb of {arch.compiler_suite} does not know {arch.name} either")
    # There it does not find its own Python modules, nor those of Python.
    return ["env", f"PYTHONHOME={usr}", later, "--data-directory", str(usr / "share" / "gdb")]
