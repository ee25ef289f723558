# SPDX-License-Identifier: GPL-2.0-only
"""Which functions a driver calls, and which of them can fail: from its module and from BTF."""

import re
import subprocess
from pathlib import Path

from .elf import Module
from .kernel import Kernel, module_name


def outside(data: bytes) -> list[str]:
    """The external symbols of a module's code, from its relocations."""
    return sorted(Module(data).undefined_in_code())


def _dump(path: Path, base: Path | None = None) -> str:
    words = ["bpftool", *(["-B", str(base)] if base else []), "btf", "dump", "file", str(path)]
    return subprocess.run(words, capture_output=True, text=True, check=True,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}).stdout


def failing(dump: str, wanted: set[str]) -> set[str]:
    """Those of the wanted functions that return an int: by convention a negative errno."""
    ints = set(re.findall(r"(?m)^\[(\d+)\] INT 'int' ", dump))
    prototypes = {number for number, result
                  in re.findall(r"(?m)^\[(\d+)\] FUNC_PROTO \S+ ret_type_id=(\d+)", dump)
                  if result in ints}
    return {name for name, prototype
            in re.findall(r"(?m)^\[\d+\] FUNC '(\w+)' type_id=(\d+)", dump)
            if name in wanted and prototype in prototypes}


def that_can_fail(kernel: Kernel, module: str) -> list[str]:
    """The functions outside the module that its code calls and that return an int."""
    path = kernel.dependencies()[module][0]
    wanted = set(outside(kernel.module_data(path)))
    base = kernel.plain_image
    found = failing(_dump(base), wanted)
    for needed in kernel.closure([module]):
        kernel.module_data(needed)
        unpacked = kernel.path / "ko" / f"{module_name(needed)}.ko"
        plain = unpacked if unpacked.exists() else kernel.modules / needed
        found |= failing(_dump(base) + _dump(plain, base), wanted)
    # Functions that format text return its length.
    return sorted(name for name in found if "printf" not in name)
