# SPDX-License-Identifier: GPL-2.0-only
"""The guest's initramfs: busybox, the modules asked for, the caller's files, the script."""

import shlex
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from . import cache
from .apt import Suite, host_arch
from .cpio import Archive
from .errors import GuestError
from .kernel import Kernel, module_name

INIT = Path(__file__).with_name("init.sh")
# The ports of the script's output and of the control stream.
PORTS = ("out", "err", "ctl")
DIRECTORIES = ("proc", "sys", "dev", "tmp", "run", "root", "etc", "mnt", "usr/bin", "usr/sbin",
               "usr/local/bin", "bin", "sbin", "var")


@dataclass(frozen=True)
class File:
    """A file or directory of the host and where it goes in the guest."""

    host: Path
    guest: str
    mode: int | None = None

    @classmethod
    def parse(cls, text: str) -> "File":
        """HOST[:GUEST[:MODE]]"""
        host, _, rest = text.partition(":")
        guest, _, mode = rest.partition(":")
        path = Path(host)
        if not path.exists():
            raise GuestError(f"--file {host}: there is no such file")
        try:
            return cls(path, guest or f"/root/{path.resolve().name}",
                       int(mode, 8) if mode else None)
        except ValueError:
            raise GuestError(f"--file {text}: the mode {mode} is not octal") from None

    def add_to(self, archive: Archive) -> None:
        """Add it, with all files below a directory."""
        if self.host.is_dir():
            archive.tree(self.guest, self.host)
        else:
            mode = self.mode or stat.S_IMODE(self.host.stat().st_mode)
            archive.file(self.guest, self.host.read_bytes(), mode)


# Files that programs need in addition to their libraries.
TOOL_DATA = {"tmux": ["/usr/lib/locale/C.utf8"]}


def host_tool(name: str) -> list[File]:
    """A program of the host with its dependencies. Only for guests of the host's architecture."""
    path = shutil.which(name)
    if not path:
        raise GuestError(f"--tool {name}: not installed on this machine")
    files = [File(Path(path), f"/usr/local/bin/{name}")]
    listing = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    for line in listing.splitlines():
        library = line.split("=>")[-1].split()[0] if line.strip() else ""
        if library.startswith("/"):
            files.append(File(Path(library), library))
    return files + [File.parse(f"{data}:{data}") for data in TOOL_DATA.get(name, [])]


def _busybox(kernel: Kernel) -> bytes:
    own = Path("/bin/busybox")
    if kernel.arch.name == host_arch() and own.exists():
        return own.read_bytes()
    entry = kernel.entry
    suite = Suite(entry.userland or entry.suite.removesuffix("-backports"), entry.arch)
    package = next((package for package in suite.packages()
                    if package.name == "busybox-static"), None)
    if not package:
        raise GuestError(f"no busybox-static for {kernel.arch.name}; "
                         "apt-get install busybox-static, or run tools/setup guest")
    path = cache.root() / "busybox" / package.sha256
    if not path.exists():
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", suite.download(package)],
                              stdout=subprocess.PIPE) as reader:
            data = subprocess.run(["tar", "-xO", "--wildcards", "*bin/busybox"],
                                  stdin=reader.stdout, check=True, capture_output=True).stdout
        cache.write_atomically(path, data)
    return path.read_bytes()


def _applets() -> list[str]:
    try:
        listing = subprocess.run(["busybox", "--list-full"], capture_output=True, text=True,
                                 check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise GuestError("busybox is missing; apt-get install busybox-static, "
                         "or run tools/setup guest") from error
    return listing.split()


def _add_modules(archive: Archive, kernel: Kernel, names: list[str],
                 replaced: dict[str, bytes] | None = None) -> None:
    """The modules' closure, and the tables modprobe reads, made by depmod for just these."""
    replaced = replaced or {}
    with tempfile.TemporaryDirectory(prefix="daxaudit-depmod.") as scratch:
        tree = Path(scratch) / "lib" / "modules" / kernel.release
        for path in kernel.closure(names):
            plain = tree / path.removesuffix(".xz").removesuffix(".zst")
            plain.parent.mkdir(parents=True, exist_ok=True)
            plain.write_bytes(replaced.get(module_name(path)) or kernel.module_data(path))
        tree.mkdir(parents=True, exist_ok=True)
        for name in ("modules.builtin", "modules.order", "modules.builtin.modinfo"):
            if (kernel.modules / name).exists():
                shutil.copy(kernel.modules / name, tree / name)
        subprocess.run(["depmod", "-b", scratch, kernel.release], check=True)
        archive.tree(f"lib/modules/{kernel.release}", tree)


def _system(kernel: Kernel) -> Archive:
    """The part that is the same in every guest."""
    archive = Archive()
    for name in DIRECTORIES:
        archive.directory(name)
    archive.device("dev/console", 5, 1)
    archive.file("bin/busybox", _busybox(kernel), 0o755)
    for applet in _applets():
        if applet not in ("bin/busybox", "linuxrc", "init", "sbin/init"):
            archive.symlink(applet, "/bin/busybox")
    archive.file("init", INIT.read_bytes(), 0o755)
    archive.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
    archive.file("etc/group", b"root:x:0:\n")
    return archive


def _config(settings: dict[str, str]) -> bytes:
    return "".join(f"{key}={shlex.quote(value)}\n" for key, value in settings.items()).encode()


def channel(kernel: Kernel) -> dict[str, str]:
    """The configuration of init.sh for the output of the guest."""
    its = kernel.arch.channel
    return {"channel": its.kind, "channel_modules": " ".join(its.modules),
            **dict(zip(PORTS, (f"/dev/{tty}" for tty in its.ttys)))}


@dataclass(frozen=True)
class Content:
    """A guest's own part."""

    modules: list[str]
    files: list[File]
    settings: dict[str, str]
    script: str
    collect: list[str]
    # Modules that replace the kernel's own, by their names.
    replaced: dict[str, bytes] = field(default_factory=dict)

    def add_to(self, archive: Archive, kernel: Kernel) -> bytes:
        """Add it as the last part; returns the archive."""
        _add_modules(archive, kernel, self.modules, self.replaced)
        archive.file("guest/config", _config(channel(kernel) | self.settings))
        archive.file("guest/script", self.script.encode() + b"\n")
        archive.file("guest/collect", "".join(path + "\n" for path in self.collect).encode())
        for file in self.files:
            file.add_to(archive)
        return archive.finish()


def build(kernel: Kernel, content: Content) -> bytes:
    """The whole archive, uncompressed: the guest unpacks it faster than it would decompress."""
    return content.add_to(_system(kernel), kernel)


# Kernel's name and key -> the archive.
_waiting: dict[tuple[str, str], bytes] = {}


def waiting(kernel: Kernel) -> bytes:
    """The archive of a guest that waits for its own part: see snapshot.py."""
    key = kernel.entry.name, kernel.key
    if key not in _waiting:
        _waiting[key] = _make_waiting(kernel)
    return _waiting[key]


def _make_waiting(kernel: Kernel) -> bytes:
    archive = _system(kernel)
    _add_modules(archive, kernel, list(kernel.arch.channel.modules))
    archive.file("guest/config", _config(channel(kernel) | {"waits": "yes"}))
    return archive.finish()


def delivery(kernel: Kernel, content: Content) -> bytes:
    """The data that such a guest reads; the archive marks its end."""
    return content.add_to(Archive(), kernel)
