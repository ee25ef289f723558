# SPDX-License-Identifier: GPL-2.0-only
"""Faults: their declarations, their places in a kernel, and the debugger that injects them."""

import contextlib
import json
import os
import re
import signal
import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import cache
from .elf import Module
from .errors import GuestError
from .kernel import Kernel, module_name
from .matrix import REPOSITORY

FAULTS = REPOSITORY / "tests" / "faults.toml"
INJECT = Path(__file__).with_name("inject.py")
# Then the kernel's text is in place and patched; no function with a breakpoint has run.
READY = "rest_init"
# Called with the struct module, before the module's init.
MODULE_LOADED = "do_init_module"


@dataclass(frozen=True)
class Fault:
    """A declaration of faults.toml."""

    name: str
    description: str
    function: list[str]
    value: str | int
    at: str = "after-nop"
    argument: dict = field(default_factory=dict)
    caller: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    stores: list[dict] = field(default_factory=list)


def load(path: Path = FAULTS) -> dict[str, Fault]:
    """All declared faults by name."""
    faults = {}
    try:
        for fields in tomllib.loads(path.read_text())["fault"]:
            fields["value"] = fields.pop("return")
            if isinstance(fields.get("inside"), str):
                fields["inside"] = [fields["inside"]]
            fault = Fault(**fields)
            if fault.at not in ("entry", "after-nop"):
                raise GuestError(f"{path.name}: {fault.name}: at = {fault.at} is neither "
                                 "entry nor after-nop")
            faults[fault.name] = fault
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise GuestError(f"{path}: {error}") from error
    return faults


class Symbols:
    """Addresses of built-in symbols, from the guest's own /proc/kallsyms."""

    def __init__(self, kernel: Kernel):
        self.text = _kallsyms(kernel)

    def find(self, name: str) -> dict | None:
        """Address and size."""
        # Not by a regular expression, which takes a tenth of a second for these megabytes.
        end = self.text.find(f" {name}\n")
        if end < 0:
            return None
        address = int(self.text[self.text.rfind("\n", 0, end) + 1:end].split()[0], 16)
        for line in re.finditer(r"([0-9a-f]+) ", self.text[end:end + 4096]):
            if int(line[1], 16) > address:
                return {"address": address, "size": int(line[1], 16) - address}
        return {"address": address, "size": 1}


def _kallsyms(kernel: Kernel) -> str:
    # Imported late: guest needs this module.
    from .guest import Guest, run_guest
    path = kernel.path / "kallsyms"
    with cache.locked(f"kallsyms-{kernel.key}"):
        if not path.exists():
            result = run_guest(Guest(kernel.entry.name, "true", modules=[],
                                     collect=["/proc/kallsyms"]))
            data = result.files.get("/proc/kallsyms", b"")
            if b" T alloc_dax" not in data and len(data) < 1 << 20:
                raise GuestError(f"{kernel.entry.name} did not boot to tell its symbols:\n"
                                 + result.last_words())
            builtin = b"".join(line for line in data.splitlines(keepends=True)
                               if b"[" not in line)
            cache.write_atomically(path, builtin)
        return path.read_text()


class Planner:
    """Turns names into addresses, or into places in modules still to be loaded."""

    def __init__(self, kernel: Kernel, modules: list[str]):
        self.kernel = kernel
        self.symbols = Symbols(kernel)
        self.files = kernel.closure(modules)
        self.modules: dict[str, dict] = {}

    def place(self, name: str) -> dict | None:
        """Where that function is."""
        return self.symbols.find(name) or self._in_module(name)

    def _in_module(self, name: str) -> dict | None:
        for path in self.files:
            data = self.kernel.module_data(path)
            if name.encode() not in data:
                continue
            module = Module(data)
            function = module.function(name)
            if not function:
                continue
            self._describe(module_name(path), module)
            code = module.content(function.section)[function.offset:][:function.size]
            written = module.relocated(function.section)
            mask = bytes(0 if function.offset + at in written else 255 for at in range(len(code)))
            start = module.text_offset(function.section)
            return {"module": module_name(path), "offset": start + function.offset,
                    "size": function.size, "code": code.hex(), "mask": mask.hex()}
        return None

    def _describe(self, name: str, module: Module) -> None:
        image = module.this_module()
        self.modules[name] = {"size": len(image), "name_at": image.index(name.encode() + b"\0")}

    def required(self, names: list[str], fault: str) -> dict:
        """The first of the names that this kernel has."""
        for name in names:
            place = self.place(name)
            if place:
                return place
        raise GuestError(f"fault {fault}: neither {self.kernel.entry.name} nor the modules in "
                         f"this guest have {' or '.join(names)}; add its --module")

    def fault(self, fault: Fault, calls: list[int]) -> dict:
        """One fault, ready for the debugger."""
        plan = {"name": fault.name, "at": fault.at, "calls": calls or fault.calls,
                "value": self._value(fault),
                "place": self.required(fault.function, fault.name),
                "inside": self.required(fault.inside, fault.name) if fault.inside else None,
                "argument": None, "callers": None,
                "stores": [[store["argument"] - 1, store["words"]] for store in fault.stores]}
        if fault.argument:
            symbol = self.required([fault.argument["symbol"]], fault.name)
            plan["argument"] = [fault.argument["number"] - 1, symbol["address"]]
        if fault.caller:
            self.required(fault.caller, fault.name)
            plan["callers"] = [place for place in map(self.place, fault.caller) if place]
        return plan

    def _value(self, fault: Fault) -> int:
        if isinstance(fault.value, int):
            return fault.value
        return -self.kernel.arch.errno(fault.value.removeprefix("-"))


def plan(kernel: Kernel, names: list[str | Fault], modules: list[str]) -> dict:
    """The data that the debugger needs to inject the faults, by their names or given directly."""
    if not kernel.arch.registers:
        raise GuestError(f"no faults can be injected on {kernel.arch.name}: its registers are "
                         "not described in arch.py")
    declared, planner, faults = load(), Planner(kernel, modules), []
    for text in names:
        if isinstance(text, Fault):
            if planner.place(text.function[0]):
                faults.append(planner.fault(text, []))
            continue
        name, _, numbers = text.partition("@")
        if name not in declared:
            raise GuestError(f"no fault is called {name}; `tools/guest faults` lists them")
        try:
            calls = [int(number) for number in numbers.split(",")] if numbers else []
        except ValueError:
            raise GuestError(f"--fault {text}: after @ come numbers of calls") from None
        faults.append(planner.fault(declared[name], calls))
    return {"registers": asdict(kernel.arch.registers), "faults": faults,
            "modules": planner.modules,
            "ready": planner.required([READY], "injection")["address"],
            "module_loaded": planner.required([MODULE_LOADED], "injection")["address"]}


class Injector:
    """gdb at the guest's stub, following a plan."""

    def __init__(self, gdb: list[str], wanted: dict, scratch: Path, socket: Path,
                 spawn: Callable[..., subprocess.Popen]):
        self.names = [fault["name"] for fault in wanted["faults"]]
        self.hits, self.errors = scratch / "hits", scratch / "gdb.err"
        self.hits.touch()
        wanted |= {"socket": str(socket), "hits": str(self.hits)}
        plan_file = scratch / "plan.json"
        plan_file.write_text(json.dumps(wanted))
        with open(self.errors, "wb") as errors:
            self.process = spawn([*gdb, "-batch", "-nx", "-x", str(INJECT)],
                                 stdout=subprocess.DEVNULL, stderr=errors, cwd=scratch,
                                 env={**os.environ, "DAXAUDIT_PLAN": str(plan_file)})

    def check(self) -> None:
        """Fail if no debugger started the guest, instead of waiting for it."""
        if self.process.poll():
            words = self.errors.read_text(errors="replace").strip().splitlines()
            raise GuestError(f"fault injection failed: {words[-1] if words else 'gdb died'}")

    def finish(self) -> dict[str, int]:
        """End gdb; how often each fault was injected."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if not self.hits.exists():
            return {}
        lines = self.hits.read_text().splitlines()
        return {name: lines.count(name) for name in self.names}
