#!/usr/bin/env python3
"""usage: flatten.py TRACE OUT. The same trace with no payload deflated: a seed for fuzzing."""
import struct
import sys
import zlib

HEADER = 32
CHUNK = struct.Struct("<IHHIIII")  # type, flags, reserved, sequence, raw, stored, payload's CRC
DEFLATED = 1


def main():
    with open(sys.argv[1], "rb") as f:
        data = f.read()
    out, at = bytearray(data[:HEADER]), HEADER
    while at + CHUNK.size + 4 <= len(data):
        kind, flags, reserved, sequence, raw, stored, _ = CHUNK.unpack_from(data, at)
        at += CHUNK.size + 4
        payload = data[at:at + stored]
        at += stored
        if flags & DEFLATED:
            payload = zlib.decompress(payload)
        head = CHUNK.pack(kind, flags & ~DEFLATED, reserved, sequence, len(payload), len(payload),
                          zlib.crc32(payload))
        out += head + struct.pack("<I", zlib.crc32(head)) + payload
    with open(sys.argv[2], "wb") as f:
        f.write(out)


if __name__ == "__main__":
    main()
