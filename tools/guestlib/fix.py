# SPDX-License-Identifier: GPL-2.0-only
"""Fixes of bugs in the kernel: semantic patches, and kernels or modules that are built with them."""

import shutil
import subprocess
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from . import cache, headers, kernel as kernels, matrix
from .errors import GuestError

TABLE = matrix.REPOSITORY / "tests" / "fixes.toml"
PATCHES = matrix.REPOSITORY / "tests" / "fixes"


@dataclass(frozen=True)
class Fix:
    """An entry of tests/fixes.toml."""

    bug: str
    kernel: str
    sources: tuple[str, ...]
    silent: tuple[str, ...]
    fires: tuple[str, ...]
    # None: the kernel is built again.
    module: str | None = None

    @property
    def id(self) -> str:
        """Its name in the output."""
        return f"fixes/{self.bug}/{self.kernel}"

    @property
    def patch(self) -> Path:
        """The semantic patch."""
        return PATCHES / f"{self.bug}.cocci"


def table() -> list[Fix]:
    """All fixes."""
    try:
        return [Fix(**{key: tuple(value) if isinstance(value, list) else value
                       for key, value in row.items()})
                for row in tomllib.loads(TABLE.read_text())["fix"]]
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise GuestError(f"{TABLE}: {error}") from error


def lookup(bug: str, kernel: str) -> Fix:
    """The fix of that bug for that kernel."""
    fixes = [fix for fix in table() if fix.kernel == kernel]
    for fix in fixes:
        if fix.bug == bug:
            return fix
    names = ", ".join(fix.bug for fix in fixes) or "none"
    raise GuestError(f"{TABLE.name} has no fix {bug} for {kernel}; there are: {names}")


def _mend(source: Path, patch: Path) -> None:
    if not shutil.which("spatch"):
        raise GuestError("spatch is missing; run tools/setup fixes")
    before = source.read_bytes()
    done = subprocess.run(["spatch", "--very-quiet", "--in-place", "--sp-file", patch, source],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise GuestError(f"{patch.name}: {done.stderr.strip()[-400:]}")
    if source.read_bytes() == before:
        raise GuestError(f"{patch.name} changes nothing in {source.name}")


def module(fix: Fix) -> bytes:
    """The fixed module of a stock kernel."""
    with tempfile.TemporaryDirectory(dir=cache.directory("modules")) as scratch:
        name = Path(fix.sources[0])
        folder = headers.source(fix.kernel, str(name.parent), Path(scratch))
        source = folder / name.name
        _mend(source, fix.patch)
        for other in ("Makefile", "Kbuild", "Kconfig"):
            (folder / other).unlink(missing_ok=True)
        (folder / "Kbuild").write_text(f"obj-m := {fix.module}.o\n"
                                       f"{fix.module}-y := {source.stem}.o\n")
        return headers.build(fix.kernel, folder)


def kernel(fix: Fix) -> kernels.Kernel:
    """The fixed kernel, of one that is built here."""
    return kernels.changed(fix.kernel, fix.sources, lambda path: _mend(path, fix.patch),
                           fix.patch.read_bytes())
