# SPDX-License-Identifier: GPL-2.0-only
"""The differences between guest architectures, in one table."""

import errno
from dataclasses import dataclass, field, replace

from .errors import GuestError


@dataclass(frozen=True)
class Channel:
    """How the script's output and files leave the guest.

    virtio: one port each on a virtio-serial bus: binary clean and fast.
    serial: one UART each, for machines without virtio; needs three beside the console.
    With a device these are three of it, else the board's own.
    """

    kind: str
    device: str = ""
    modules: tuple[str, ...] = ()
    ttys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Registers:
    """Names as gdb knows them; what fault injection needs of the calling convention."""

    # Variables to `set` in gdb before it connects to the guest, in addition to the byte order.
    gdb: tuple[str, ...]
    arguments: tuple[str, ...]
    result: str
    stack: str
    # None: the return address is on top of the stack.
    link: str | None
    pc: str = "pc"
    word: int = 8
    byteorder: str = "little"
    # Regular expressions for a function's first bytes, in hexadecimal: where it begins for
    # callers that share its table of contents;
    local_entry: str = ""
    # landing pad and ftrace's nop, or what tracers have put in its place. "": the kernel has no
    # such nop, and a kprobe takes the place of the first instruction, which has this size.
    prologue: str = ""
    instruction: int = 4
    # So many bytes can precede .text where a module was loaded.
    before_text: int = 0


@dataclass(frozen=True)
class Arch:
    """One guest architecture."""

    name: str
    qemu: str
    qemu_package: str
    console: str
    channel: Channel
    # The kernel's own name for it, and the prefix of its compiler.
    kernel_arch: str
    cross: str = ""
    # The suite of its compiler, if that of the machine is not sufficient.
    compiler_suite: str | None = None
    # The suite of its libraries, and their additional dependencies.
    sysroot_suite: str = "bookworm"
    sysroot_beside: tuple[str, ...] = ()
    # None: no faults can be injected.
    registers: Registers | None = None
    machine: tuple[str, ...] = ()
    cpu: str = "max"
    virtio_pmem: str | None = None
    # memmap=SIZE!ADDRESS is an x86 boot parameter. Others can have pmem by device tree, in RAM
    # that mem= keeps from the kernel: where RAM begins, if QEMU's machine has such a tree.
    memmap: bool = False
    ram_base: int | None = None
    # RAM above this many MiB continues at 4 GiB.
    low_ram_mib: int = 3072
    # Can a guest be restored from a saved state (snapshot.py)?
    snapshots: bool = False
    # The maximum of the board, also if a guest requests more.
    max_ram: str | None = None
    max_smp: int = 8
    append: tuple[str, ...] = ("panic=-1",)
    # The numbers that differ from asm-generic.
    errnos: dict[str, int] = field(default_factory=dict)

    @property
    def setup_group(self) -> str:
        """The group of tools/setup that has its emulator."""
        return "guest" if self.qemu_package == ARCHES["amd64"].qemu_package else "guests"

    def errno(self, name: str) -> int:
        """The errno of this architecture, which need not be the host's."""
        try:
            return self.errnos.get(name) or getattr(errno, name)
        except AttributeError:
            raise GuestError(f"no errno is called {name}") from None


_X86_REGISTERS = Registers(
    gdb=("architecture i386:x86-64",),
    arguments=("rdi", "rsi", "rdx", "rcx", "r8", "r9"),
    result="rax",
    pc="rip",
    stack="rsp",
    link=None,
    # endbr64; nop, call or jmp.
    prologue="(f30f1efa)?(0f1f440000|e8.{8}|e9.{8})",
)

# The kernel is built with -mregparm=3.
_I386_REGISTERS = Registers(
    gdb=("architecture i386",),
    arguments=("eax", "edx", "ecx"),
    result="eax",
    pc="eip",
    stack="esp",
    link=None,
    word=4,
    # nop, call or jmp.
    prologue="(3e8d742600|e8.{8}|e9.{8})",
)

_ARM64_REGISTERS = Registers(
    gdb=("architecture aarch64",),
    arguments=("x0", "x1", "x2", "x3", "x4"),
    result="x0",
    stack="sp",
    link="x30",
    # bti c; nop, mov x9,x30 or a kprobe's brk; nop or bl.
    prologue="(5f2403d5)?(1f2003d5|e9031eaa|800020d4)(1f2003d5|.{6}9[4-7])",
    before_text=4096,  # PLT
)

_ARM_REGISTERS = Registers(
    gdb=("architecture armv5te",),
    arguments=("r0", "r1", "r2", "r3"),
    result="r0",
    stack="sp",
    link="lr",
    word=4,
)

_MIPS64_REGISTERS = Registers(
    # QEMU does not describe them to gdb, which would take them for 32 bits wide.
    gdb=("architecture mips:isa64r2", "mips abi n64"),
    arguments=("a0", "a1", "a2", "a3", "a4"),
    result="v0",
    stack="sp",
    link="ra",
)

_S390_REGISTERS = Registers(
    gdb=("architecture s390:64-bit",),
    arguments=("r2", "r3", "r4", "r5", "r6"),
    result="r2",
    stack="r15",
    link="r14",
    byteorder="big",
    # brcl 0 or brasl %r0.
    prologue="c0(04|05).{8}",
    before_text=16384,  # GOT and PLT
)

_PPC64_REGISTERS = Registers(
    gdb=("architecture powerpc:common64",),
    arguments=("r3", "r4", "r5", "r6", "r7"),
    result="r3",
    stack="r1",
    link="lr",
    # addis r2,r12; addi r2,r2.
    local_entry=".{4}4c3c.{4}4238",
    # nop or mflr r0; nop or bl.
    prologue="(00000060|a602087c)?(00000060|.{6}4[89ab])",
)

_RISCV_REGISTERS = Registers(
    gdb=("architecture riscv:rv64",),
    arguments=("a0", "a1", "a2", "a3", "a4"),
    result="a0",
    stack="sp",
    link="ra",
    # nop (of two or four bytes) or auipc t0; nop or jalr t0.
    prologue="(0100|13000000|97.2.{4}){1,2}(01000100|13000000|e782.{4})",
    before_text=16384,  # GOT and PLT
)

_LOONGARCH_REGISTERS = Registers(
    gdb=("architecture Loongarch64",),
    arguments=("r4", "r5", "r6", "r7", "r8"),
    result="r4",
    stack="r3",
    link="r1",
    # move t0,ra, nop or a kprobe's break; nop or bl.
    prologue="(2c001500|00004003|.{4}2a00)(00004003|.{6}5[4-7])",
)

_VIRTIO_PCI = Channel("virtio", device="virtio-serial-pci",
                      modules=("virtio_pci", "virtio_console"))

ARCHES = {
    "amd64": Arch(
        name="amd64",
        qemu="qemu-system-x86_64",
        qemu_package="qemu-system-x86",
        # All this only costs time under TCG: it walks one more level of page tables, copies strings
        # byte by byte, saves large registers.
        cpu="max,la57=off,-erms,-fsrm,-avx,-avx2,-xsave",
        console="ttyS0",
        # Else the border moves with the amount of RAM.
        machine=("-machine", "pc,max-ram-below-4g=3G"),
        kernel_arch="x86",
        registers=_X86_REGISTERS,
        channel=_VIRTIO_PCI,
        virtio_pmem="virtio-pmem-pci",
        memmap=True,
        snapshots=True,
        # Each call through a pointer would be two jumps that TCG has to look up.
        append=("panic=-1", "mitigations=off"),
    ),
    "i386": Arch(
        name="i386",
        qemu="qemu-system-i386",
        qemu_package="qemu-system-x86",
        cpu="max,vendor=GenuineIntel,-erms,-fsrm,-avx,-avx2,-xsave",
        console="ttyS0",
        kernel_arch="i386",
        cross="i686-linux-gnu-",
        registers=_I386_REGISTERS,
        channel=_VIRTIO_PCI,
        virtio_pmem="virtio-pmem-pci",
        memmap=True,
        append=("panic=-1", "mitigations=off"),
    ),
    "arm64": Arch(
        name="arm64",
        registers=_ARM64_REGISTERS,
        qemu="qemu-system-aarch64",
        qemu_package="qemu-system-arm",
        kernel_arch="arm64",
        cross="aarch64-linux-gnu-",
        machine=("-machine", "virt"),
        # Emulating pointer authentication, as max has it, takes most of the time.
        cpu="cortex-a57",
        ram_base=0x40000000,
        console="ttyAMA0",
        channel=_VIRTIO_PCI,
    ),
    "riscv64": Arch(
        name="riscv64",
        registers=_RISCV_REGISTERS,
        qemu="qemu-system-riscv64",
        qemu_package="qemu-system-riscv",
        kernel_arch="riscv",
        cross="riscv64-linux-gnu-",
        compiler_suite="trixie",
        sysroot_suite="trixie",
        machine=("-machine", "virt"),
        cpu="rv64",
        ram_base=0x80000000,
        console="ttyS0",
        channel=_VIRTIO_PCI,
    ),
    "loong64": Arch(
        name="loong64",
        registers=_LOONGARCH_REGISTERS,
        qemu="qemu-system-loongarch64",
        qemu_package="qemu-system-misc",
        kernel_arch="loongarch",
        cross="loongarch64-linux-gnu-",
        compiler_suite="sid",
        sysroot_suite="sid",
        machine=("-machine", "virt"),
        cpu="la464",
        console="ttyS0",
        channel=Channel("serial", ttys=("ttyS1", "ttyS2", "ttyS3")),
        # The machine has no such controller, and an access to it faults.
        append=("panic=-1", "initcall_blacklist=i8042_init"),
    ),
    "ppc64el": Arch(
        name="ppc64el",
        registers=_PPC64_REGISTERS,
        qemu="qemu-system-ppc64",
        qemu_package="qemu-system-ppc",
        kernel_arch="powerpc",
        cross="powerpc64le-linux-gnu-",
        # Without firmware, and without mitigations that TCG does not need.
        machine=("-machine", "pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,x-vof=on",
                 "-vga", "none"),
        cpu="power9",
        console="hvc0",
        channel=_VIRTIO_PCI,
    ),
    "s390x": Arch(
        name="s390x",
        qemu="qemu-system-s390x",
        qemu_package="qemu-system-s390x",
        kernel_arch="s390",
        cross="s390x-linux-gnu-",
        machine=("-machine", "s390-ccw-virtio"),
        registers=_S390_REGISTERS,
        console="ttysclp0",
        channel=Channel("virtio", device="virtio-serial-ccw", modules=("virtio_console",)),
    ),
    "armel": Arch(
        name="armel",
        registers=_ARM_REGISTERS,
        qemu="qemu-system-arm",
        qemu_package="qemu-system-arm",
        kernel_arch="arm",
        cross="arm-linux-gnueabi-",
        machine=("-machine", "versatilepb", "-audiodev", "none,id=a"),
        cpu="arm926",
        console="ttyAMA0",
        channel=Channel("serial", ttys=("ttyAMA1", "ttyAMA2", "ttyAMA3")),
        max_ram="256M",
        max_smp=1,
    ),
    "mips64el": Arch(
        name="mips64el",
        registers=_MIPS64_REGISTERS,
        qemu="qemu-system-mips64el",
        qemu_package="qemu-system-mips",
        kernel_arch="mips",
        cross="mips64el-linux-gnuabi64-",
        machine=("-machine", "malta"),
        cpu="MIPS64R2-generic",
        console="ttyS0",
        channel=_VIRTIO_PCI,
        # Of which the kernel is given less, so that there is room for pmem.
        max_ram="256M",
        max_smp=1,
        errnos={"EOPNOTSUPP": 122},
    ),
}

# Other boards of an architecture, for kernels that run on no other.
BOARDS = {
    "raspi0": replace(
        ARCHES["armel"],
        machine=("-machine", "raspi0"),
        cpu="arm1176",
        channel=Channel("serial", device="usb-serial", modules=("usbserial", "ftdi_sio"),
                        ttys=("ttyUSB0", "ttyUSB1", "ttyUSB2")),
        # Exactly the memory of the board.
        max_ram="512M",
        # QEMU has no power domains; probing them ends in a panic.
        append=("panic=-1", "earlycon=pl011,0x20201000",
                "initcall_blacklist=bcm2835_power_driver_init,bcm2835_pm_driver_init"),
    ),
}


def lookup(name: str) -> Arch:
    """The architecture of that (Debian) name, or the board."""
    try:
        return BOARDS.get(name) or ARCHES[name]
    except KeyError:
        raise GuestError(f"no such guest architecture or board: {name}; "
                         f"known are {', '.join([*ARCHES, *BOARDS])}") from None


def by_kernel_arch(name: str) -> Arch:
    """The one that the kernel calls so."""
    for arch in ARCHES.values():
        if name in (arch.kernel_arch, arch.name):
            return arch
    raise GuestError(f"no such architecture: {name}; known are "
                     f"{', '.join(arch.kernel_arch for arch in ARCHES.values())}")
