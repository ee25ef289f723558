# SPDX-License-Identifier: GPL-2.0-only
"""The kernel inside an x86 bzImage, and inside an EFI zboot image.

QEMU starts it directly (PVH). Under TCG the bzImage's own decompressor takes up
to half of a guest's life. What is given up is KASLR, which that decompressor does. A zboot image is for UEFI firmware alone:
what it unpacks, QEMU starts.
"""

import lzma
import shutil
import struct
import subprocess

ZSTD = b"\x28\xb5\x2f\xfd"
PAYLOAD_OFFSET, PAYLOAD_LENGTH = 0x248, 0x24C


def extract(image: bytes) -> bytes | None:
    """The kernel that QEMU can start, or None if it cannot be unpacked here."""
    if image[4:8] == b"zimg":
        # arch/loongarch and others: drivers/firmware/efi/libstub/zboot-header.S, v7.2
        offset, length = struct.unpack_from("<2I", image, 8)
        return _decompress(image[offset:offset + length])
    if image[0x202:0x206] != b"HdrS":
        return None
    sectors = image[0x1F1] or 4
    (offset,) = struct.unpack_from("<I", image, PAYLOAD_OFFSET)
    (length,) = struct.unpack_from("<I", image, PAYLOAD_LENGTH)
    payload = image[(sectors + 1) * 512 + offset:][:length]
    # The last four bytes are the size, for the boot code.
    kernel = _decompress(payload[:-4] if payload.startswith(ZSTD) else payload)
    return kernel if kernel and kernel.startswith(b"\x7fELF") else None


def _decompress(payload: bytes) -> bytes | None:
    if payload.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMADecompressor().decompress(payload)
    if payload.startswith(ZSTD) and shutil.which("zstd"):
        return subprocess.run(["zstd", "-dcq"], input=payload, capture_output=True,
                              check=False).stdout
    return None
