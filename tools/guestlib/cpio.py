# SPDX-License-Identifier: GPL-2.0-only
"""newc cpio archives, as the kernel unpacks them. Needs no root, not even for devices."""

import stat
from pathlib import Path


class Archive:
    """An initramfs in the making; parent directories come by themselves."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._known: set[str] = set()
        self._inode = 0

    def _add(self, name: str, mode: int, data: bytes = b"", device: tuple[int, int] = (0, 0)):
        self._inode += 1
        encoded = name.encode() + b"\0"
        fields = (self._inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(encoded), 0)
        header = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
        self._chunks += [header, b"\0" * (-len(header) % 4), data, b"\0" * (-len(data) % 4)]

    def _parents(self, name: str) -> str:
        name = name.strip("/")
        for parent in reversed(Path(name).parents):
            if str(parent) != ".":
                self.directory(str(parent))
        return name

    def directory(self, name: str) -> None:
        """An empty directory."""
        name = self._parents(name)
        if name not in self._known:
            self._known.add(name)
            self._add(name, stat.S_IFDIR | 0o755)

    def file(self, name: str, data: bytes, mode: int = 0o644) -> None:
        """A regular file. The last one of a name wins, as in the kernel."""
        self._add(self._parents(name), stat.S_IFREG | mode, data)

    def symlink(self, name: str, target: str) -> None:
        """A symbolic link."""
        self._add(self._parents(name), stat.S_IFLNK | 0o777, target.encode())

    def device(self, name: str, major: int, minor: int) -> None:
        """A character device."""
        self._add(self._parents(name), stat.S_IFCHR | 0o600, device=(major, minor))

    def tree(self, name: str, source: Path) -> None:
        """A directory of the host with all that is below it."""
        self.directory(name)
        for path in sorted(source.rglob("*")):
            below = f"{name}/{path.relative_to(source)}"
            if path.is_symlink():
                self.symlink(below, str(path.readlink()))
            elif path.is_dir():
                self.directory(below)
            elif path.is_file():
                self.file(below, path.read_bytes(), stat.S_IMODE(path.stat().st_mode))

    def finish(self) -> bytes:
        """The whole archive."""
        self._add("TRAILER!!!", 0)
        return b"".join(self._chunks)
