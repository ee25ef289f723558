# SPDX-License-Identifier: GPL-2.0-only
"""The files of the project: copies of them, and a key of their content."""
import hashlib
import pathlib
import shutil
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools"))
from guestlib import cache  # noqa: E402  pylint: disable=wrong-import-position


def run(*words, **keywords):
    """The output of a command that must succeed."""
    done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          **keywords)
    assert not done.returncode, (f"{' '.join(map(str, words))[:200]} exits with "
                                 f"{done.returncode}: {done.stdout[-3000:]}")
    return done.stdout


def files():
    """The files that git tracks or would track, relative to the repository."""
    listed = subprocess.run(["git", "-C", REPOSITORY, "ls-files", "-co", "--exclude-standard", "-z"],
                            capture_output=True, check=True).stdout.decode().split("\0")
    return sorted(name for name in listed if name and (REPOSITORY / name).is_file())


def key(*salt):
    """A key of their content."""
    digest = hashlib.sha256()
    for name in files():
        path = REPOSITORY / name
        digest.update(f"{name}\0{path.stat().st_mode & 0o111}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update(repr(salt).encode())
    return digest.hexdigest()[:16]


def copy(directory):
    """A copy of them, without git."""
    for name in files():
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / name, target)
    return directory


def cached(folder, make, *salt):
    """The directory of the cache that `make` filled for the files as they are now.

    make gets a directory to fill. Of older contents none is kept.
    """
    path = cache.root() / folder / key(*salt)
    with cache.locked(f"{folder}-{path.name}"):
        if not path.is_dir():
            with cache.new_directory(path) as target:
                make(target)
            for other in path.parent.iterdir():
                if other != path:
                    shutil.rmtree(other, ignore_errors=True)
    return path
