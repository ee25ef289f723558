# SPDX-License-Identifier: GPL-2.0-only
"""A site's collector of journals: systemd's own sender and receiver, on loopback."""
import json
import pathlib
import socket
import subprocess
import tempfile
import time

REMOTE = "/lib/systemd/systemd-journal-remote"
UPLOAD = "/lib/systemd/systemd-journal-upload"


def _free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _listens(port):
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def forwarded(export, *matches):
    """The entries that match in the collector's journal, after a machine has sent its own.

    export: the machine's journal, as `journalctl -o export` has it.
    """
    with tempfile.TemporaryDirectory() as scratch:
        machine, site = (pathlib.Path(scratch, f"{name}.journal") for name in ("machine", "site"))
        subprocess.run([REMOTE, f"--output={machine}", "-"], input=export.encode(), check=True,
                       capture_output=True)
        port = _free_port()
        with subprocess.Popen([REMOTE, f"--listen-http=127.0.0.1:{port}", f"--output={site}",
                               "--split-mode=none"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as collector:
            try:
                for _ in range(100):
                    if _listens(port):
                        break
                    time.sleep(0.1)
                sent = subprocess.run([UPLOAD, f"--url=http://127.0.0.1:{port}", f"--file={machine}",
                                       f"--save-state={scratch}/state", "--follow=no"],
                                      stdin=subprocess.DEVNULL,
                                      capture_output=True, text=True, timeout=60, check=False)
                assert not sent.returncode, sent.stderr
            finally:
                collector.terminate()
                collector.communicate(timeout=30)
        listed = subprocess.run(["journalctl", f"--file={site}", "--no-pager", "-o", "json", *matches],
                                capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in listed.splitlines()]
