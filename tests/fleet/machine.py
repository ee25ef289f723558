# SPDX-License-Identifier: GPL-2.0-only
"""The metrics of one real machine of a fleet."""
import pathlib

import programs  # noqa: F401  (where guestlib is)
from guestlib import Guest, run_guest
from guestlib.initramfs import File

FILES = ("/root/before.prom", "/root/after.prom", "/root/said")


def from_a_guest(build: pathlib.Path):
    """The metrics that a daemon wrote on a stock 6.1 kernel, without and with the leak."""
    guest = Guest(kernel="6.1-amd64", pmem=["64M"], faults=["dax_add_host=-ENOMEM"],
                  script=pathlib.Path(__file__).with_name("guest.sh").read_text(encoding="utf-8"),
                  files=[File(build / "daxaudit.static", "/bin/daxaudit", 0o755)],
                  collect=list(FILES))
    result = run_guest(guest)
    assert result.exit_code == 0, f"{result.outcome} {result.exit_code}\n{result.last_words()}"
    return tuple(result.files[name].decode() for name in FILES[:2])
