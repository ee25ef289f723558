# SPDX-License-Identifier: GPL-2.0-only
"""The sweep by BPF: `daxaudit sweep` in a guest, which is booted again if its kernel crashes.

What each round showed is in a directory that the guest shares with this machine, so that it
outlives the guest; the sweep goes on behind the round that was fatal.
"""

import contextlib
import json
import re
import shlex
import sys
import tempfile
import threading
import tomllib
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import matrix
from .errors import GuestError
from .guest import Guest, Result, run_guest
from .initramfs import File, host_tool

TABLE = matrix.REPOSITORY / "tests" / "sweeps.toml"
PROGRAMS = matrix.REPOSITORY / "tests" / "live" / "bin"
# The first lines of complaints.
COMPLAINT = re.compile(r"WARNING: |BUG: |kernel BUG at|Oops: |INFO: task .* blocked")
# More than one round in so many is fatal: something else is wrong.
BOOTS_MAX = 40


@dataclass(frozen=True)
class Workload:
    """The workload while calls fail: an entry of tests/sweeps.toml."""

    name: str
    drivers: str
    what: str
    run: str
    reset: str
    prepare: str = ""
    options: tuple[str, ...] = ()
    pmem: tuple[str, ...] = ()
    virtio_pmem: str | None = None
    virtiofs: bool = False
    append: tuple[str, ...] = ()
    qemu: tuple[str, ...] = ()
    qemu_major: int = 0
    tools: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def load() -> dict[str, Workload]:
    """All workloads by name."""
    try:
        table = tomllib.loads(TABLE.read_text())["sweep"]
        return {row["name"]: Workload(**{key: tuple(value) if isinstance(value, list) else value
                                         for key, value in row.items()}) for row in table}
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise GuestError(f"{TABLE}: {error}") from error


@dataclass
class Outcome:
    """The result of a sweep, over all its boots."""

    kernel: str
    workload: str
    options: list[str]
    boots: int = 0
    seconds: float = 0
    # The last report, without its rounds; and all rounds by number.
    report: dict = field(default_factory=dict)
    rounds: dict[int, dict] = field(default_factory=dict)
    # The console output of a crash or hang, by the number of the round.
    fatal: dict[int, str] = field(default_factory=dict)
    # The complaints on the console that no round has, and how often they are there.
    overlooked: Counter = field(default_factory=Counter)

    def look_at(self, console: str) -> None:
        """Compare the console with the rounds so far: daxaudit reads the same log."""
        known = {line["text"] for each in self.rounds.values() for line in each["kernel"]}
        for line in console.splitlines():
            if COMPLAINT.match(line) and not any(text in line for text in known):
                # Without the name of the task, which varies.
                self.overlooked[line.partition(", CPU#")[0]] += 1

    def summary(self) -> dict:
        """What is kept of it for people."""
        rounds = list(self.rounds.values())
        found = Counter(finding["rule"] for each in rounds for finding in each["findings"])
        said = Counter(line["who"] for each in rounds for line in each["kernel"])
        return {"kernel": self.report.get("release"), "workload": self.workload,
                "options": self.options,
                "calls": self.report.get("calls"), "stacks": self.report.get("stacks"),
                "planned": self.report.get("planned"), "rounds": len(rounds),
                "failed": sum(each["failed"] for each in rounds),
                "not_reached": sum(not each["failed"] for each in rounds),
                "outcomes": dict(Counter(each["outcome"] for each in rounds).most_common()),
                "agreement": dict(Counter(each["agreement"] for each in rounds)),
                "findings": dict(found), "complaints": dict(said),
                "states": sum(bool(each.get("state")) for each in rounds),
                "inconclusive": sum(each["verdict"] == "inconclusive" for each in rounds),
                "overlooked": dict(self.overlooked),
                "kmemleak": len(self.report.get("kmemleak", [])),
                "fatal": sorted(self.fatal), "boots": self.boots,
                "seconds": round(self.seconds)}


def _script(workload: Workload, options: list[str], where: str) -> str:
    words = ["daxaudit", "sweep", "--driver", workload.drivers, "--reset", workload.reset,
             "--record", where, *workload.options, *options]
    for form, ending in (("text", "txt"), ("json", "json"), ("junit", "xml"), ("ktap", "ktap"),
                         ("html", "html")):
        words += ["-o", f"{form}:{where}/report.{ending}"]
    words += ["--", "sh", "-c", workload.run]
    return f"""
mkdir -p {where}
[ {where} != /share ] || mount -t virtiofs share {where} || exit 120
{workload.prepare}
sleep 1
dmesg -c >/dev/null
{shlex.join(words)}
code=$?
[ -s {where}/report.json ] || cat {where}/progress
exit $code
"""


def _boot(kernel: str, workload: Workload, options: list[str], share: Path, binary: Path,
          timeout: float) -> Result:
    where = "/root/sweep" if workload.virtiofs else "/share"
    files = [File(binary, "/bin/daxaudit", 0o755)]
    files += [File(path, f"/usr/local/bin/{path.name}", 0o755) for path in PROGRAMS.iterdir()]
    for name in workload.tools:
        files += host_tool(name)
    guest = Guest(kernel=kernel, script=_script(workload, options, where), files=files,
                  virtiofs=share, pmem=list(workload.pmem), virtio_pmem=workload.virtio_pmem,
                  append=list(workload.append), qemu=list(workload.qemu), smp=1,
                  qemu_major=workload.qemu_major, faults=list(workload.faults),
                  collect=["/root/sweep"] if workload.virtiofs else [], timeout=timeout)
    result = run_guest(guest)
    for path, data in result.files.items():
        (share / Path(path).name).write_bytes(data)
    return result


@contextlib.contextmanager
def _progress(share: Path, boots: int):
    """Meanwhile show the number of the round on a terminal; a share that is swept has none."""
    if not sys.stderr.isatty():
        yield
        return
    ended = threading.Event()

    def follow() -> None:
        while not ended.wait(1):
            number = _fatal(share)
            where = f"round {number}" if number else "running"
            sys.stderr.write(f"\r\033[Ksweep: boot {boots + 1}, {where}\r")
            sys.stderr.flush()

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        sys.stderr.write("\r\033[K")


def _read_rounds(share: Path, rounds: dict[int, dict]) -> None:
    """The last line of a number is valid; a crash of the kernel may have cut off a line."""
    path = share / "rounds.jsonl"
    if not path.exists():
        return
    for line in path.read_text(errors="replace").splitlines():
        try:
            one = json.loads(line)
        except json.JSONDecodeError:
            continue
        rounds[one["round"]] = one


def _fatal(share: Path) -> int:
    try:
        return int((share / "progress").read_text())
    except (OSError, ValueError):
        return 0


def sweep(kernel: str, workload: Workload, binary: Path, options: list[str], share: Path,
          timeout: float = 3600) -> Outcome:
    """Run it, in as many guests as needed."""
    outcome = Outcome(kernel, workload.name, options)
    first: int | None = None
    while outcome.boots < BOOTS_MAX:
        (share / "report.json").unlink(missing_ok=True)
        more = ["--from", str(first)] if first else []
        with _progress(share, outcome.boots):
            result = _boot(kernel, workload, [*options, *more], share, binary, timeout)
        outcome.boots += 1
        outcome.seconds += result.seconds
        (share / f"console.{outcome.boots}").write_text(result.console)
        (share / f"stderr.{outcome.boots}").write_bytes(result.stderr + result.stdout)
        _read_rounds(share, outcome.rounds)
        outcome.look_at(result.console)
        report = share / "report.json"
        if report.exists() and report.stat().st_size:
            outcome.report = json.loads(report.read_text())
            outcome.report.pop("rounds")
            if not outcome.report["stuck"]:
                return outcome
            first = max(outcome.rounds) + 1
        elif result.outcome == "done" or not _fatal(share):
            raise GuestError(f"{kernel}: the sweep did not begin: {result.outcome}\n"
                             + (result.stderr + result.stdout).decode(errors="replace")
                             + result.last_words())
        else:
            fatal = _fatal(share)
            outcome.fatal[fatal] = result.last_words(40)
            first = fatal + 1
        if outcome.report and first > outcome.report["planned"]:
            return outcome
    raise GuestError(f"{kernel}: given up after {BOOTS_MAX} boots")


def show(outcome: Outcome) -> None:
    """For people."""
    words = outcome.summary()
    print(f"{outcome.kernel} ({words['kernel']}), {outcome.workload}: {words['calls']} calls with "
          f"{words['stacks']} call stacks, {words['rounds']} of {words['planned']} rounds, "
          f"{words['failed']} calls failed, {outcome.boots} boots, {words['seconds']} s")
    for key in ("outcomes", "agreement", "findings", "complaints"):
        print(f"  {key}: " + (", ".join(f"{count} {what}" for what, count in words[key].items())
                              or "none"))
    print(f"  not reached: {words['not_reached']}, inconclusive: {words['inconclusive']}, "
          f"other state: {words['states']}, kmemleak: {words['kmemleak']}")
    for text, count in outcome.overlooked.items():
        print(f"  on the console, but in no round ({count}): {text}")
    for number, text in sorted(outcome.fatal.items()):
        print(f"  round {number} was fatal:\n" + text)
    for number, each in sorted(outcome.rounds.items()):
        for finding in each["findings"]:
            print(f"  round {number} ({each['mode']} {each['function']} < "
                  f"{' < '.join(each['callers'])}): {finding['severity']}: {finding['rule']}: "
                  f"{finding['detail']}")
        for line in each["kernel"]:
            print(f"  round {number}: kernel ({line['who']}): {line['text']}")
        if each.get("state"):
            print(f"  round {number}: state: {each['state']}")


def run(kernel: str, name: str, binary: Path, options: list[str], save: Path | None,
        append: list[str]) -> Outcome:
    """Sweep one workload; its files are saved in `save`."""
    workloads = load()
    if name not in workloads:
        raise GuestError(f"no sweep {name} in {TABLE.name}; there are {', '.join(workloads)}")
    workload = workloads[name]
    workload = replace(workload, append=(*workload.append, *append))
    if save:
        save.mkdir(parents=True, exist_ok=True)
        return sweep(kernel, workload, binary, options, save)
    with tempfile.TemporaryDirectory(prefix="daxaudit-sweep.") as share:
        return sweep(kernel, workload, binary, options, Path(share))
