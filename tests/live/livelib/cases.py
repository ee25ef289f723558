# SPDX-License-Identifier: GPL-2.0-only
"""The declarations of tests/live/cases/*.toml. The format is described in tests/live/README.md."""

import re
import sys
import tomllib
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path

from guestlib import GuestError, faults as injected, matrix
from guestlib.guest import DEFAULT_MODULES

from . import selection

sys.path.append(str(Path(__file__).resolve().parents[2] / "docs"))
from snippets import examples  # noqa: E402  pylint: disable=wrong-import-position

CASES = Path(__file__).resolve().parents[1] / "cases"
KERNELS = matrix.defaults()
# Exit codes of audits, after which there is a report.
JUDGED = (0, 1, 5)


# Such findings last until the next boot, and the next case would find them, too.
STAYS = {"null-teardown-leak", "leak-on-failed-probe", "leak-on-unbind", "reference-leak",
         "orphan", "unaccounted-reference"}


@cache
def _counting() -> set[str]:
    """The faults that are injected only at some calls."""
    return {name for name, fault in injected.load().items() if fault.calls}


@dataclass
class Case:
    """One case as declared; after spread(), for one kernel and one way to attach."""

    name: str
    run: str = ""
    example: str = ""  # in place of run: the example of that name in docs/ci.md
    what: str = ""
    code: int = 0
    kernels: list[str] = field(default_factory=lambda: list(KERNELS))
    # For docs/coverage.md: the drivers it exercises, and why not on other kernels.
    drivers: list[str] = field(default_factory=list)
    elsewhere: str = ""
    attach: list[str] = field(default_factory=lambda: ["auto"])

    # The guest; cases that agree in all of this share one.
    modules: list[str] = field(default_factory=list)
    pmem: list[str] = field(default_factory=list)
    virtio_pmem: str | None = None
    virtiofs: bool = False
    append: list[str] = field(default_factory=list)
    smp: int = 2
    mem: str = "1G"
    faults: list[str] = field(default_factory=list)
    # A driver of tools/sweep: the debugger makes every fallible call of its probe fail.
    sweep: str = ""
    qemu: list[str] = field(default_factory=list)
    qemu_major: int = 0  # the oldest that will do
    alone: bool = False

    # Copied into the guest, also if other cases share it.
    tools: list[str] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    btf: bool = False  # /root/vmlinux.btf, of a kernel that has none of its own

    setup: str = ""
    cleanup: str = ""
    timeout: float = 60
    # After spread(): with --all only. As declared: everywhere so.
    slow: bool = False

    # Expectations in addition to the exit code.
    report: bool | None = None
    find: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    hits: dict[str, int] = field(default_factory=dict)
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    not_out: list[str] = field(default_factory=list)
    not_err: list[str] = field(default_factory=list)
    err_lines: int | None = None
    after: list[str] = field(default_factory=list)
    json: list[str] = field(default_factory=list)
    same: list[list[str]] = field(default_factory=list)
    # Differences from what tests/matrix.toml expects of the kernel.
    expect: dict = field(default_factory=dict)
    console_may: list[str] = field(default_factory=list)
    leftovers: bool = False

    @property
    def id(self) -> str:
        """Its name in the output."""
        return f"live/{self.variant}/{self.kernels[0]}"

    @property
    def variant(self) -> str:
        """The name, with the way to attach if that is not the usual one."""
        return self.name + ("" if self.attach[0] == "auto" else f"@{self.attach[0]}")

    @property
    def wants_report(self) -> bool:
        """Whether report.json must exist."""
        return self.code in JUDGED if self.report is None else self.report

    @property
    def expected_hits(self) -> dict[str, int]:
        """How often each fault must be injected; once by default."""
        return {name.partition("@")[0]: 1 for name in self.faults} | self.hits

    @property
    def _alone(self) -> bool:
        """Whether its effects last until the next boot, or it counts calls since the boot."""
        return (self.alone or bool(self.sweep) or bool(STAYS & set(self.find))
                or any("@" in name or name in _counting() for name in self.faults))

    @property
    def guest(self) -> tuple:
        """Equal for cases that can share a guest."""
        return (self.kernels[0], tuple(self.modules), tuple(self.pmem), self.virtio_pmem,
                self.virtiofs, tuple(self.append), self.smp, self.mem, tuple(self.faults),
                self.sweep, tuple(self.qemu), self.qemu_major, self.id if self._alone else "")

    @property
    def all_modules(self) -> list[str]:
        """The default ones and +NAME, or just those named."""
        plain = [name for name in self.modules if not name.startswith("+")]
        return [*(plain or DEFAULT_MODULES), *(name[1:] for name in self.modules
                                               if name.startswith("+"))]


def _one(value):
    return [value] if isinstance(value, str) else value


def _parse(table: dict, path: Path) -> Case:
    known = {item.name: item for item in fields(Case)}
    for key, value in table.items():
        if key not in known:
            raise GuestError(f"{path.name}: {table.get('name', '?')}: no such field: {key}")
        if "list[str]" in str(known[key].type):
            table[key] = _one(value)
    try:
        case = Case(**table)
    except TypeError as error:
        raise GuestError(f"{path.name}: {table.get('name', '?')}: {error}") from error
    if case.example:
        case.run = examples("docs/ci.md")[case.example][1]
    if not case.run:
        raise GuestError(f"{path.name}: {case.name}: neither run nor example")
    for text in [*case.out, *case.err, *case.not_out, *case.not_err, *case.console_may]:
        re.compile(text)
    for expression in case.json:
        compile(expression, f"{path.name}: {case.name}", "eval")
    if not re.fullmatch(r"[\w.-]+", case.name):
        raise GuestError(f"{path.name}: {case.name!r} is no good name")
    return case


def load(directory: Path = CASES) -> list[Case]:
    """Every case for every kernel and way to attach."""
    found: dict[str, Case] = {}
    chosen = selection.load()
    for path in sorted(directory.glob("*.toml")):
        try:
            document = tomllib.loads(path.read_text())
        except tomllib.TOMLDecodeError as error:
            raise GuestError(f"{path.name}: {error}") from error
        defaults = document.get("defaults", {})
        for table in document["case"]:
            declared = _parse(defaults | table, path)
            for kernel in declared.kernels:
                for way in declared.attach:
                    case = replace(declared, kernels=[kernel], attach=[way])
                    case.slow = declared.slow or not chosen.default(
                        case.variant, kernel, way == declared.attach[0])
                    if case.id in found:
                        raise GuestError(f"{path.name}: there are two {case.id}")
                    found[case.id] = case
    chosen.check({(case.variant, case.kernels[0]): case.slow for case in found.values()})
    return list(found.values())
