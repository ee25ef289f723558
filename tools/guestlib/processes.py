# SPDX-License-Identifier: GPL-2.0-only
"""Programs that run in parallel with this process and end with it."""

import contextlib
import os
import signal
import subprocess


def spawn(words: list[str], **keywords) -> subprocess.Popen:
    """Start a program in a process group of its own."""
    # If this process is killed, the kernel kills the child, too.
    keywords.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", *words],
                            start_new_session=True, **keywords)


def kill(process: subprocess.Popen | None) -> None:
    """End it, and all processes that it started."""
    if process:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
