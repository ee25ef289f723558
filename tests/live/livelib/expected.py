# SPDX-License-Identifier: GPL-2.0-only
"""Compare what daxaudit reports about a kernel with tests/matrix.toml.

How each hook was attached and why not better, and whether the data cache aliases.
A hook that is not as it should be there makes any case fail that it is seen in.
"""

import re
from dataclasses import replace

from guestlib import matrix
from guestlib.matrix import Expectation

from .cases import Case

# The reasons that daxaudit reports, literally (src/probe/attach.c).
ABSENT = ("no such function in this kernel: absent, inlined or configured out",
          "its successor is hooked")
ASKED_FOR = "kprobes were requested"
TRACEPOINTS = ("module_load", "module_free")
# The source if an option sets whether the data cache aliases.
ASSUMED = re.compile(r"--assume aliasing=(yes|no)\b")


def of(case: Case) -> Expectation:
    """The expectation of a case: that of its kernel, changed by its command and its `expect`."""
    expect = matrix.lookup(case.kernels[0]).expect
    assumed = ASSUMED.search(case.run)
    if assumed:
        expect = replace(expect, aliasing=assumed[1], aliasing_from="assumed: --assume")
    if case.attach[0] == "kprobe":
        expect = replace(expect, built_in="kprobe", built_in_why=ASKED_FOR)
    return replace(expect, **case.expect)


def _in_module(expect: Expectation, module: str) -> list[tuple[str, str]]:
    """Of a function in a module: before and after the module is loaded."""
    why = expect.modules_why
    if why:
        return [("pending", f"cannot be armed when module {module} is loaded: {why}"),
                (expect.modules, f"{why}; a trampoline would pin module {module}")]
    return [("pending", f"armed when module {module} is loaded"),
            (expect.modules, f"in module {module}, which a trampoline would pin")]


def _ways(expect: Expectation, hook: dict) -> list[tuple[str, str]]:
    """The modes that a hook may have, each with the reason that it must have."""
    function = hook["function"]
    module = hook.get("module") or expect.late.get(function, "")
    absent = [("none", reason) for reason in ABSENT]
    if function in TRACEPOINTS:
        return [("tracepoint", "")]
    if not module or module in expect.linked:
        if function in expect.absent:
            return absent
        return [(expect.built_in, expect.built_in_why)]
    # Whether the function exists is known when the module is loaded.
    pending, loaded = _in_module(expect, module)
    if function in expect.absent:
        return [pending, *absent]
    return [absent[0], loaded] if function in expect.late else [pending, loaded]


def _hook(expect: Expectation, hook: dict) -> list[str]:
    is_so, ways = (hook["mode"], hook.get("reason", "")), _ways(expect, hook)
    if is_so in ways:
        return []
    wanted = " or ".join(f"{mode} ({reason})" if reason else mode for mode, reason in ways)
    return [f"hook {hook['function']} is {is_so[0]} ({is_so[1] or 'no reason'}), not {wanted}"]


def wrong(expect: Expectation, document: dict) -> list[str]:
    """The differences of a report, or of the output of doctor and policy show."""
    hooks, concluded = document.get("hooks", []), document.get("policy", {})
    if "aliasing" not in concluded:
        concluded = document.get("machine", {})
    reasons = [reason for hook in hooks for reason in _hook(expect, hook)]
    if document.get("mode") == "trace" and not hooks:
        reasons.append("an audit that tells of no hook")
    if "aliasing" in concluded and (
            concluded["aliasing"] != expect.aliasing
            or not concluded["aliasing_from"].startswith(expect.aliasing_from)):
        reasons.append(f"the data cache aliases: {concluded['aliasing']} "
                       f"({concluded['aliasing_from']}), not {expect.aliasing} "
                       f"({expect.aliasing_from})")
    return reasons
