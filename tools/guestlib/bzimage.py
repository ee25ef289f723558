# SPDX-License-Identifier: GPL-2.0-only
"""The ELF kernel inside an x86 bzImage.

QEMU starts it directly (PVH). Under TCG the bzImage's own decompressor takes up
to half of a guest's life. What is given up is KASLR, which that decompressor does.
"""

import lzma
import shutil
import struct
import subprocess

PAYLOAD_OFFSET, PAYLOAD_LENGTH = 0x248, 0x24C


def extract(image: bytes) -> bytes | None:
    """The vmlinux, or None if there is none that we can unpack."""
    if image[0x202:0x206] != b"HdrS":
        return None
    sectors = image[0x1F1] or 4
    (offset,) = struct.unpack_from("<I", image, PAYLOAD_OFFSET)
    (length,) = struct.unpack_from("<I", image, PAYLOAD_LENGTH)
    payload = image[(sectors + 1) * 512 + offset:][:length]
    kernel = _decompress(payload)
    return kernel if kernel and kernel.startswith(b"\x7fELF") else None


def _decompress(payload: bytes) -> bytes | None:
    if payload.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMADecompressor().decompress(payload)
    if payload.startswith(b"\x28\xb5\x2f\xfd") and shutil.which("zstd"):
        # The last four bytes are the size, for the boot code.
        return subprocess.run(["zstd", "-dcq"], input=payload[:-4], capture_output=True,
                              check=False).stdout
    return None
