/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF objects are compressed in the program file: most of an object are tables for CO-RE and
 * the verifier's messages, and the static binary would be a quarter larger. Internal to src/probe.
 */
#ifndef DAXAUDIT_PROBE_UNPACK_H
#define DAXAUDIT_PROBE_UNPACK_H

#include <stddef.h>

/*
 * Unpack a stream of zlib that is exactly size bytes long. NULL without memory. The caller
 * owns it; skeletons (tools/pack-object) keep it until the process ends, as they are opened
 * several times.
 */
void *dxa_unpack(const unsigned char *packed, size_t len, size_t size);

#endif
