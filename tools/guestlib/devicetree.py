# SPDX-License-Identifier: GPL-2.0-only
"""Persistent memory by device tree: QEMU's own tree for a machine, with regions added."""

import subprocess
from pathlib import Path

NODE = """
/ {{
	pmem@{address:x} {{
		compatible = "pmem-region";
		reg = <{high:#x} {low:#x} 0x0 {size:#x}>;
		volatile;
	}};
}};
"""


def with_pmem(words: list[str], regions: list[tuple[int, int]], scratch: Path) -> Path:
    """The tree for QEMU's command line `words`, with (address, size) regions in bytes."""
    plain, source, path = (scratch / f"virt.{suffix}" for suffix in ("dtb", "dts", "pmem.dtb"))
    words = list(words)
    machine = words.index("-machine") + 1
    words[machine] += f",dumpdtb={plain}"
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", "-o", source, plain], check=True,
                   capture_output=True)
    with open(source, "a", encoding="ascii") as handle:
        for address, size in regions:
            handle.write(NODE.format(address=address, high=address >> 32,
                                     low=address & 0xFFFFFFFF, size=size))
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", path, source], check=True,
                   capture_output=True)
    return path
