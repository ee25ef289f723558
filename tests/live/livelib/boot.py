# SPDX-License-Identifier: GPL-2.0-only
"""One guest that runs several cases, and the results of each."""

import io
import os
import re
import tarfile
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from guestlib import Guest, GuestError, Result, run_guest
from guestlib import arch as arches, debuginfo, matrix, sweepgdb
from guestlib.guest import SCRATCH as GUEST_SCRATCH
from guestlib.initramfs import File, host_tool

from .cases import Case

DRIVER = Path(__file__).with_name("driver.sh")
# Small programs that the cases' scripts use.
PROGRAMS = Path(__file__).resolve().parents[1] / "bin"
# In addition to the time of the cases: to boot and to fetch the outputs, on a busy machine.
BOOT_SECONDS = 120
CASE_SECONDS = 30
# The time limit of a case's other scripts.
SCRIPT_SECONDS = 30
# Named like that of a guest, so that it is removed with those of killed runs.
SCRATCH = f"{GUEST_SCRATCH}{os.getpid()}.live."


@dataclass
class Remains:
    """The results of a case: files by name, and its time."""

    files: dict[str, bytes] = field(default_factory=dict)
    seconds: float = 0.0

    def text(self, name: str) -> str:
        """A file's text; "" if there is none."""
        return self.files.get(name, b"").decode(errors="replace")

    def number(self, name: str) -> int | None:
        """The number in a file."""
        return int(self.text(name)) if name in self.files else None

    def phases(self) -> dict[str, float]:
        """Seconds of each phase of the case by the guest's clock; see driver.sh."""
        marks = [line.split() for line in self.text("phases").splitlines()]
        return {name: float(end) - float(begin)
                for (name, begin), (_, end) in zip(marks, marks[1:])}


class Frames:
    """Parses the driver's output while it arrives; see driver.sh."""

    def __init__(self, on_end: Callable[[int, Remains], None]):
        self.on_end = on_end
        self.began: dict[int, float] = {}
        self._data = bytearray()

    def feed(self, data: bytes) -> None:
        """More bytes of it."""
        self._data += data
        while self._step():
            pass

    def _step(self) -> bool:
        line, newline, rest = bytes(self._data).partition(b"\n")
        begin, end = re.fullmatch(rb"@begin (\d+)", line), re.fullmatch(rb"@end (\d+) (\d+)", line)
        if not newline or (end and len(rest) < int(end[2])):
            return False
        self._data = bytearray(rest)
        if begin:
            self.began[int(begin[1])] = time.monotonic()
        elif end:
            size, number = int(end[2]), int(end[1])
            del self._data[:size]
            self.on_end(number, Remains(_untar(rest[:size]),
                                        time.monotonic() - self.began[number]))
        return True


def _untar(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {member.name.removeprefix("./"): archive.extractfile(member).read()
                for member in archive if member.isfile()}


def _write_scripts(cases: list[Case], into: Path, patience: float) -> None:
    lines = []
    for number, case in enumerate(cases):
        folder = into / str(number)
        folder.mkdir()
        # Do not use a partial set-up.
        (folder / "setup").write_text("set -e\n" + case.setup if case.setup else "")
        (folder / "run").write_text(case.run)
        (folder / "cleanup").write_text(case.cleanup)
        for position, script in enumerate(case.after):
            (folder / f"after.{position}").write_text(script)
        lines.append(f"{number} {case.timeout * patience:g} {SCRIPT_SECONDS * patience:g} "
                     f"{case.attach[0]}\n")
    (into / "cases").write_text("".join(lines))
    (into / "driver").write_bytes(DRIVER.read_bytes())


def built(kernel: str, name: str) -> Path:
    """The files that make, or tools/cross, builds for a kernel's architecture."""
    arch = arches.lookup(matrix.lookup(kernel).arch)
    below = f"build/{arch.kernel_arch}" if arch.cross else "build"
    path = matrix.REPOSITORY / below / name
    if not path.is_file():
        how = f"tools/cross {arch.kernel_arch}" if arch.cross else "make static live-tools"
        raise GuestError(f"there is no {path}: run {how}")
    return path


def _guest(cases: list[Case], scripts: Path, binary: Path, patience: float,
           replaced: dict[str, bytes]) -> Guest:
    first = cases[0]
    if arches.lookup(matrix.lookup(first.kernels[0]).arch).cross:
        binary = built(first.kernels[0], "daxaudit.static")
    files = [File(scripts, "/live"), File(binary, "/bin/daxaudit", 0o755), File(PROGRAMS, "/bin")]
    for name in sorted({name for case in cases for name in case.tools}):
        files += host_tool(name)
    for name in sorted({name for case in cases for name in case.programs}):
        files.append(File(built(first.kernels[0], f"tests/live/{name}"), f"/bin/{name}", 0o755))
    if any(case.btf for case in cases):
        files.append(File(debuginfo.btf(first.kernels[0]), "/root/vmlinux.btf"))
    faults = [*first.faults]
    if first.sweep:
        faults += sweepgdb.faults(first.kernels[0], sweepgdb.DRIVERS[first.sweep])
    return Guest(kernel=first.kernels[0], script="exec sh /live/driver", files=files,
                 modules=first.all_modules, replaced=replaced, append=first.append, pmem=first.pmem,
                 virtio_pmem=first.virtio_pmem, faults=faults, smp=first.smp, mem=first.mem,
                 qemu=first.qemu, qemu_major=first.qemu_major,
                 virtiofs=scripts if first.virtiofs else None, restore=True,
                 timeout=patience * (BOOT_SECONDS + sum(case.timeout + CASE_SECONDS
                                                        for case in cases)))


def play(cases: list[Case], binary: Path, on_end: Callable[[Case, Remains], None],
         patience: float = 1, replaced: dict[str, bytes] | None = None
         ) -> tuple[Result | None, str]:
    """Run the cases in one guest; its result, or the reason why there is none.

    patience: all time limits are multiplied by it.
    replaced: modules in place of the kernel's own.
    """
    def ended(number: int, remains: Remains) -> None:
        on_end(cases[number], remains)

    with tempfile.TemporaryDirectory(prefix=SCRATCH) as scratch:
        _write_scripts(cases, Path(scratch), patience)
        try:
            guest = _guest(cases, Path(scratch), binary, patience, replaced or {})
            return run_guest(guest, {"out": Frames(ended).feed}), ""
        except GuestError as error:
            return None, str(error)
