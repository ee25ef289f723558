# SPDX-License-Identifier: GPL-2.0-only
"""The tables of docs/sweep.md: the results of sweeps in tests/sweeps."""

import json
from pathlib import Path

from . import matrix, sweepbpf
from .errors import GuestError

PAGE = matrix.REPOSITORY / "docs" / "sweep.md"
RESULTS = matrix.REPOSITORY / "tests" / "sweeps"
BEGIN = "<!-- Written by `tools/sweep --write-docs` from tests/sweeps; do not edit. -->\n"
END = "<!-- End of what is written. -->\n"


# Results with these options have no suffix: 7.3-sweep with KASAN is too slow for the other way.
PLAIN = ["--fail", "once"]


def result_path(kernel: str, workload: str, options: list[str]) -> Path:
    """The file with the result of a sweep: 7.3-sweep.pmem+deep.json has that of one with --deep."""
    words = " ".join(options).replace(" ".join(PLAIN), "").replace("--fail", "").split()
    return RESULTS / ".".join([kernel, "+".join([workload, *(word.strip("-") for word in words)]),
                               "json"])


def _name(result: dict) -> str:
    options = " ".join(result["options"])
    return result["workload"] + (f" `{options}`" if options else "")


def _counted(words: dict[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in words.items()) or "nothing"


def _doubts(result: dict) -> str:
    """Rounds that say less than they should."""
    words = {"call not met": result["not_reached"], "inconclusive": result["inconclusive"],
             "other state after the reset": result["states"],
             "kernel died or hung": len(result["fatal"]),
             "complaints in no round": sum(result.get("overlooked", {}).values())}
    return ", ".join(f"{count} {what}" for what, count in words.items() if count) or "none"


def _row(kernel: str, result: dict) -> str:
    said = dict(result["complaints"])
    if result["kmemleak"]:
        said["kmemleak"] = said.get("kmemleak", 0) + result["kmemleak"]
    cells = [f"`{kernel}` ({result['kernel']})", _name(result),
             f"{result['calls']} ({result['stacks']})", f"{result['rounds']}",
             f"{result['failed']}", _counted(result["outcomes"]), _counted(result["findings"]),
             _counted(said), _doubts(result)]
    return "| " + " | ".join(cells) + " |\n"


def text() -> str:
    """Between the marks."""
    results = []
    for path in sorted(RESULTS.glob("*.json")):
        results.append((path.name.removesuffix(".json").rpartition(".")[0],
                        json.loads(path.read_text())))
    order = list(sweepbpf.load())
    results.sort(key=lambda item: (item[0], order.index(item[1]["workload"]),
                                   item[1]["options"]))
    faults = sum(result["failed"] for _, result in results)
    rounds = sum(result["rounds"] for _, result in results)
    lines = [BEGIN, f"\n{len(results)} sweeps, {rounds} rounds, {faults} calls failed:\n\n",
             "| kernel | sweep | fallible calls (call stacks) | rounds | calls failed "
             "| how it ended | daxaudit found | the kernel said | not judged |\n",
             "|---|---|---:|---:|---:|---|---|---|---|\n"]
    lines += [_row(kernel, result) for kernel, result in results]
    lines.append("\n")
    lines += [f"* {work.name}: {work.what}\n" for work in sweepbpf.load().values()]
    return "".join([*lines, END])


def _page() -> str:
    page = PAGE.read_text()
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise GuestError(f"{PAGE.name} has lost its marks: {BEGIN.strip()} {END.strip()}")
    return before + text() + after


def write() -> None:
    """Regenerate the tables."""
    PAGE.write_text(_page())


def check() -> None:
    """Whether they agree with tests/sweeps."""
    if PAGE.read_text() != _page():
        raise GuestError(f"{PAGE.name} is not current: run tools/sweep --write-docs")
