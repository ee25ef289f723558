# SPDX-License-Identifier: GPL-2.0-only
"""The kernel matrix: which kernels there are, and which packages hold them."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from . import arch
from .apt import Package
from .errors import GuestError

REPOSITORY = Path(__file__).resolve().parents[2]
MATRIX = REPOSITORY / "tests" / "matrix.toml"


@dataclass(frozen=True)
class Build:
    """How a kernel is built from its source package; see build.py."""

    config: tuple[str, ...]
    make: tuple[str, ...]
    image: str
    dtb: str | None = None
    append: dict[str, str] = field(default_factory=dict)
    # Whether its tree stays in the cache. It has no influence on what comes out, so it is not part
    # of the key in the cache, which contains the repr of this object.
    keep: bool = field(default=False, repr=False)


@dataclass(frozen=True)
class Expectation:
    """The expected conclusions of daxaudit on a kernel, and of how its hooks attach."""

    # How the hooks of functions that are built in attach, and of those in modules: "fentry",
    # "kprobe" or "none"; and where that is not the best way, the reason that is given.
    built_in: str = "fentry"
    built_in_why: str = ""
    modules: str = "kprobe"
    modules_why: str = ""
    # Of the modules that hooked functions can be in, those that are built in.
    linked: list[str] = field(default_factory=lambda: ["dax", "virtiofs"])
    # Hooked functions that the kernel has not, or that are inlined;
    absent: list[str] = field(default_factory=list)
    # and those that are found only if their module is there when the audit begins.
    late: dict[str, str] = field(default_factory=dict)
    aliasing: str = "no"
    # The source of that conclusion: its beginning.
    aliasing_from: str = "constant"
    # False: the kernel has no DAX core.
    dax: bool = True

    @property
    def varies(self) -> bool:
        """Does it depend on the CPU whether the data cache aliases?"""
        return self.aliasing != "no" or self.aliasing_from != "constant"


@dataclass(frozen=True)
class Entry:
    """One kernel of the matrix, as declared."""

    name: str
    arch: str
    suite: str
    package: str
    # Whether cases that name no kernel run on it.
    default: bool = False
    companions: tuple[str, ...] = ()
    cpu: str | None = None
    console: str | None = None
    machine: tuple[str, ...] = ()
    append: tuple[str, ...] = ()
    # The machine, if it is not the architecture's default: see BOARDS in arch.py.
    board: str | None = None
    # The name of its device tree, if the kernel's package has it and QEMU has not.
    dtb: str | None = None
    # The suite of the shell, if it is not the kernel's own.
    userland: str | None = None
    # Its debug package, if BTF must be generated from it.
    debug: str | None = None
    # The oldest sufficient major version of QEMU.
    qemu_major: int = 0
    build: Build | None = None
    # Can BPF make its calls fail? Then `daxaudit sweep` works there.
    override: bool = False
    expect: Expectation = Expectation()

    def resolve(self, packages: list[Package]) -> list[Package]:
        """The newest matching kernel package of an index and its companions."""
        return self.resolutions(packages)[0]

    def resolutions(self, packages: list[Package]) -> list[list[Package]]:
        """The same for all that match, the newest first."""
        pattern = re.compile(self.package)
        matching = sorted((package for package in packages if pattern.fullmatch(package.name)),
                          key=lambda package: version_key(package.version), reverse=True)
        if not matching:
            raise GuestError(f"{self.suite} has no package like {self.package} any more; "
                             f"change {self.name} in {MATRIX.name}")
        by_name = {package.name: package for package in packages}
        whole = []
        for package in matching:
            release = pattern.fullmatch(package.name).groupdict().get("release")
            names = [companion.format(release=release) for companion in self.companions]
            if all(name in by_name for name in names):
                whole.append([package, *(by_name[name] for name in names)])
        if not whole:
            raise GuestError(f"{self.suite} has {matching[0].name} but not its companions "
                             f"{' and '.join(self.companions)}; try again when the archive has "
                             "settled")
        return whole


def load(path: Path = MATRIX) -> dict[str, Entry]:
    """All entries by name."""
    try:
        table = tomllib.loads(path.read_text())
        entries = {}
        for fields in table["kernel"]:
            for key in ("companions", "machine", "append"):
                fields[key] = tuple(fields.get(key, ()))
            if "build" in fields:
                recipe = {key: tuple(value) if isinstance(value, list) else value
                          for key, value in fields["build"].items()}
                fields["build"] = Build(**recipe)
            fields["expect"] = Expectation(**fields.get("expect", {}))
            entry = Entry(**fields)
            arch.lookup(entry.arch)
            arch.lookup(entry.board or entry.arch)
            entries[entry.name] = entry
        return entries
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise GuestError(f"{path}: {error}") from error


def defaults() -> list[str]:
    """The kernels of cases that name none."""
    return [entry.name for entry in load().values() if entry.default]


def lookup(name: str) -> Entry:
    """The entry of that name."""
    entries = load()
    if name not in entries:
        raise GuestError(f"no kernel {name} in the matrix; there are {', '.join(entries)}")
    return entries[name]


def _order(character: str) -> int:
    # Debian policy 5.6.12: ~ before the end, letters before all else.
    if character == "~":
        return -1
    return ord(character) if character.isalpha() else ord(character) + 256


def version_key(version: str) -> tuple:
    """A sort key that orders as dpkg --compare-versions does."""
    epoch, _, rest = version.rpartition(":")
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "")

    def part(text: str) -> tuple:
        pieces = re.findall(r"(\D*)(\d*)", text)
        return tuple((tuple(map(_order, word)) + (0,), int(number or 0))
                     for word, number in pieces)

    return int(epoch or 0), part(upstream), part(revision)
