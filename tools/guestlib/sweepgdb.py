# SPDX-License-Identifier: GPL-2.0-only
"""The sweep by debugger: every call that a driver's probe makes and that can fail, made to fail.

A stock kernel lets nobody override its functions (CONFIG_BPF_KPROBE_OVERRIDE is not set), so
`daxaudit sweep` cannot run there. Here the debugger does it, and is not told which call is
worth it: the candidates are those functions that the driver's module calls, by its own
relocations, and that return an int, by the kernel's BTF. Each is made to fail inside the
probe, one after the other, while the driver is bound again and again under one audit.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from . import callees, kernel as kernels, matrix
from .errors import GuestError
from .faults import Fault
from .guest import Guest, run_guest
from .initramfs import File, host_tool

HOOKS = matrix.REPOSITORY / "include" / "daxaudit" / "hooks.h"
# The first, the second and the third call of a function in one probe, if all before succeed.
CALLS = [1, 3, 6]


@dataclass(frozen=True)
class Driver:
    """The device to bind, and the places of its calls."""

    module: str
    inside: tuple[str, ...]
    prepare: str
    bus: str
    device: str
    driver: str
    pmem: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


DRIVERS = {
    "pmem": Driver("nd_pmem", ("pmem_attach_disk", "nd_pmem_probe"),
                   "modprobe nd_e820; modprobe nd_pmem", "nd", "namespace0.0", "nd_pmem",
                   ("64M",)),
    "device-dax": Driver("device_dax", ("dev_dax_probe",),
                         "modprobe nd_e820; modprobe dax_pmem; modprobe device_dax\n"
                         "ndctl create-namespace -fe namespace0.0 -m devdax -M mem >/dev/null",
                         "dax", "dax0.0", "device_dax", ("128M",), ("ndctl",)),
}


def _hooked() -> set[str]:
    return set(re.findall(r"X\(\w+, \d+, (\w+),", HOOKS.read_text()))


def faults_of(driver: Driver, functions: list[str]) -> list[Fault]:
    """One fault a function. A hooked function fails after its hook, so that the call is recorded."""
    hooked = _hooked()
    return [Fault(name=name, description="", function=[name], value="-ENOMEM",
                  at="after-nop" if name in hooked else "entry", inside=list(driver.inside),
                  calls=CALLS)
            for name in functions if name not in driver.inside]


def faults(kernel: str, driver: Driver) -> list[Fault]:
    """Those of this kernel."""
    return faults_of(driver, callees.that_can_fail(kernels.fetch(kernel), driver.module))


def _script(driver: Driver, rounds: int) -> str:
    where = f"/sys/bus/{driver.bus}/drivers/{driver.driver}"
    return f"""
cat >/root/rounds <<'END'
{driver.prepare}
sleep 1
round=0
while [ $round -lt {rounds} ]; do
	[ -e {where}/{driver.device} ] && echo {driver.device} >{where}/unbind
	echo {driver.device} >{where}/bind
	round=$((round + 1))
done
exit 0
END
daxaudit trace -o json:/root/report.json -- sh /root/rounds >/dev/null 2>/root/err
"""


@dataclass
class Outcome:
    """The result of a sweep."""

    hits: dict[str, int]
    report: dict
    complaints: list[str]

    def probes(self) -> Counter:
        """How the probes ended, and how often."""
        return Counter(context.get("errno", context["outcome"])
                       for context in self.report["contexts"]
                       if context["kind"] == "really_probe")


def sweep(kernel: str, driver: Driver, binary: Path, rounds: int) -> Outcome:
    """Run it in one guest."""
    files = [File(binary, "/bin/daxaudit", 0o755)]
    for name in driver.tools:
        files += host_tool(name)
    guest = Guest(kernel=kernel, script=_script(driver, rounds), files=files,
                  faults=faults(kernel, driver), pmem=list(driver.pmem),
                  collect=["/root/report.json", "/root/err"], timeout=900)
    result = run_guest(guest)
    report = result.files.get("/root/report.json")
    if result.outcome != "done" or not report:
        raise GuestError(f"{kernel}: the sweep did not end: {result.outcome}\n"
                         + result.files.get("/root/err", b"").decode(errors="replace")
                         + result.last_words())
    return Outcome(result.fault_hits, json.loads(report), result.complaints)


def show(kernel: str, name: str, outcome: Outcome) -> None:
    failed = {function: count for function, count in outcome.hits.items() if count}
    print(f"{kernel}, {name}: {len(outcome.hits)} functions that can fail, "
          f"{len(failed)} of them called in its probe, {sum(failed.values())} calls failed")
    for function, count in failed.items():
        print(f"  {function:40} {count}")
    print("never called there: " + " ".join(sorted(set(outcome.hits) - set(failed))))
    print("probes: " + ", ".join(f"{count} {how}" for how, count in outcome.probes().items()))
    for finding in outcome.report["findings"]:
        print(f"{finding['severity']}: {finding['rule']}: {finding['detail']}")
    for line in outcome.complaints:
        print(f"kernel: {line}")
    print(f"verdict: {outcome.report['verdict']}")
