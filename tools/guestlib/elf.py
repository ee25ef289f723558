# SPDX-License-Identifier: GPL-2.0-only
"""The parts of ELF that are needed to find a function in a module, on disk and in memory."""

import struct
from dataclasses import dataclass

from .errors import GuestError

SHT_SYMTAB, SHT_RELA, SHT_REL = 2, 4, 9
SHF_ALLOC, SHF_EXECINSTR = 2, 4
STT_FUNC = 2


@dataclass(frozen=True)
class Section:
    """One section header."""

    name: str
    kind: int
    flags: int
    offset: int
    size: int
    link: int
    info: int
    align: int
    entry: int


@dataclass(frozen=True)
class Function:
    """Where a function is in its section."""

    section: int
    offset: int
    size: int


class Module:
    """A relocatable object (.ko)."""

    def __init__(self, data: bytes):
        self.data = data
        self.wide = data[4] == 2
        self.order = "<" if data[5] == 1 else ">"
        self.sections = self._read_sections()

    def _unpack(self, form: str, offset: int) -> tuple:
        return struct.unpack_from(self.order + form, self.data, offset)

    def _read_sections(self) -> list[Section]:
        if self.wide:
            (table,), (size, count, names) = self._unpack("Q", 40), self._unpack("3H", 58)
        else:
            (table,), (size, count, names) = self._unpack("I", 32), self._unpack("3H", 46)
        form = "2I4Q2I2Q" if self.wide else "10I"
        raw = [self._unpack(form, table + number * size) for number in range(count)]
        strings = raw[names][4]
        return [Section(self._string(strings + header[0]), header[1], header[2], header[4],
                        header[5], header[6], header[7], header[8], header[9]) for header in raw]

    def _string(self, offset: int) -> str:
        return self.data[offset:self.data.index(b"\0", offset)].decode()

    def _symbols(self):
        table = next(section for section in self.sections if section.kind == SHT_SYMTAB)
        strings = self.sections[table.link].offset
        for offset in range(table.offset, table.offset + table.size, table.entry):
            if self.wide:
                name, info, _, section, value, size = self._unpack("I2BH2Q", offset)
            else:
                name, value, size, info, _, section = self._unpack("3I2BH", offset)
            yield strings + name, info & 15, section, value, size

    def function(self, wanted: str) -> Function | None:
        """The function of that name."""
        for name, kind, section, value, size in self._symbols():
            if kind == STT_FUNC and self._string(name) == wanted:
                return Function(section, value, size)
        return None

    def undefined_in_code(self) -> set[str]:
        """The external symbols that code outside of init sections refers to."""
        symbols = [(self._string(name), section) for name, _, section, _, _ in self._symbols()]
        names = set()
        for table in self.sections:
            if table.kind not in (SHT_RELA, SHT_REL):
                continue
            code = self.sections[table.info]
            if not code.flags & SHF_EXECINSTR or code.name.startswith((".init", ".exit")):
                continue
            for entry in range(table.offset, table.offset + table.size, table.entry):
                (info,) = self._unpack("Q" if self.wide else "I",
                                       entry + (8 if self.wide else 4))
                name, section = symbols[info >> (32 if self.wide else 8)]
                if name and not section:
                    names.add(name)
        return names

    def text_offset(self, number: int) -> int:
        """Where a section of code comes to be, from the first one on: layout_sections() in
        kernel/module/main.c."""
        offset = 0
        for position, section in enumerate(self.sections):
            if not (section.flags & SHF_ALLOC and section.flags & SHF_EXECINSTR) \
                    or section.name.startswith(".init"):
                continue
            offset = -(-offset // max(section.align, 1)) * max(section.align, 1)
            if position == number:
                return offset
            offset += section.size
        raise GuestError(f"section {number} of a module is no code that stays")

    def content(self, number: int) -> bytes:
        """A section's bytes."""
        section = self.sections[number]
        return self.data[section.offset:section.offset + section.size]

    def relocated(self, number: int) -> set[int]:
        """The offsets in a section that the loader writes to."""
        offsets: set[int] = set()
        for section in self.sections:
            if section.kind in (SHT_RELA, SHT_REL) and section.info == number:
                for entry in range(section.offset, section.offset + section.size, section.entry):
                    (where,) = self._unpack("Q" if self.wide else "I", entry)
                    offsets.update(range(where, where + (8 if self.wide else 4)))
        return offsets

    def this_module(self) -> bytes:
        """The struct module that the loader takes over into memory, name included."""
        names = [section.name for section in self.sections]
        return self.content(names.index(".gnu.linkonce.this_module"))
