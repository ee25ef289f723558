# SPDX-License-Identifier: GPL-2.0-only
"""The only exception that a user sees."""

import subprocess


class GuestError(Exception):
    """The error, and what to do about it, in one line."""


def failed(error: subprocess.CalledProcessError) -> GuestError:
    """A program of the machine failed; the text is its own message."""
    lines = (error.stderr or b"").decode(errors="replace").strip().splitlines()
    words = f": {lines[0]}" if lines else ""
    return GuestError(f"{error.cmd[0]} failed{words}; is the disk full, or is something "
                      "deleting the cache?")
