# SPDX-License-Identifier: GPL-2.0-only
"""A cache that may be deleted at any time and shared by any number of processes.

Nothing appears under its final name before it is whole: files and directories
are made under a temporary name beside it and renamed.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from .errors import GuestError


def root() -> Path:
    """The cache directory, created if needed."""
    override = os.environ.get("DAXAUDIT_CACHE")
    path = Path(override) if override else Path.home() / ".cache" / "daxaudit"
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GuestError(f"cannot make the cache {path}: {error.strerror}; "
                         "set DAXAUDIT_CACHE to a writable directory") from error
    return path.resolve()


def directory(name: str) -> Path:
    """A directory of the cache, created if needed."""
    path = root() / name
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def locked(name: str):
    """Hold the cache's lock of that name, against other processes and threads.

    Were the cache deleted meanwhile, two could hold it; that costs time only,
    because of the renames.
    """
    path = directory("locks") / (name.replace("/", "_") + ".lock")
    with open(path, "w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(fd, "wb") as handle:
            handle.write(data)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def new_directory(path: Path):
    """Fill the yielded directory; it gets the name `path` if the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        temporary.chmod(0o755)
        yield temporary
        try:
            temporary.rename(path)
        except OSError:
            # Another process was first; its content is the same, because the key depends on it.
            if not path.is_dir():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
