# SPDX-License-Identifier: GPL-2.0-only
"""Runs inside gdb: makes functions of the guest's kernel return what the plan says.

A Breakpoint's stop() only looks; all changes are made between two continues,
because gdb forbids them inside stop().
"""

import json
import os
import re
import time

import gdb

with open(os.environ["DAXAUDIT_PLAN"], encoding="ascii") as handle:
    PLAN = json.load(handle)
REGISTERS = PLAN["registers"]
WORD = REGISTERS["word"]
MASK = (1 << 8 * WORD) - 1
# Alternatives, nops and thunks are patched on loading, and differ from the file.
SAME_CODE = 0.7
# No page is smaller.
PAGE = 4096
# No kernel stack is larger.
STACK = 1 << 15

# Where a function's local entry is, if it has one of its own.
LOCAL_ENTRY = 8

# The breakpoints that asked for the present stop.
fired = []
# Module name -> address of its text.
loaded = {}


def read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def read_mapped(address, size):
    """The readable part of it: after the last page of a module nothing may be mapped."""
    data = b""
    try:
        while len(data) < size:
            here = address + len(data)
            data += read(here, min(PAGE - here % PAGE, size - len(data)))
    except gdb.MemoryError:
        pass
    return data


def write(address, words):
    data = b"".join(word.to_bytes(8, REGISTERS["byteorder"]) for word in words)
    gdb.selected_inferior().write_memory(address, data)


def word_at(address):
    return int.from_bytes(read(address, WORD), REGISTERS["byteorder"])


def register(name):
    return int(gdb.parse_and_eval(f"(unsigned long)${name}")) & MASK


def set_register(name, value):
    try:
        gdb.execute(f"set var ${name} = {value & MASK:#x}", to_string=True)
    except gdb.error:
        # It is set then: gdb has looked for the caller's frame, which it may not find.
        if register(name) != value & MASK:
            raise


def return_address():
    if REGISTERS["link"]:
        return register(REGISTERS["link"])
    return word_at(register(REGISTERS["stack"]))


def resolve(place):
    """A place's address, or None as long as its module is not loaded."""
    if "address" in place:
        return place["address"]
    base = loaded.get(place["module"])
    return None if base is None else base + place["offset"]


def skip(address, pattern):
    """The address after the match there; None if there is no match."""
    match = re.match(pattern, read(address, 32).hex())
    return address + match.end() // 2 if match else None


def entry(address):
    """The address that every call of the function at that address reaches."""
    return skip(address, REGISTERS["local_entry"]) or address


def after_prologue(address):
    """The address after the landing pad and the ftrace nop of a function's entry."""
    behind = skip(address, REGISTERS["prologue"])
    if behind is None:
        raise RuntimeError(f"no ftrace nop at {address:#x}, there is "
                           f"{read(address, 12).hex()}; use at = entry")
    return behind


class Hook(gdb.Breakpoint):
    """A breakpoint at an address."""

    def __init__(self, address):
        super().__init__(f"*{address:#x}", internal=True)
        self.silent = True

    def stop(self):
        fired.append(self)
        return True

    def act(self):
        """Called once the guest has stopped."""


class FaultHook(Hook):
    """Forces the return value."""

    def __init__(self, fault, address):
        super().__init__(address)
        self.fault, self.inside, self.first = fault, None, None

    def remove(self):
        """Take the fault's breakpoints away: another module's code may come to be there."""
        if self.inside:
            for hook in [self.inside, *self.inside.returns.values()]:
                hook.delete()
        if self.first:
            self.first.delete()
        self.delete()

    def _wanted(self):
        if self.fault["argument"]:
            number, value = self.fault["argument"]
            if register(REGISTERS["arguments"][number]) != value:
                return False
        if self.inside and not self.inside.same_task():
            return False
        if self.fault["callers"]:
            caller = return_address()
            starts = ((resolve(place), place["size"]) for place in self.fault["callers"])
            if not any(start and start < caller <= start + size for start, size in starts):
                return False
        # Counted in the fault, which exists longer than its module.
        self.fault["seen"] = self.fault.get("seen", 0) + 1
        return not self.fault["calls"] or self.fault["seen"] in self.fault["calls"]

    def stop(self):
        if self._wanted():
            fired.append(self)
            return True
        return False

    def act(self):
        target = return_address()
        for number, words in self.fault["stores"]:
            write(register(REGISTERS["arguments"][number]), words)
        set_register(REGISTERS["result"], self.fault["value"])
        if self.first:
            set_register(REGISTERS["stack"], self.first.stack)
        elif not REGISTERS["link"]:
            set_register(REGISTERS["stack"], register(REGISTERS["stack"]) + WORD)
        set_register(REGISTERS["pc"], target)
        with open(PLAN["hits"], "a", encoding="ascii") as hits:
            hits.write(self.fault["name"] + "\n")


class FirstHook(Hook):
    """Looks at a function's first instruction, which a kprobe may have replaced.

    It has to run, and with it the kprobe; the fault is injected behind it, where the stack is
    put back to what it was here.
    """

    stack = 0

    def stop(self):
        self.stack = register(REGISTERS["stack"])
        return False


class InsideHook(Hook):
    """Arms a fault from the entry of a function to its return."""

    def __init__(self, hook, address):
        super().__init__(address)
        self.hook = hook
        # Stack pointers at entry, with the address each call will return to.
        self.entered = []
        self.returns = {}

    def act(self):
        target = return_address()
        self.entered.append((register(REGISTERS["stack"]), target))
        if target not in self.returns:
            self.returns[target] = ReturnHook(self, target)
        self.update()

    def update(self):
        """Remove breakpoints that are not needed: they slow down their page."""
        self.hook.enabled = bool(self.entered)
        for target, hook in self.returns.items():
            hook.enabled = any(target == wanted for _, wanted in self.entered)

    def same_task(self):
        """The call under which the present function runs: the one on the same stack."""
        now = register(REGISTERS["stack"])
        return next((call for call in self.entered if -WORD <= call[0] - now < STACK), None)


class ReturnHook(Hook):
    """Disarms it."""

    def __init__(self, inside, address):
        super().__init__(address)
        self.inside = inside

    def act(self):
        call = self.inside.same_task()
        if call:
            self.inside.entered.remove(call)
        self.inside.update()


def places_of_code(place, start):
    """Where the function of that place is, looked for from start on."""
    code, mask = bytes.fromhex(place["code"]), bytes.fromhex(place["mask"])
    fixed = [position for position, byte in enumerate(mask) if byte]
    memory = read_mapped(start, len(code) + REGISTERS["before_text"])
    for shift in range(0, len(memory) - len(code) + 1, 8):
        # A few bytes distinguish most places.
        for some in (fixed[:32], fixed):
            equal = sum(memory[shift + position] == code[position] for position in some)
            if equal < SAME_CODE * len(some):
                break
        else:
            yield start + shift


def text_base(image, place):
    """The text's address: at or soon behind the one pointer in struct module that leads to the code.

    So no offset in struct module, which changes with the release, has to be known.
    """
    for position in range(0, len(image) - WORD + 1, WORD):
        pointer = int.from_bytes(image[position:position + WORD], REGISTERS["byteorder"])
        found = next(places_of_code(place, pointer + place["offset"]), None) if pointer else None
        if found is not None:
            return found - place["offset"]
    raise RuntimeError(f"cannot find the code of module {place['module']} in memory")


class ModuleHook(Hook):
    """A module was loaded, for the first time or again, and will be initialised."""

    def __init__(self):
        super().__init__(entry(PLAN["module_loaded"]))
        # One place for each module of interest.
        self.places = {place["module"]: place for fault in PLAN["faults"]
                       for place in places(fault) if "module" in place}

    def act(self):
        module = register(REGISTERS["arguments"][0])
        for name, facts in PLAN["modules"].items():
            image = read(module, facts["size"])
            if image[facts["name_at"]:].startswith(name.encode() + b"\0"):
                loaded[name] = text_base(image, self.places[name])
                for fault in PLAN["faults"]:
                    if any(place.get("module") == name for place in places(fault)):
                        place_fault(fault)


def places(fault):
    """Every place that a fault refers to."""
    return [place for place in [fault["place"], fault["inside"], *(fault["callers"] or [])] if place]


# Fault name -> its FaultHook.
placed = {}


def place_fault(fault):
    """Set the fault's breakpoints, if the modules they are in are there."""
    address = resolve(fault["place"])
    inside = resolve(fault["inside"]) if fault["inside"] else None
    if address is None or (fault["inside"] and inside is None):
        return
    if fault["name"] in placed:
        placed[fault["name"]].remove()
    first = entry(address)
    if fault["at"] == "entry":
        hook = FaultHook(fault, first)
    elif REGISTERS["prologue"]:
        hook = FaultHook(fault, after_prologue(first))
    else:
        hook = FaultHook(fault, first + REGISTERS["instruction"])
        hook.first = FirstHook(first)
    placed[fault["name"]] = hook
    if inside is not None:
        hook.inside = InsideHook(hook, entry(inside))
        hook.inside.update()


class ReadyHook(Hook):
    """The kernel's text is final: read it and set the breakpoints."""

    @classmethod
    def place(cls):
        """Before the kernel runs, its code is not at its final place: entry() cannot find it."""
        cls.hooks = [cls(PLAN["ready"] + size)
                     for size in ((0, LOCAL_ENTRY) if REGISTERS["local_entry"] else (0,))]

    def act(self):
        for hook in self.hooks:
            hook.enabled = False
        place_all()


def place_all():
    """Set the breakpoints of all faults, and wait for the modules that some are in."""
    for fault in PLAN["faults"]:
        place_fault(fault)
    if PLAN["modules"]:
        ModuleHook()


def connect():
    for tries in range(100):
        try:
            gdb.execute(f"target remote {PLAN['socket']}", to_string=True)
            return
        except gdb.error:
            # QEMU creates the socket later.
            if tries == 99:
                raise
            time.sleep(0.05)


def follow():
    """Until the guest is gone."""
    while True:
        fired.clear()
        try:
            gdb.execute("continue", to_string=True)
        except gdb.error:
            return
        if not fired:
            return
        for hook in fired:
            hook.act()
            if isinstance(hook, FaultHook):
                # The function has returned: no other state is valid here.
                break


for setting in ("confirm off", "pagination off", "height 0", "auto-load no",
                "debuginfod enabled off", *REGISTERS["gdb"],
                f"endian {REGISTERS['byteorder']}"):
    gdb.execute(f"set {setting}", to_string=True)
try:
    connect()
    if PLAN["restored"]:
        place_all()
    else:
        ReadyHook.place()
    follow()
except Exception as error:  # pylint: disable=broad-except
    # gdb would go on after a Python error and exit 0.
    gdb.write(f"{error}\n", gdb.STDERR)
    gdb.flush(gdb.STDERR)
    os._exit(1)
