# SPDX-License-Identifier: GPL-2.0-only
"""Saved states of booted guests, in the cache.

Under TCG a boot takes most of a short guest's time. All guests of one kernel,
command line and hardware boot alike up to the script: one of them waits there
(init.sh), and its state is saved. Others are restored from it and get what is
their own (modules, files, script) by the port guest.in.
"""

import contextlib
import hashlib
import os
import re
import socket
import subprocess
import tempfile
import time
from dataclasses import replace
from functools import cache as memoised
from pathlib import Path

from . import cache, initramfs, qemu
from .errors import GuestError
from .kernel import Kernel
from .monitor import Monitor
from .processes import kill, spawn
from .qemu import Machine

# A guest says so on the control port when it waits; see init.sh.
READY = b"ready\n"
# On a busy machine; on an idle one a boot takes 4 seconds and a state 1 to be written.
BOOT_SECONDS, SAVE_SECONDS = 120, 60
# States that were not used for so long are deleted.
KEEP_SECONDS = 14 * 86400
BANDWIDTH = 1 << 40


def possible(machine: Machine) -> bool:
    """Whether this machine's state can be restored.

    A virtiofsd, and a file that is memory, are outside of it, and of other hardware
    we do not know. Instructions would be counted from the boot on.
    """
    return (machine.kernel.arch.snapshots and not machine.extra and not machine.virtiofs
            and not machine.virtio_pmem and not machine.icount and not machine.kaslr
            and "tty" not in machine.descriptors)


@memoised
def _version(program: str) -> str:
    return subprocess.run([program, "--version"], check=True, capture_output=True,
                          text=True).stdout


@memoised
def _host() -> str:
    """The guest calibrates its clock with the host's processor."""
    found = re.search(r"model name.*", Path("/proc/cpuinfo").read_text())
    return found[0] if found else ""


def _key(machine: Machine) -> str:
    names = dict.fromkeys(machine.descriptors, 0)
    words = qemu.command(replace(machine, descriptors=names, initrd=Path("initrd")))
    parts = [*words, machine.kernel.key, _version(words[0]), _host(),
             hashlib.sha256(initramfs.waiting(machine.kernel)).hexdigest()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


# The states that this process could not save, and why.
hopeless: dict[str, str] = {}


def _directory() -> Path:
    return cache.directory("snapshots")


def _sweep() -> None:
    for path in _directory().iterdir():
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > KEEP_SECONDS:
                path.unlink()


def _await_ready(control: socket.socket) -> None:
    control.settimeout(BOOT_SECONDS)
    data = b""
    try:
        while not data.endswith(READY):
            more = control.recv(4096)
            if not more:
                raise GuestError("the guest died before it was ready")
            data += more
    except TimeoutError:
        raise GuestError("the guest did not become ready") from None


def _save(monitor: Monitor, path: Path) -> None:
    """Compressed to a third, in negligible time."""
    monitor.command("stop")
    with tempfile.TemporaryFile(dir=path.parent) as state:
        monitor.command("migrate-set-parameters", **{"max-bandwidth": BANDWIDTH})
        monitor.command("getfd", descriptor=state.fileno(), fdname="state")
        monitor.command("migrate", uri="fd:state")
        status = monitor.wait("query-migrate", "none", "setup", "active", "device",
                              "pre-switchover")
        if status != "completed":
            raise GuestError(f"the state was not saved: {status}")
        state.seek(0)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            subprocess.run(["zstd", "-q", "-1", "-c"], stdin=state, stdout=handle, check=True)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
        finally:
            os.close(handle)


def _make(machine: Machine, path: Path) -> None:
    """Boot a guest that waits, and save it."""
    with tempfile.TemporaryDirectory(dir=machine.initrd.parent) as scratch, \
            contextlib.ExitStack() as ends:
        initrd = Path(scratch) / "initrd"
        initrd.write_bytes(initramfs.waiting(machine.kernel))
        mine, theirs = {}, {}
        for name in [*machine.descriptors, "qmp"]:
            mine[name], theirs[name] = socket.socketpair()
            ends.enter_context(mine[name])
        drain = subprocess.Popen(["cat"], stdin=mine["console"], stdout=subprocess.DEVNULL)
        booting = replace(machine, initrd=initrd,
                          descriptors={name: end.fileno() for name, end in theirs.items()})
        process = spawn(qemu.command(booting), stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                        pass_fds=[end.fileno() for end in theirs.values()])
        try:
            for end in theirs.values():
                end.close()
            monitor = Monitor(mine["qmp"], BOOT_SECONDS + SAVE_SECONDS)
            _await_ready(mine["ctl"])
            _save(monitor, path)
        finally:
            kill(process)
            drain.kill()
            drain.wait()


def obtain(machine: Machine) -> Path | None:
    """The state of such a machine, saved if needed; None if it cannot be saved."""
    path = _directory() / _key(machine)
    with cache.locked(f"snapshot-{path.name}"):
        if path.name in hopeless:
            return None
        if not path.exists():
            _sweep()
            try:
                _make(machine, path)
            except (GuestError, subprocess.CalledProcessError) as error:
                hopeless[path.name] = f"{machine.kernel.entry.name}: {error}"
                return None
        with contextlib.suppress(FileNotFoundError):
            path.touch()
    return path


def forget(path: Path) -> None:
    """The restored guest does not run."""
    path.unlink(missing_ok=True)


def reader(path: Path) -> subprocess.Popen:
    """A process whose standard output is the state, for QEMU."""
    return spawn(["zstd", "-qdc", str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
