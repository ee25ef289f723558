# SPDX-License-Identifier: GPL-2.0-only
# Appended to scripts/Makefile.lib, to halve the time to compile: code that has nothing to do
# with DAX devices, and XFS, is not instrumented by KASAN, nor described in the BTF. net/ has
# functions that BPF looks up there. Both variables are read when a file is compiled (_c_flags
# in scripts/Makefile.lib, 7.3).
ifneq ($(filter crypto/% drivers/acpi/% drivers/firmware/% drivers/pci/% drivers/pnp/% \
	drivers/tty/% fs/xfs/% lib/crypto/% net/% security/%,$(obj)/),)
KASAN_SANITIZE := n
endif
ifneq ($(filter crypto/% drivers/acpi/% drivers/firmware/% drivers/pci/% drivers/pnp/% \
	drivers/tty/% fs/xfs/% lib/crypto/% security/%,$(obj)/),)
ccflags-y += -g0
endif
