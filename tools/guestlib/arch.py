# SPDX-License-Identifier: GPL-2.0-only
"""All that differs between guest architectures, in one table."""

import errno
from dataclasses import dataclass, field

from .errors import GuestError


@dataclass(frozen=True)
class Channel:
    """How the script's output and files leave the guest.

    virtio: one port each on a virtio-serial bus: binary clean and fast.
    serial: one UART each, for machines without virtio; needs three beside the console.
    """

    kind: str
    device: str = ""
    modules: tuple[str, ...] = ()
    ttys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Registers:
    """Names as gdb knows them; what fault injection needs of the calling convention."""

    gdb_arch: str
    arguments: tuple[str, ...]
    result: str
    pc: str
    stack: str
    # None: the return address is on top of the stack.
    link: str | None
    word: int
    byteorder: str
    # What may precede the nop at a function's entry, and the forms of the nop.
    landing: tuple[str, ...]
    entry_patch: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Arch:
    """One guest architecture."""

    name: str
    qemu: str
    console: str
    registers: Registers
    channel: Channel
    machine: tuple[str, ...] = ()
    cpu: str = "max"
    virtio_pmem: str | None = None
    # memmap=SIZE!ADDRESS is an x86 boot parameter; others carve pmem by device tree.
    memmap: bool = False
    # RAM above this many MiB continues at 4 GiB.
    low_ram_mib: int = 3072
    append: tuple[str, ...] = ()
    # Where the numbers differ from asm-generic's.
    errnos: dict[str, int] = field(default_factory=dict)

    def errno(self, name: str) -> int:
        """The errno of this architecture, which need not be the host's."""
        try:
            return self.errnos.get(name) or getattr(errno, name)
        except AttributeError:
            raise GuestError(f"no errno is called {name}") from None


_X86_REGISTERS = Registers(
    gdb_arch="i386:x86-64",
    arguments=("rdi", "rsi", "rdx", "rcx", "r8", "r9"),
    result="rax",
    pc="rip",
    stack="rsp",
    link=None,
    word=8,
    byteorder="little",
    landing=("f30f1efa",),  # endbr64
    entry_patch=(("0f1f440000", 5), ("e8", 5), ("e9", 5)),
)

ARCHES = {
    "amd64": Arch(
        name="amd64",
        qemu="qemu-system-x86_64",
        # Under TCG five-level paging only costs time.
        cpu="max,la57=off",
        console="ttyS0",
        # Else the border moves with the amount of RAM.
        machine=("-machine", "pc,max-ram-below-4g=3G"),
        registers=_X86_REGISTERS,
        channel=Channel("virtio", device="virtio-serial-pci",
                        modules=("virtio_pci", "virtio_console")),
        virtio_pmem="virtio-pmem-pci",
        memmap=True,
        append=("panic=-1",),
    ),
}


def lookup(name: str) -> Arch:
    """The architecture of that (Debian) name."""
    try:
        return ARCHES[name]
    except KeyError:
        raise GuestError(f"no such guest architecture: {name}; "
                         f"known are {', '.join(ARCHES)}") from None
