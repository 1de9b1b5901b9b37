#!/usr/bin/env python3
"""A trace byte by byte, each with its meaning: section 11 of doc/trace-format.md.

`annotate.py FILE` prints the lines; `annotate.py FILE DOCUMENT` puts them between the marks
of that file's name in the document.
"""
import os
import struct
import sys

import decode

WIDTH = 16
CODINGS = ("DENSE", "SPARSE", "PLANES", "BYTES", "WHERE")
END_FIELDS = ("offset of INDX", "size of the file", "chunks", "strings", "functions",
              "threads", "nodes", "rows of SPWN", "rows of TASK", "rows of HOLD", "arguments",
              "0")


def lines(at, data, meaning):
    for i in range(0, max(len(data), 1), WIDTH):
        part = " ".join(f"{byte:02x}" for byte in data[i:i + WIDTH])
        yield f"{at + i:04x}  {part:<{3 * WIDTH - 1}}  {meaning if i == 0 else ''}".rstrip()


def column_name(kind, number):
    names = decode.TABLES[kind][2].split()
    return names[number - 1].rstrip("?-@=!") if number <= len(names) else "unknown"


def values_of(table, number, kind):
    coding, data = table.columns[number]
    if coding == 3 and kind == "NODE":
        reader = decode.Bytes(data)
        return ", ".join(str(reader.varint()) for _ in iter(reader.left, 0))
    if coding == 3:
        return repr(data.decode())
    return ", ".join(map(str, table.values(number)))


def annotate_table(at, payload, kind):
    table, data = decode.Table(payload), decode.Bytes(payload)
    data.varint(), data.varint()
    yield from lines(at, payload[:data.at], f"rows {table.first} to {table.first + table.count - 1}"
                     if table.count > 1 else f"row {table.first}")
    while data.left():
        begin = data.at
        number, coding = data.take(2)
        size = data.varint()
        yield from lines(at + begin, payload[begin:data.at],
                         f"{column_name(kind, number)}, {CODINGS[coding]}, {size} byte"
                         + ("s" if size > 1 else ""))
        yield from lines(at + data.at, data.take(size), "  " + values_of(table, number, kind))


def annotate_end(at, payload):
    offset = 0
    for name, size in zip(END_FIELDS, [8, 8] + [4] * 10):
        field = payload[offset:offset + size]
        value = int.from_bytes(field, "little")
        yield from lines(at + offset, field, name if name == "0" else f"{name}: {value}")
        offset += size


def annotate_header(data):
    major, minor = struct.unpack_from("<HH", data, 8)
    yield from lines(0, data[:8], "magic")
    yield from lines(8, data[8:12], f"version {major}.{minor}")
    yield from lines(12, data[12:16], "incompatible features: none")
    yield from lines(16, data[16:20], "compatible features: none")
    yield from lines(20, data[20:28], "0")
    yield from lines(28, data[28:32], "CRC-32 of bytes 0 to 27")


def annotate_chunk(data, i, chunk):
    at = chunk["offset"]
    end = at + 28 + chunk["stored"]
    flags, = struct.unpack_from("<H", data, at + 4)
    yield ""
    yield from lines(at, data[at:at + 4], f"chunk {i}: {chunk['type']}")
    yield from lines(at + 4, data[at + 4:at + 8], "REQUIRED" if flags & 2 else "no flags")
    yield from lines(at + 8, data[at + 8:at + 12], f"sequence {i}")
    yield from lines(at + 12, data[at + 12:at + 20],
                     f"{chunk['raw']} bytes, {chunk['stored']} stored")
    yield from lines(at + 20, data[at + 20:at + 28], "CRC-32 of the payload, of the head")
    if chunk["type"] == "END ":
        yield from annotate_end(at + 28, data[at + 28:end])
    else:
        yield from annotate_table(at + 28, data[at + 28:end], chunk["type"])


def annotate(path):
    with open(path, "rb") as file:
        data = file.read()
    yield from annotate_header(data)
    for i, chunk in enumerate(decode.decode(data).chunks):
        yield from annotate_chunk(data, i, chunk)


def section(path, document):
    """The document with the lines between its marks."""
    name = os.path.basename(path)
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    head, rest = document.split(begin)
    tail = rest.split(end)[1]
    body = "".join(f"    {line}".rstrip() + "\n" for line in annotate(path))
    return head + begin + "\n" + body + "\n" + end + tail


def main():
    if len(sys.argv) == 2:
        print("\n".join(annotate(sys.argv[1])))
        return
    with open(sys.argv[2], encoding="utf-8") as file:
        text = section(sys.argv[1], file.read())
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
