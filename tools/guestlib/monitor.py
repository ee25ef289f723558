# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's monitor (QMP), over a socket that QEMU was started with."""

import json
import socket
import time

from .errors import GuestError

_POLL_SECONDS = 0.02


class Monitor:
    """One command at a time."""

    def __init__(self, end: socket.socket, seconds: float):
        """Raises GuestError if QEMU does not answer within that time, now or later."""
        self._end, self._deadline = end, time.monotonic() + seconds
        self._reader = end.makefile("rb")
        self._line()
        self.command("qmp_capabilities")

    def _line(self) -> dict:
        self._end.settimeout(max(0.01, self._deadline - time.monotonic()))
        try:
            line = self._reader.readline()
        except OSError as error:
            raise GuestError(f"QEMU's monitor: {error}") from error
        if not line:
            raise GuestError("QEMU ended")
        return json.loads(line)

    def command(self, name: str, descriptor: int | None = None, **arguments) -> dict:
        """Run it, with a descriptor to go along; what it returns."""
        line = json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n"
        try:
            socket.send_fds(self._end, [line], [] if descriptor is None else [descriptor])
        except OSError as error:
            raise GuestError(f"QEMU's monitor: {error}") from error
        while True:
            answer = self._line()
            if "error" in answer:
                raise GuestError(f"QEMU: {name}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def wait(self, name: str, *unfinished: str) -> str:
        """Repeat the command until the status is none of these; returns the status."""
        while True:
            status = self.command(name).get("status", unfinished[0])
            if status not in unfinished:
                return status
            if time.monotonic() > self._deadline:
                raise GuestError(f"QEMU: {name}: still {status}")
            time.sleep(_POLL_SECONDS)
