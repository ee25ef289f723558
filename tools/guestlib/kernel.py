# SPDX-License-Identifier: GPL-2.0-only
"""A kernel of the matrix, unpacked in the cache, and its modules."""

import contextlib
import hashlib
import json
import lzma
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache as memoised
from pathlib import Path

from . import arch, build, bzimage, cache, matrix
from .apt import GoneFromMirror, Package, Suite
from .errors import GuestError


# Of the versions that a suite lists, when the mirror does not have them.
MOST_TRIED = 4


@dataclass(frozen=True)
class Kernel:
    """An unpacked kernel. `key` is the hash of the packages it came from."""

    entry: matrix.Entry
    key: str
    path: Path
    release: str
    # Why it is not the newest that the suite lists, if it is not.
    instead: str = ""

    @property
    def arch(self) -> arch.Arch:
        """The architecture it runs on."""
        return arch.lookup(self.entry.board or self.entry.arch)

    @property
    def image(self) -> Path:
        """The kernel as packaged; it may place itself at a random address."""
        return self.path / "vmlinuz"

    @property
    def plain_image(self) -> Path:
        """The same, unpacked here if QEMU can start that."""
        unpacked = self.path / "vmlinux"
        return unpacked if unpacked.exists() else self.image

    @property
    def dtb(self) -> Path | None:
        """The board's device tree, if QEMU does not generate one."""
        path = self.path / "dtb"
        return path if path.exists() else None

    @property
    def modules(self) -> Path:
        """lib/modules/RELEASE."""
        return self.path / "lib" / "modules" / self.release

    def dependencies(self) -> dict[str, tuple[str, list[str]]]:
        """Module name -> its file and the files it needs, as depmod found them."""
        return _dependencies(self.modules)

    def builtin(self) -> set[str]:
        """The names of what could be a module but is built in."""
        return _builtin(self.modules)

    def wishes(self) -> dict[str, list[str]]:
        """Module name -> the modules it asks for at run time, such as ext4's checksums."""
        return _wishes(self.modules)

    def present(self, names: list[str], optional: tuple[str, ...]) -> list[str]:
        """The names but those of optional that this kernel does not have."""
        have = self.builtin() | set(self.dependencies())
        return [name for name in names if name not in optional or module_name(name) in have]

    def closure(self, names: list[str]) -> list[str]:
        """The files of the named modules and of all they need."""
        table, builtin, wishes = self.dependencies(), self.builtin(), self.wishes()
        files: dict[str, None] = {}
        wanted = list(map(module_name, names))
        for name in wanted:
            if name in table:
                path, needs = table[name]
                files.update(dict.fromkeys([*reversed(needs), path]))
                wanted += [wish for needed in [name, *map(module_name, needs)]
                           for wish in wishes.get(needed, [])
                           if wish in table and wish not in wanted]
            elif name not in builtin:
                raise GuestError(f"{self.entry.name} ({self.release}) has no module {name}")
        return list(files)

    def module_data(self, path: str) -> bytes:
        """A module's ELF file, unpacked once."""
        source = self.modules / path
        if source.suffix == ".ko":
            return source.read_bytes()
        plain = self.path / "ko" / f"{module_name(path)}.ko"
        if not plain.exists():
            cache.write_atomically(plain, _decompressed(source))
        return plain.read_bytes()


# A directory of modules never changes, and to read depmod's tables takes a quarter of a second.
@memoised
def _dependencies(modules: Path) -> dict[str, tuple[str, list[str]]]:
    table = {}
    for line in (modules / "modules.dep").read_text().splitlines():
        path, _, needs = line.partition(":")
        table[module_name(path)] = path, needs.split()
    return table


@memoised
def _builtin(modules: Path) -> set[str]:
    lines = (modules / "modules.builtin").read_text().splitlines()
    return {module_name(line) for line in lines}


@memoised
def _wishes(modules: Path) -> dict[str, list[str]]:
    text = (modules / "modules.softdep").read_text()
    aliases = dict(re.findall(r"(?m)^alias ([\w-]+) (\w+)$", (modules / "modules.alias").read_text()))
    return {module_name(name): [module_name(aliases.get(word, word)) for word in words.split()
                                if not word.endswith(":")]
            for name, words in re.findall(r"(?m)^softdep (\S+) (.*)$", text)}


def module_name(path: str) -> str:
    """nd_pmem of kernel/drivers/nvdimm/nd_pmem.ko.xz, dm_mod of dm-mod."""
    return re.sub(r"\.ko(\.\w+)?$", "", path.rsplit("/", 1)[-1]).replace("-", "_")


def _decompressed(source: Path) -> bytes:
    if source.suffix == ".xz":
        return lzma.decompress(source.read_bytes())
    if source.suffix == ".zst":
        return subprocess.run(["zstd", "-dcq", source], check=True, capture_output=True).stdout
    raise GuestError(f"{source.name}: unknown compression")


def suite_of(entry: matrix.Entry) -> Suite:
    """The source of its packages."""
    # Sources are for all architectures.
    return Suite(entry.suite, "amd64" if entry.build else entry.arch)


def _key(entry: matrix.Entry, packages: list[Package]) -> str:
    parts = [package.sha256 for package in packages]
    if entry.build:
        parts.append(build.inputs(entry))
    if entry.dtb:
        parts.append(entry.dtb)
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def _unpack(archives: list[Path], target: Path, dtb: str | None) -> str:
    """Take image, configuration and modules out of the packages; the release."""
    raw = target / "raw"
    raw.mkdir()
    for archive in archives:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reader:
            # Its messages are collected into one line: it prints one for each module.
            subprocess.run(["tar", "-x", "-C", raw, "--exclude=./usr/share", "-f", "-"],
                           stdin=reader.stdout, check=True, stderr=subprocess.PIPE)
        if reader.returncode:
            raise GuestError(f"{archive} cannot be unpacked; delete it and try again")
    tree = next((path for path in (raw / "usr/lib/modules", raw / "lib/modules")
                 if path.is_dir()), None)
    images = [*raw.glob("boot/vmlinu[xz]-*"), *raw.glob("usr/lib/modules/*/vmlinu[xz]")]
    if not tree or not images:
        raise GuestError("the kernel's packages hold no modules or no image; "
                         "do package and companions in the matrix name all of them?")
    images[0].replace(target / "vmlinuz")
    if dtb:
        tree_blob = next(raw.glob(f"usr/lib/linux-image-*/{dtb}"), None)
        if not tree_blob:
            raise GuestError(f"the kernel's package holds no device tree {dtb}")
        tree_blob.replace(target / "dtb")
    unpacked = bzimage.extract((target / "vmlinuz").read_bytes())
    if unpacked:
        (target / "vmlinux").write_bytes(unpacked)
    (target / "lib").mkdir()
    tree.rename(target / "lib" / "modules")
    release = next((target / "lib" / "modules").iterdir()).name
    shutil.rmtree(raw)
    subprocess.run(["depmod", "-b", target, release], check=True)
    return release


def _load(entry: matrix.Entry, key: str) -> Kernel | None:
    path = cache.root() / "kernels" / key
    try:
        meta = json.loads((path / "meta.json").read_bytes())
    except OSError:
        return None
    kernel = Kernel(entry, key, path, meta["release"])
    # The deletion of a cache may have been interrupted.
    whole = kernel.image.exists() and (kernel.modules / "modules.dep").exists()
    return kernel if whole else None


def _obtain(entry: matrix.Entry, suite: Suite, packages: list[Package]) -> Kernel:
    key = _key(entry, packages)
    with cache.locked(f"kernel-{key}"):
        kernel = _load(entry, key)
        if kernel:
            return kernel
        archives = [suite.download(package) for package in packages]
        path = cache.root() / "kernels" / key
        shutil.rmtree(path, ignore_errors=True)
        with cache.new_directory(path) as target:
            release = build.build(entry, key, archives[0], target) if entry.build else \
                _unpack(archives, target, entry.dtb)
            meta = {"name": entry.name, "release": release,
                    "packages": [f"{package.name} {package.version}" for package in packages]}
            (target / "meta.json").write_text(json.dumps(meta))
    kernel = _load(entry, key)
    if not kernel:
        raise GuestError(f"the cache entry of {entry.name} was deleted meanwhile; run again")
    return kernel


def changed(name: str, sources: tuple[str, ...], change: Callable[[Path], None],
            what: bytes) -> Kernel:
    """A kernel that is built here, with changed files; `what` identifies the change."""
    entry = matrix.lookup(name)
    stock = fetch(name)
    if not entry.build or stock.instead:
        raise GuestError(f"{name} is not built here, or not of the newest source; "
                         "it cannot be changed")
    packages = entry.resolve(suite_of(entry).packages())
    digest = hashlib.sha256(" ".join(sources).encode() + what).hexdigest()
    key = f"{stock.key}-{digest[:8]}"
    with cache.locked(f"kernel-{key}"):
        if not _load(entry, key):
            archive = suite_of(entry).download(packages[0])
            path = cache.root() / "kernels" / key
            shutil.rmtree(path, ignore_errors=True)
            with cache.new_directory(path) as target:
                release = build.build_changed(entry, stock.key, archive, target, sources,
                                              change)
                # Without the kernel's name: it must not be taken for the newest of its name.
                (target / "meta.json").write_text(json.dumps({"release": release}))
    return _load(entry, key)


@contextlib.contextmanager
def in_place(kernel: Kernel):
    """Within this context, fetch() returns this kernel for its name."""
    before = _taken.get(kernel.entry.name)
    _taken[kernel.entry.name] = kernel
    try:
        yield
    finally:
        del _taken[kernel.entry.name]
        if before:
            _taken[kernel.entry.name] = before


# The kernels that this process uses instead of unavailable or unchanged ones.
_taken: dict[str, Kernel] = {}


def fetch(name: str, fresh: bool = False) -> Kernel:
    """The kernel, ready to boot. Without `fresh`, no network is touched when it is cached.

    The pool of a mirror may lag behind its index, or run ahead of ours: then the
    next older version that is listed, or the newest in the cache, is taken, and
    `instead` says so.
    """
    if name in _taken:
        return _taken[name]
    entry = matrix.lookup(name)
    suite = suite_of(entry)
    packages = entry.resolve(suite.packages(fresh))
    try:
        return _obtain(entry, suite, packages)
    except GoneFromMirror as error:
        kernel = _next_best(entry, suite, error)
    if kernel.instead:
        _taken[name] = kernel
    return kernel


def _next_best(entry: matrix.Entry, suite: Suite, lacking: GoneFromMirror) -> Kernel:
    with contextlib.suppress(GuestError):
        # The archive may have newer versions: look again, once.
        suite.refresh()
    listed = entry.resolutions(suite.packages())
    for packages in listed[:MOST_TRIED]:
        with contextlib.suppress(GoneFromMirror):
            kernel = _obtain(entry, suite, packages)
            return kernel if packages is listed[0] else replace(kernel, instead=str(lacking))
    kernel = _newest_cached(entry)
    if not kernel:
        raise lacking
    return replace(kernel, instead=str(lacking))


def _newest_cached(entry: matrix.Entry) -> Kernel | None:
    found = []
    for path in (cache.root() / "kernels").glob("*/meta.json"):
        with contextlib.suppress(OSError, ValueError):
            if json.loads(path.read_bytes()).get("name") == entry.name:
                found.append((path.stat().st_mtime, path.parent.name))
    kernels = (_load(entry, key) for _, key in sorted(found, reverse=True))
    return next((kernel for kernel in kernels if kernel), None)


def forget(name: str) -> None:
    """Have it unpacked again: the cache entry has lost a part."""
    found = cached(name)
    if found:
        (found.path / "meta.json").unlink(missing_ok=True)


def cached(name: str) -> Kernel | None:
    """The kernel if it could boot without any network."""
    entry = matrix.lookup(name)
    suite = suite_of(entry)
    if not suite.indexed():
        return None
    return _load(entry, _key(entry, entry.resolve(suite.packages())))
