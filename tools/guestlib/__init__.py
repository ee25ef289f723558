# SPDX-License-Identifier: GPL-2.0-only
"""Boot real distribution kernels in QEMU, run a script in them, inject faults.

    from guestlib import Guest, run_guest
    result = run_guest(Guest(kernel="6.12-amd64", script="uname -r", pmem=["64M"]))
    result.exit_code, result.stdout, result.files, result.fault_hits

The modules, from the bottom: errors, cache, arch, apt, kernel, cpio, elf,
initramfs, faults, qemu, monitor, snapshot, guest; cli is the command line on top.
"""

from .errors import GuestError
from .guest import Guest, Result, run_guest

__all__ = ["Guest", "GuestError", "Result", "run_guest"]
