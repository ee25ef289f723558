# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own tools for KTAP, out of Debian's package of its source.

kunit_parser.py reads KTAP, kselftest's runner nests it. Both are taken from a
fixed series, whatever runs here, and kept in the cache.
"""
import pathlib
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools"))
# pylint: disable=wrong-import-position
from guestlib import cache  # noqa: E402
from guestlib.apt import Suite  # noqa: E402
from guestlib.errors import GuestError  # noqa: E402

SUITE, PACKAGE = "bookworm", "linux-source-6.1"
WANTED = ("tools/testing/kunit/", "tools/testing/selftests/kselftest/")


def _find(suite):
    found = [p for p in suite.packages() if p.name == PACKAGE]
    if not found:
        suite.refresh()
        found = [p for p in suite.packages() if p.name == PACKAGE]
    if not found:
        raise GuestError(f"{SUITE} has no {PACKAGE}")
    return found[0]


def _unpack(deb, directory):
    """Only the needed files, of a gigabyte."""
    top = PACKAGE
    script = 'dpkg-deb --fsys-tarfile "$1" | tar xO "./usr/src/$2.tar.xz" | tar xJ -C "$3" "$4" "$5"'
    subprocess.run(["bash", "-euo", "pipefail", "-c", script, "sh", str(deb), top, str(directory),
                    *(f"{top}/{name.rstrip('/')}" for name in WANTED)], check=True)


def testing():
    """The tools/testing directory with kunit and kselftest's runner. GuestError without network."""
    package = _find(Suite(SUITE, "amd64"))
    path = cache.root() / "testing" / package.sha256
    with cache.locked(f"testing-{package.sha256}"):
        if not path.exists():
            deb = Suite(SUITE, "amd64").download(package)
            with cache.new_directory(path) as directory:
                _unpack(deb, directory)
            # Nothing else of it is needed, and it is large.
            deb.unlink()
    return path / PACKAGE / "tools" / "testing"
