# SPDX-License-Identifier: GPL-2.0-only
"""One guest from start to end."""

import contextlib
import os
import secrets
import selectors
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import debugger, faults, initramfs, kernel as kernels, qemu, snapshot, virtiofs
from .errors import GuestError, failed
from .faults import Fault
from .initramfs import File
from .monitor import Monitor
from .processes import kill, spawn
from .streams import Control, Sink, Stream, complaints

# Those of them that the kernel has.
DEFAULT_MODULES = ("libnvdimm", "nd_btt", "nd_pmem", "nd_e820", "dax_pmem", "device_dax",
                   "virtio_pmem", "dm-mod")
SCRATCH = "daxaudit-guest."
# From QEMU's start to the script's; on an idle machine it takes 2 to 6 seconds.
BOOT_SECONDS = 90


@dataclass
class Guest:
    """The kernel to boot and the script to run in it."""

    kernel: str
    script: str
    files: list[File] = field(default_factory=list)
    modules: list[str] = field(default_factory=lambda: list(DEFAULT_MODULES))
    # Modules that replace the kernel's own, by their names.
    replaced: dict[str, bytes] = field(default_factory=dict)
    append: list[str] = field(default_factory=list)
    pmem: list[str] = field(default_factory=list)
    virtio_pmem: str | None = None
    # A directory of the host for the guest to mount as virtiofs, with the tag "share".
    virtiofs: Path | None = None
    faults: list[str | Fault] = field(default_factory=list)
    collect: list[str] = field(default_factory=list)
    smp: int = 2
    mem: str = "1G"
    cpu: str | None = None
    icount: bool = False
    # Boot the kernel as packaged, which unpacks and places itself: slower.
    kaslr: bool = False
    timeout: float = 180
    verbose: bool = False
    # (rows, columns) of the terminal the script is to have; it then has no other output.
    tty: tuple[int, int] | None = None
    qemu: list[str] = field(default_factory=list)
    # Start from the saved state of a booted guest, if possible.
    restore: bool = False
    # The oldest sufficient major version of QEMU; the kernel may need a later one.
    qemu_major: int = 0


@dataclass
class Result:
    """The result."""

    outcome: str  # "done", "hang" or "died"
    exit_code: int | None
    stdout: bytes
    stderr: bytes
    console: str
    files: dict[str, bytes]
    fault_hits: dict[str, int]
    complaints: list[str]
    boot_seconds: float | None
    seconds: float
    # It has not booted: see snapshot.py.
    restored: bool

    def last_words(self, lines: int = 15) -> str:
        """The end of the console log."""
        return "\n".join(self.console.rstrip().splitlines()[-lines:])


def sweep_scratch() -> None:
    """Remove the files of killed runs; a scratch directory has the pid of its owner in its name."""
    for path in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        pid = path.name.removeprefix(SCRATCH).partition(".")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(path, ignore_errors=True)


class _Run:
    """The processes and streams of one boot."""

    def __init__(self, guest: Guest, sinks: dict[str, Sink], tty_input: int | None):
        self.guest, self.sinks, self.tty_input = guest, sinks, tty_input
        self.scratch = Path(tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}."))
        self.token = secrets.token_hex(16).encode()
        self.selector = selectors.DefaultSelector()
        self.sockets: dict[str, socket.socket] = {}
        self.qemu: subprocess.Popen | None = None
        # The state that the guest is restored from, and the process that reads it for QEMU.
        self.saved: Path | None = None
        self.state: subprocess.Popen | None = None
        self.virtiofsd: subprocess.Popen | None = None
        self.injector: faults.Injector | None = None
        self.control = Control(self.token)
        self.streams = {"ctl": self.control.stream}
        for name in ("out", "err", "console", "tty"):
            # The last two have no end mark.
            mark = self.token if name in ("out", "err") else b"\0" * 64
            self.streams[name] = Stream(mark, sinks.get(name))
        self.began = time.monotonic()
        self.booted: float | None = None

    def _ends(self) -> list[str]:
        return ["console", *initramfs.PORTS] + (["tty"] if self.guest.tty else [])

    def _connect(self, names: list[str]) -> dict[str, socket.socket]:
        peers = {}
        for name in names:
            self.sockets[name], peers[name] = socket.socketpair()
            if name in self.streams:
                self.selector.register(self.sockets[name], selectors.EVENT_READ, name)
        if self.guest.tty and self.tty_input is not None:
            self.selector.register(self.tty_input, selectors.EVENT_READ, "keyboard")
        return peers

    def _modules(self, kernel: kernels.Kernel) -> list[str]:
        return [*kernel.present(self.guest.modules, DEFAULT_MODULES), *kernel.arch.channel.modules]

    def _content(self, kernel: kernels.Kernel) -> initramfs.Content:
        guest = self.guest
        settings = {"token": self.token.decode(), "clock": str(int(time.time())),
                    "tty": "/dev/hvc0" if guest.tty else "",
                    "tty_size": "rows {} cols {}".format(*guest.tty or (25, 80))}
        return initramfs.Content(self._modules(kernel), guest.files, settings, guest.script,
                                 guest.collect, guest.replaced)

    def _machine(self, kernel: kernels.Kernel, gdb_socket: Path | None) -> qemu.Machine:
        guest = self.guest
        return qemu.Machine(
            kernel, self.scratch / "initrd", dict.fromkeys(self._ends(), 0),
            mem=guest.mem, smp=guest.smp, cpu=guest.cpu, icount=guest.icount, kaslr=guest.kaslr,
            pmem=guest.pmem, loglevel=7 if guest.verbose else 5, virtio_pmem=guest.virtio_pmem,
            virtiofs=bool(guest.virtiofs), gdb_socket=gdb_socket, append=guest.append,
            extra=guest.qemu, major=guest.qemu_major)

    def _restorable(self, machine: qemu.Machine) -> qemu.Machine:
        """The same with a state to start from, if there can be one."""
        if not self.guest.restore or not snapshot.possible(machine):
            return machine
        waiting = replace(machine, gdb_socket=None, descriptors=machine.descriptors | {"in": 0})
        self.saved = snapshot.obtain(waiting)
        if not self.saved:
            return machine
        return replace(waiting, gdb_socket=machine.gdb_socket,
                       descriptors=waiting.descriptors | {"qmp": 0})

    def start(self) -> None:
        """Everything up to the running QEMU."""
        guest = self.guest
        if guest.kaslr and guest.faults:
            raise GuestError("faults need the kernel at its linked address; leave out --kaslr")
        kernel = kernels.fetch(guest.kernel)
        plan = faults.plan(kernel, guest.faults, self._modules(kernel)) if guest.faults else None
        gdb = debugger.words(kernel.arch) if plan else []
        gdb_socket = self.scratch / "gdb" if plan else None
        machine = self._restorable(self._machine(kernel, gdb_socket))
        content = self._content(kernel)
        machine.initrd.write_bytes(initramfs.waiting(kernel) if self.saved else
                                   initramfs.build(kernel, content))
        if guest.virtiofs:
            self.virtiofsd = virtiofs.start(guest.virtiofs, self.scratch, spawn)
        self.began = time.monotonic()
        self._run_qemu(machine)
        if self.saved:
            self._deliver(initramfs.delivery(kernel, content), go=not plan)
        if plan:
            self.injector = faults.Injector(gdb, plan | {"restored": bool(self.saved)},
                                            self.scratch, gdb_socket, spawn)

    def _run_qemu(self, machine: qemu.Machine) -> None:
        peers = self._connect(list(machine.descriptors))
        descriptors = {name: peer.fileno() for name, peer in peers.items()}
        if self.saved:
            self.state = snapshot.reader(self.saved)
            descriptors["state"] = self.state.stdout.fileno()
        words = qemu.command(replace(machine, descriptors=descriptors))
        with open(self.scratch / "qemu.err", "wb") as errors:
            self.qemu = spawn(words, stdout=subprocess.DEVNULL, stderr=errors,
                              pass_fds=list(descriptors.values()))
        for peer in peers.values():
            peer.close()
        if self.state:
            self.state.stdout.close()

    def _deliver(self, data: bytes, go: bool) -> None:
        """Hand the restored guest its own part. It is paused until it is continued here or by gdb."""
        with contextlib.suppress(GuestError):
            # If QEMU has ended, follow() finds out.
            monitor = Monitor(self.sockets["qmp"], BOOT_SECONDS)
            monitor.wait("query-status", "inmigrate")
            if go:
                monitor.command("cont")

        def send() -> None:
            with contextlib.suppress(OSError):
                self.sockets["in"].sendall(data)
        threading.Thread(target=send, daemon=True).start()

    def _receive(self, name: str) -> None:
        if name == "keyboard":
            self.sockets["tty"].sendall(os.read(self.tty_input, 4096))
            return
        try:
            data = self.sockets[name].recv(1 << 18)
        except ConnectionResetError:
            data = b""
        if not data:
            self.selector.unregister(self.sockets[name])
        self.streams[name].feed(data)
        if self.booted is None and self.control.started:
            self.booted = time.monotonic() - self.began

    def _drain(self) -> None:
        """Read the output that QEMU sent before it exited: it may contain a kernel message."""
        for key in list(self.selector.get_map().values()):
            while key.data != "keyboard" and key.fd in self.selector.get_map():
                self._receive(key.data)

    def _open_streams(self) -> set[str]:
        return {key.data for key in self.selector.get_map().values()} - {"keyboard"}

    def follow(self) -> str:
        """Forward the streams until the guest is done, dead or late; returns which of these."""
        deadline = self.began + self.guest.timeout
        while not all(self.streams[name].ended for name in initramfs.PORTS):
            if self.injector:
                self.injector.check()
            now = time.monotonic()
            if now > deadline or (self.booted is None and now > self.began + BOOT_SECONDS):
                return "hang"
            if not self._open_streams():
                return "died"
            for key, _ in self.selector.select(0.2):
                self._receive(key.data)
        return "done"

    def result(self, outcome: str) -> Result:
        """The result so far."""
        kill(self.qemu)
        self._drain()
        hits = self.injector.finish() if self.injector else {}
        for stream in self.streams.values():
            stream.flush()
        console = self.streams["console"].data.decode(errors="replace").replace("\r", "")
        if outcome == "died":
            console += (self.scratch / "qemu.err").read_text(errors="replace")
        out = self.streams["tty" if self.guest.tty else "out"].data
        return Result(outcome, self.control.exit_code if outcome == "done" else None,
                      out, self.streams["err"].data, console,
                      self.control.files(self.guest.collect), hits, complaints(console),
                      self.booted, time.monotonic() - self.began, bool(self.saved))

    def close(self) -> None:
        """Clean up."""
        kill(self.qemu)
        kill(self.state)
        kill(self.virtiofsd)
        if self.injector:
            self.injector.finish()
        for end in self.sockets.values():
            end.close()
        self.selector.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


def _attempt(guest: Guest, sinks: dict[str, Sink], tty_input: int | None) -> Result:
    run = _Run(guest, sinks, tty_input)
    try:
        run.start()
        return run.result(run.follow())
    finally:
        if run.saved and run.booted is None:
            snapshot.forget(run.saved)
        run.close()


def run_guest(guest: Guest, sinks: dict[str, Sink] | None = None,
              tty_input: int | None = None) -> Result:
    """Boot it, run the script, return its files.

    On a busy machine one in some hundred emulated kernels does not get as far as
    the script: it is booted once more then, from the start.

    sinks: "out", "err", "console" and "tty" get the bytes as they come.
    Raises GuestError when the guest cannot be started at all.
    """
    try:
        result = _attempt(guest, sinks or {}, tty_input)
        if result.boot_seconds is not None:
            return result
    except (FileNotFoundError, subprocess.CalledProcessError):
        # Another process deleted the cache, or a part of it, meanwhile.
        kernels.forget(guest.kernel)
    try:
        return _attempt(replace(guest, restore=False), sinks or {}, tty_input)
    except FileNotFoundError as error:
        raise GuestError(f"{error.filename} is missing; run tools/setup if it is a program, "
                         "and again if it is a file of the cache") from error
    except subprocess.CalledProcessError as error:
        raise failed(error) from error
