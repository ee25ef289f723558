# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's command line."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from . import devicetree, emulator, virtiofs
from .errors import GuestError
from .initramfs import PORTS
from .kernel import Kernel

# Regions begin on memory sections, so that each can be hot-added by itself.
SECTION_MIB = 128
UNITS_BYTES = 1 << 20
UNITS = {"": 1, "M": 1, "G": 1024, "T": 1024 * 1024}


def mebibytes(text: str) -> int:
    """1G -> 1024"""
    match = re.fullmatch(r"(\d+)([MGT]?)B?", text, re.IGNORECASE)
    if not match:
        raise GuestError(f"{text} is not a size; write for instance 64M or 1G")
    return int(match[1]) * UNITS[match[2].upper()]


@dataclass
class Machine:
    """The hardware of the guest."""

    kernel: Kernel
    initrd: Path
    # Descriptors of our ends' peers: console, out, err, ctl; with a terminal tty; in, if the
    # guest gets its own part by that port; qmp, QEMU's monitor; state, a saved one to restore.
    descriptors: dict[str, int]
    mem: str = "1G"
    smp: int = 2
    cpu: str | None = None
    icount: bool = False
    kaslr: bool = False
    loglevel: int = 5
    pmem: list[str] = field(default_factory=list)
    virtio_pmem: str | None = None
    virtiofs: bool = False
    gdb_socket: Path | None = None
    append: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    major: int = 0


def _rooms(sizes: list[int]) -> list[int]:
    return [-(-size // SECTION_MIB) * SECTION_MIB for size in sizes]


def _pmem_regions(machine: Machine) -> list[tuple[int, int]]:
    """Where the regions of a device tree are, (address, size) in bytes: after the RAM."""
    if machine.kernel.arch.ram_base is None or not machine.pmem:
        return []
    start, regions = machine.kernel.arch.ram_base + mebibytes(machine.mem) * UNITS_BYTES, []
    sizes = [mebibytes(size) for size in machine.pmem]
    for size, step in zip(sizes, _rooms(sizes)):
        regions.append((start, size * UNITS_BYTES))
        start += step * UNITS_BYTES
    return regions


def _place_pmem(machine: Machine) -> tuple[int, list[str]]:
    """RAM in MiB so that the guest keeps `mem`, and the kernel's parameters for it.

    The regions lie between the kernel, which is low, and the initramfs, which
    QEMU puts on top; those that do not fit below the hole go above 4 GiB.
    """
    arch = machine.kernel.arch
    mem, low = mebibytes(machine.mem), arch.low_ram_mib
    if arch.max_ram:
        mem = min(mem, mebibytes(arch.max_ram))
    sizes = [mebibytes(size) for size in machine.pmem]
    if not sizes:
        return mem, []
    room = _rooms(sizes)
    total = mem + sum(room)
    if arch.ram_base is not None:
        # Firmware and QEMU use the top of the RAM.
        return total + SECTION_MIB, [f"mem={mem}M"]
    if not arch.memmap:
        raise GuestError(f"--pmem: not possible on {arch.name}")
    start = max(256, mem // 2 // SECTION_MIB * SECTION_MIB)
    if total > low:
        start, total = 4096, low + max(0, mem - low) + sum(room)
    parameters = []
    for size, step in zip(sizes, room):
        parameters.append(f"memmap={size}M!{start}M")
        start += step
    return total, parameters


def _channel(machine: Machine) -> list[str]:
    arch, words = machine.kernel.arch, []
    for name, descriptor in machine.descriptors.items():
        if name == "state":
            continue
        words += ["-chardev", f"socket,id={name},fd={descriptor}"]
    ttys = {"console": arch.console}
    if not arch.channel.device:
        ttys |= dict(zip(PORTS, arch.channel.ttys))
    # QEMU assigns them in the order of their names.
    for name in sorted(ttys, key=ttys.get):
        words += ["-serial", f"chardev:{name}"]
    if arch.channel.kind == "virtio" or "tty" in machine.descriptors:
        words += ["-device", arch.channel.device]
    for name in PORTS:
        if arch.channel.kind == "virtio":
            words += ["-device", f"virtserialport,chardev={name},name=guest.{name}"]
        elif arch.channel.device:
            words += ["-device", f"{arch.channel.device},chardev={name}"]
    if "in" in machine.descriptors:
        words += ["-device", "virtserialport,chardev=in,name=guest.in"]
    if "tty" in machine.descriptors:
        words += ["-device", "virtconsole,chardev=tty"]
    if "qmp" in machine.descriptors:
        words += ["-mon", "chardev=qmp,mode=control"]
    return words


def _virtio_pmem(machine: Machine) -> list[str]:
    device = machine.kernel.arch.virtio_pmem
    if not machine.virtio_pmem:
        return []
    if not device:
        raise GuestError(f"--virtio-pmem: QEMU has no such device for {machine.kernel.arch.name}")
    # A file, because the guest's flushes fail on anonymous memory.
    path, size = machine.initrd.with_name("virtio-pmem"), mebibytes(machine.virtio_pmem)
    return ["-object", f"memory-backend-file,id=vpmem,share=on,mem-path={path},size={size}M",
            "-device", f"{device},memdev=vpmem,id=vpmem0"]


def _board(machine: Machine, ram: int, limit: str = "") -> list[str]:
    arch, entry = machine.kernel.arch, machine.kernel.entry
    program = emulator.words(arch, max(machine.major, entry.qemu_major))
    return [*program, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            *arch.machine, *entry.machine, "-cpu", machine.cpu or entry.cpu or arch.cpu,
            "-smp", str(min(machine.smp, arch.max_smp)), "-m", f"{ram}M{limit}"]


def command(machine: Machine) -> list[str]:
    """The words of the command line."""
    arch, entry = machine.kernel.arch, machine.kernel.entry
    ram, memmap = _place_pmem(machine)
    limit = f",slots=4,maxmem={ram + 4 * mebibytes(machine.virtio_pmem)}M" \
        if machine.virtio_pmem else ""
    parameters = [f"console={entry.console or arch.console}", f"loglevel={machine.loglevel}",
                  *arch.append, *memmap, *entry.append, *machine.append]
    image = machine.kernel.image if machine.kaslr else machine.kernel.plain_image
    if not machine.kaslr:
        # Breakpoints are at the addresses the kernel was linked for.
        parameters.append("nokaslr")
    # One thread for all CPUs: with several, a kernel that patches code which another CPU
    # runs occasionally crashes in QEMU. It costs no time, and icount needs it anyway.
    words = [*_board(machine, ram, limit), "-accel", "tcg,thread=single",
             "-kernel", str(image), "-initrd", str(machine.initrd),
             "-append", " ".join(parameters), *_channel(machine), *_virtio_pmem(machine)]
    dtb, regions = machine.kernel.dtb, _pmem_regions(machine)
    if regions:
        dtb = devicetree.with_pmem(_board(machine, ram), regions, machine.initrd.parent)
    if dtb:
        words += ["-dtb", str(dtb)]
    if machine.icount:
        words += ["-icount", "shift=0,sleep=off"]
    if machine.gdb_socket:
        words += ["-chardev", f"socket,id=gdb,path={machine.gdb_socket},server=on,wait=off",
                  "-gdb", "chardev:gdb", "-S"]
    if "state" in machine.descriptors:
        words += ["-incoming", f"fd:{machine.descriptors['state']}"]
    if machine.virtiofs:
        words += virtiofs.words(machine.initrd.parent, ram)
    return words + machine.extra
