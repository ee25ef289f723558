# SPDX-License-Identifier: GPL-2.0-only
"""The table of kernels in docs/platforms.md: tests/matrix.toml, and the command that boots each."""

from guestlib import GuestError, arch as arches, matrix
from guestlib.matrix import REPOSITORY, Entry

from . import cases as declared
from .cases import Case

PAGE = REPOSITORY / "docs/platforms.md"
BEGIN = "<!-- Written by `tests/live/run --write-coverage` from tests/matrix.toml; do not edit. -->\n"
END = "<!-- The end of what is written. -->\n"
# A mode of Expectation, in words.
HOOKS = {"fentry": "fentry/fexit", "kprobe": "kprobe events", "none": "none"}


def _origin(entry: Entry) -> str:
    return f"built from {entry.suite}'s source" if entry.build else f"{entry.suite}, stock"


def _machine(entry: Entry) -> str:
    board = arches.lookup(entry.board or entry.arch)
    # The model does not matter if all models are alike.
    return f"{entry.arch}, {entry.cpu or board.cpu}" if entry.expect.varies else entry.arch


def _hooks(entry: Entry) -> list[str]:
    """Of the kernel proper and of modules."""
    expect = entry.expect
    if not expect.dax:
        return ["no DAX core: exit code 4", ""]
    if entry.build:
        return [HOOKS[expect.built_in], "all is built in"]
    return [HOOKS[expect.built_in], HOOKS[expect.modules]]


def _aliasing(entry: Entry) -> str:
    expect = entry.expect
    source = {"constant": "the architecture"}.get(expect.aliasing_from,
                                                  f"`{expect.aliasing_from.split(' = ')[0]}`")
    return f"{expect.aliasing}: {source}"


def _played(cases: list[Case]) -> str:
    return "`tools/test --all`" if all(case.slow for case in cases) else "`tools/test`"


def table() -> str:
    """The expected table, between its marks."""
    cases: dict[str, list[Case]] = {}
    for case in declared.load():
        cases.setdefault(case.kernels[0], []).append(case)
    lines = ["| kernel | from | machine | hooks in the kernel | hooks in modules "
             "| data cache aliases | booted by |", "|---|---|---|---|---|---|---|"]
    for name, entry in matrix.load().items():
        if name not in cases:
            raise GuestError(f"{name} is in the matrix, and no case runs on it")
        cells = [f"`{name}`", _origin(entry), _machine(entry), *_hooks(entry), _aliasing(entry),
                 _played(cases[name])]
        lines.append("| " + " | ".join(cells) + " |")
    return BEGIN + "\n".join(lines) + "\n" + END


def page() -> str:
    """The expected page."""
    before, begin, rest = PAGE.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise GuestError(f"docs/{PAGE.name} has no place for the table of kernels: {BEGIN.strip()}")
    return before + table() + after


def write() -> None:
    """Write it."""
    PAGE.write_text(page())


def check() -> None:
    """Raise an error if the table is not up to date."""
    if PAGE.read_text() != page():
        raise GuestError(f"the table of kernels in docs/{PAGE.name} is not what the matrix says: "
                         "run tests/live/run --write-coverage")
