# SPDX-License-Identifier: GPL-2.0-only
"""A directory shared with the guest by virtio-fs: QEMU's device needs a daemon."""

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from .errors import GuestError

TAG = "share"
# Debian 12 has QEMU's own; from 13 on it is a package and a program of its own.
_PLACES = ("/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd")
_START_SECONDS = 10


def daemon() -> str | None:
    """The path of virtiofsd, or None."""
    return shutil.which("virtiofsd") or next(
        (place for place in _PLACES if Path(place).exists()), None)


def start(directory: Path, scratch: Path,
          spawn: Callable[..., subprocess.Popen]) -> subprocess.Popen:
    """Run the daemon for one guest; it ends with its QEMU."""
    program, socket, directory = daemon(), scratch / "virtiofs", directory.resolve()
    if not program:
        raise GuestError("virtiofsd is missing; run tools/setup guest")
    options = ["--sandbox=chroot", f"--shared-dir={directory}"]
    if "/qemu/" in program:
        options = ["-o", f"sandbox=chroot,source={directory}"]
    log = scratch / "virtiofsd.log"
    process = spawn([program, f"--socket-path={socket}", *options],
                    stdout=subprocess.DEVNULL, stderr=open(log, "wb"))
    deadline = time.monotonic() + _START_SECONDS
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace").strip().splitlines()
            raise GuestError(f"{program} does not start: {said[-1] if said else 'it says nothing'}")
        time.sleep(0.01)
    return process


def words(scratch: Path, ram_mib: int) -> list[str]:
    """QEMU's side: memory that the daemon can map, and the device."""
    return ["-object", f"memory-backend-memfd,id=ram,size={ram_mib}M,share=on",
            "-machine", "memory-backend=ram",
            "-chardev", f"socket,id=virtiofs,path={scratch / 'virtiofs'}",
            "-device", f"vhost-user-fs-pci,chardev=virtiofs,tag={TAG}"]
