# SPDX-License-Identifier: GPL-2.0-only
"""The output streams of a guest, and their ends."""

import io
import re
import tarfile
from collections.abc import Callable

Sink = Callable[[bytes], None]

# Messages of a kernel that report an error.
COMPLAINT = re.compile(
    r"WARNING: .*(CPU|at )|\bBUG: |kernel BUG at|\bOops\b|Kernel panic|general protection|"
    r"refcount_t: |unable to handle|INFO: task .* blocked|INFO: rcu.*stall|possible .*deadlock|"
    r"soft lockup|KASAN|UBSAN")


class Stream:
    """Bytes up to an end mark, passed on as they come."""

    def __init__(self, mark: bytes, sink: Sink | None = None):
        self.mark, self.sink = mark, sink
        self.ended = False
        self._held = b""
        self._data = bytearray()

    def feed(self, data: bytes) -> None:
        """More bytes. Anything that may be the mark's beginning is held back."""
        if self.ended:
            return
        data = self._held + data
        position = data.find(self.mark)
        if position >= 0:
            self.ended = True
            self._held, data = b"", data[:position]
        else:
            keep = next(length for length in range(min(len(self.mark) - 1, len(data)), -1, -1)
                        if data.endswith(self.mark[:length]))
            self._held, data = data[len(data) - keep:], data[:len(data) - keep]
        self._pass_on(data)

    def flush(self) -> None:
        """There is no mark: the held bytes are data."""
        data, self._held = self._held, b""
        self._pass_on(data)

    def _pass_on(self, data: bytes) -> None:
        if data:
            self._data += data
            if self.sink:
                self.sink(data)

    @property
    def data(self) -> bytes:
        """All of it so far."""
        return bytes(self._data)


class Control:
    """The control stream: "start", "exit N", then a tar archive."""

    def __init__(self, mark: bytes):
        self.stream = Stream(mark)

    @property
    def started(self) -> bool:
        """Has the script begun?"""
        return self.stream.data.startswith(b"start\n")

    @property
    def exit_code(self) -> int | None:
        """The script's exit code, once there."""
        match = re.match(rb"start\nexit (\d+)\n", self.stream.data)
        return int(match[1]) if match else None

    def files(self, wanted: list[str]) -> dict[str, bytes]:
        """Guest path -> content, for each wanted file there was; directories give all below."""
        head = re.match(rb"start\nexit \d+\n", self.stream.data)
        found: dict[str, bytes] = {}
        if not head or not self.stream.ended or not wanted:
            return found
        with tarfile.open(fileobj=io.BytesIO(self.stream.data[head.end():])) as archive:
            for member in archive:
                number, _, below = member.name.removeprefix("./").partition("/")
                if member.isfile() and number.isdigit():
                    path = wanted[int(number) - 1] + ("/" + below if below else "")
                    found[path] = archive.extractfile(member).read()
        return found


def complaints(console: str) -> list[str]:
    """The lines in which a kernel reports an error."""
    return [line.strip() for line in console.splitlines() if COMPLAINT.search(line)]
