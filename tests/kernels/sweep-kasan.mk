# SPDX-License-Identifier: GPL-2.0-only
# Appended to scripts/Makefile.lib: code that has nothing to do with DAX devices is not
# instrumented by KASAN. This halves the time to compile these folders. KASAN_SANITIZE is read
# when a file is compiled (_c_flags in scripts/Makefile.lib, 7.3).
ifneq ($(filter crypto/% drivers/acpi/% drivers/firmware/% drivers/pci/% drivers/tty/% \
	lib/crypto/% net/% security/%,$(obj)/),)
KASAN_SANITIZE := n
endif
