# SPDX-License-Identifier: GPL-2.0-only
"""Small Debian systems for installations: created once by mmdebstrap, unpacked for each use."""
import contextlib
import hashlib
import pathlib
import shutil
import subprocess
import tempfile

from sources import run
from guestlib import cache
from guestlib.apt import host_arch, mirror


def tarball(suite, packages):
    """The archive of a minimal system with these packages; created if it is not in the cache."""
    content = " ".join([suite, host_arch(), *sorted(packages)])
    path = cache.directory("chroots") / f"{suite}-{hashlib.sha256(content.encode()).hexdigest()[:16]}.tar"
    with cache.locked(f"chroot-{path.name}"):
        if not path.exists():
            new = path.with_suffix(".new.tar")
            run("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(packages)}",
                suite, new, f"deb {mirror()} {suite} main")
            new.rename(path)
    return path


class Root:
    """A system in a directory."""

    def __init__(self, path):
        self.path = path

    def run(self, *words, **keywords):
        """The output of a command in it, which must succeed."""
        return run("chroot", self.path, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                   "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "HOME=/root", *words, **keywords)

    def add(self, path, to="tmp"):
        """Copy a file or a directory in; its path there."""
        target = self.path / to / path.name
        if path.is_dir():
            shutil.copytree(path, target, symlinks=True)
        else:
            shutil.copy2(path, target)
        return f"/{to}/{path.name}"

    def listing(self):
        """Every path in it with its kind and permissions, except the databases of dpkg and others."""
        noted = ("var/lib/dpkg/", "var/cache/", "var/log/", "var/lib/apt/", "tmp/", "dev/", "proc/", "run/",
                 "var/lib/systemd/catalog/", "var/lib/systemd/deb-systemd-helper")
        found = run("find", ".", "-printf", "%P %y%m\n", cwd=self.path).splitlines()
        return {line for line in found if not line.startswith(noted)}


@contextlib.contextmanager
def root(suite, packages):
    """A fresh system, removed at the end."""
    archive = tarball(suite, packages)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="daxaudit-root."))
    try:
        path = scratch / "root"
        path.mkdir()
        run("tar", "-x", "-p", "--numeric-owner", "-f", archive, "-C", path)
        yield Root(path)
    finally:
        subprocess.run(["rm", "-rf", "--one-file-system", scratch], check=False)
