# SPDX-License-Identifier: GPL-2.0-only
"""tools/guest: the command line."""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import termios
import tty
from pathlib import Path

from . import faults, kernel, matrix
from .errors import GuestError, failed
from .guest import DEFAULT_MODULES, Guest, Result, run_guest, sweep_scratch
from .initramfs import File, host_tool

HANG, CANNOT = 124, 125


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        # argparse's own 2 could be the script's.
        self.print_usage(sys.stderr)
        _say(f"error: {message}")
        raise SystemExit(CANNOT)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tools/guest", description="Boot distribution kernels in QEMU and run scripts there.")
    commands = parser.add_subparsers(dest="command", required=True)
    kernels = commands.add_parser("list", help="the kernels of the matrix")
    kernels.add_argument("--default", action="store_true",
                         help="only the names of those that tests are run on which name none")
    commands.add_parser("faults", help="the faults that can be injected")
    fetch = commands.add_parser("fetch", help="get kernels into the cache, newest of their kind")
    fetch.add_argument("kernel", nargs="*",
                       help="names that `tools/guest list` prints (default: those of --default)")
    run = commands.add_parser(
        "run", help="boot a kernel and run a script in it",
        usage="tools/guest run KERNEL [OPTION...] (-- SCRIPT... | --script FILE)",
        epilog="Exit code: the script's; 124 when it hangs; 125 when the guest cannot run or dies.")
    _run_options(run)
    return parser


def _run_options(run: argparse.ArgumentParser) -> None:
    add = run.add_argument
    add("kernel", help="a name that `tools/guest list` prints")
    add("--script", type=Path, metavar="FILE", help="the script, from a file")
    add("--file", action="append", default=[], metavar="HOST[:GUEST[:MODE]]",
        help="a file or directory to have in the guest")
    add("--tool", action="append", default=[], metavar="NAME",
        help="a program of this machine to have in the guest, with its libraries")
    add("--module", action="append", metavar="NAME",
        help=f"a module to have in the guest (default: {' '.join(DEFAULT_MODULES)}); "
             "+NAME adds to the default")
    add("--append", action="append", default=[], metavar="CMDLINE", help="kernel parameters")
    add("--pmem", action="append", default=[], metavar="SIZE[,SIZE...]",
        help="persistent memory regions, for nd_e820")
    add("--virtio-pmem", metavar="SIZE", help="a virtio-pmem device")
    add("--virtiofs", type=Path, metavar="DIR",
        help="a directory to share by virtio-fs, with the tag 'share'")
    add("--fault", action="append", default=[], metavar="NAME[@N[,N...]]",
        help="inject a fault (`tools/guest faults`), at the Nth matching call only")
    add("--collect", action="append", default=[], metavar="GUEST[:HOST]",
        help="bring a file or directory back")
    add("--console-log", type=Path, metavar="FILE", help="keep the kernel's console log")
    add("--smp", type=int, default=2, metavar="N", help="processors (default 2)")
    add("--mem", default="1G", metavar="SIZE", help="RAM beside the pmem (default 1G)")
    add("--cpu", help="QEMU CPU model")
    add("--icount", action="store_true", help="count instructions instead of time")
    add("--kaslr", action="store_true", help="let the kernel place itself at random; slower")
    add("--timeout", type=float, default=180, metavar="S",
        help="seconds until the guest is stopped (default 180)")
    add("--tty", action="store_true", help="give the script this terminal")
    add("--qemu-arg", action="append", default=[], metavar="WORD",
        help="one more word for QEMU's command line")
    add("--qemu-major", type=int, default=0, metavar="N",
        help="the oldest major version of QEMU that will do; a later one than this machine's is "
             "unpacked in the cache")
    loud = run.add_mutually_exclusive_group()
    loud.add_argument("--quiet", action="store_true", help="print nothing about the kernel and faults")
    loud.add_argument("-v", "--verbose", action="store_true", help="show the kernel's console")


def _say(text: str) -> None:
    print(f"guest: {text}", file=sys.stderr, flush=True)


def _list(default: bool) -> int:
    if default:
        print("\n".join(matrix.defaults()))
        return 0
    for name, entry in matrix.load().items():
        found = kernel.cached(name)
        state = f"cached, {found.release}" if found else "not cached"
        print(f"{name:12} {entry.arch:8} {entry.suite:20} {state}")
    return 0


def _fetch(names: list[str]) -> int:
    for name in names or list(matrix.load()):
        found = kernel.fetch(name, fresh=True)
        print(f"{name:12} {found.release}" + (f": {found.instead}" if found.instead else ""),
              flush=True)
    return 0


def _faults() -> int:
    for fault in faults.load().values():
        print(f"{fault.name:28} {fault.description}")
    return 0


def _script(options: argparse.Namespace) -> str:
    if bool(options.words) == bool(options.script):
        raise GuestError("give either a script after -- or --script FILE")
    if options.words:
        return " ".join(options.words)
    try:
        return options.script.read_text()
    except OSError as error:
        raise GuestError(f"--script {options.script}: {error.strerror}") from error


def _modules(names: list[str] | None) -> list[str]:
    names = names or []
    plain = [name for name in names if not name.startswith("+")]
    return [*(plain or DEFAULT_MODULES), *(name[1:] for name in names if name.startswith("+"))]


def _guest(options: argparse.Namespace) -> Guest:
    files = [File.parse(text) for text in options.file]
    for name in options.tool:
        files += host_tool(name)
    size = shutil.get_terminal_size((80, 25))
    return Guest(
        kernel=options.kernel, script=_script(options), files=files,
        modules=_modules(options.module), append=options.append,
        pmem=[size for text in options.pmem for size in text.split(",")],
        virtio_pmem=options.virtio_pmem, virtiofs=options.virtiofs, faults=options.fault,
        collect=[text.partition(":")[0] for text in options.collect],
        smp=options.smp, mem=options.mem, cpu=options.cpu, icount=options.icount, kaslr=options.kaslr,
        timeout=options.timeout, verbose=options.verbose, qemu=options.qemu_arg,
        qemu_major=options.qemu_major,
        tty=(size.lines, size.columns) if options.tty else None)


def _save(result: Result, options: argparse.Namespace) -> bool:
    """Write the collected files; True if all of them existed."""
    complete = True
    for text in options.collect:
        guest_path, _, host = text.partition(":")
        host_path = Path(host or Path(guest_path).name)
        found = {path: data for path, data in result.files.items()
                 if path == guest_path or path.startswith(guest_path + "/")}
        if not found and result.outcome == "done":
            _say(f"error: --collect {guest_path}: the guest has no such file")
            complete = False
        for path, data in found.items():
            target = host_path / path[len(guest_path) + 1:] if path != guest_path else host_path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    return complete


def _report(result: Result, options: argparse.Namespace) -> int:
    if options.console_log:
        options.console_log.write_text(result.console)
    complete = _save(result, options)
    if not options.quiet:
        for name, count in result.fault_hits.items():
            _say(f"fault {name} injected {count} time{'' if count == 1 else 's'}"
                 + ("" if count else ": its function was never called as declared"))
        for line in result.complaints:
            _say(f"kernel complaint: {line}")
    if result.outcome == "done":
        return result.exit_code if complete or result.exit_code else CANNOT
    where = "before the script began" if result.boot_seconds is None else "while the script ran"
    what = f"no end within {options.timeout:g} s" if result.outcome == "hang" else "guest died"
    _say(f"error: {what}, {where}; the last console lines are:")
    print(result.last_words(), file=sys.stderr)
    return HANG if result.outcome == "hang" else CANNOT


def _write(descriptor: int):
    def sink(data: bytes) -> None:
        while data:
            data = data[os.write(descriptor, data):]
    return sink


@contextlib.contextmanager
def _raw_terminal(wanted: bool):
    """All keys of this terminal go to the guest, also Ctrl-C."""
    if not wanted or not sys.stdin.isatty():
        yield None
        return
    before = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        yield 0
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def _run(options: argparse.Namespace) -> int:
    sinks = {"out": _write(1), "err": _write(2), "tty": _write(1)}
    if options.verbose:
        sinks["console"] = _write(2)
    guest = _guest(options)
    found = kernel.fetch(guest.kernel)
    if found.instead and not options.quiet:
        _say(f"{found.instead}; {found.release} is taken")
    with _raw_terminal(options.tty) as keyboard:
        result = run_guest(guest, sinks, keyboard)
    return _report(result, options)


def main() -> int:
    """The process's exit code."""
    # argparse does not separate options from the words after --.
    before, words = sys.argv[1:], []
    if "--" in before:
        position = before.index("--")
        before, words = before[:position], before[position + 1:]
    options = _parser().parse_args(before)
    options.words = words

    endings = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number, _frame):
        # A second Ctrl-C must not interrupt the clean-up after the first.
        for ending in endings:
            signal.signal(ending, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for ending in endings:
        signal.signal(ending, stop)
    try:
        sweep_scratch()
        match options.command:
            case "list":
                return _list(options.default)
            case "fetch":
                return _fetch(options.kernel)
            case "faults":
                return _faults()
            case _:
                return _run(options)
    except GuestError as error:
        _say(f"error: {error}")
        return CANNOT
    except subprocess.CalledProcessError as error:
        _say(f"error: {failed(error)}")
        return CANNOT
    except BrokenPipeError:
        # The reader of the output has exited, for example `| head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 128 + signal.SIGPIPE
    except OSError as error:
        _say(f"error: {error.filename or 'the system'}: {error.strerror}; if that was in the "
             "cache, run again")
        return CANNOT
