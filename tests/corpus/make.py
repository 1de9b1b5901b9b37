#!/usr/bin/env python3
"""Make the corpus: traces that are good, bad in one way each, or newer than readers know.

`make.py FOLDER` writes good/, bad/ and unsupported/ below FOLDER; README.md says what each
file is. A small writer of its own, after doc/trace-format.md; nothing is deflated but where
that is the point, so that the files do not depend on a version of zlib.
"""
import os
import struct
import sys
import zlib

MAGIC = b"\x89CGT\r\n\x1a\n"
DENSE, SPARSE, PLANES, BYTES, WHERE = range(5)
REQUIRED, DEFLATED = 2, 1


def varint(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def zigzag(n):
    return (n << 1) ^ (-1 if n < 0 else 0)


def planes(values):
    lengths = [(v.bit_length() + 7) // 8 for v in values]
    out = bytearray(lengths)
    for plane in range(8):
        out += bytes(v >> 8 * plane & 0xFF for v, n in zip(values, lengths) if n > plane)
    return bytes(out)


def sparse(values):
    rows = [i for i, v in enumerate(values) if v]
    skips = [row - before - 1 for before, row in zip([-1] + rows, rows)]
    return b"".join(map(varint, [len(rows)] + skips)) + planes([values[i] for i in rows])


def dense(values):
    return b"".join(map(varint, values))


def where(values):
    """values: id of the other column, its limit, then the values; or bytes as they are."""
    if isinstance(values, bytes):
        return values
    by, limit, *values = values
    return bytes([by]) + varint(limit) + varint(len(values)) + planes(values)


CODE = {DENSE: dense, SPARSE: sparse, PLANES: planes, BYTES: bytes, WHERE: where}


def table(first, count, *columns):
    """columns: (id, values) dense, or (id, coding, values); zeros are left out but first."""
    out = varint(first) + varint(count)
    for i, (number, *coding, values) in enumerate(columns):
        coding = coding[0] if coding else DENSE
        if i and coding < BYTES and not any(values):
            continue
        data = CODE[coding](values)
        out += bytes([number, coding]) + varint(len(data)) + data
    return out


def member(kind, payload, flags=REQUIRED):
    """A chunk in a group."""
    return kind + bytes([flags]) + varint(len(payload)) + payload


class File:
    """A trace in the making; what is wrong with it is for the caller to arrange."""

    def __init__(self, major=1, minor=0, incompatible=0, compatible=0):
        head = MAGIC + struct.pack("<HHIIQ", major, minor, incompatible, compatible, 0)
        self.data = bytearray(head + struct.pack("<I", zlib.crc32(head)))
        self.chunks = []

    def chunk(self, kind, payload, flags=REQUIRED, stored=None, raw=None, size=None,
              sequence=None):
        """`raw` and `size` are what the head says of inflated and stored bytes."""
        stored = payload if stored is None else stored
        raw = len(payload) if raw is None else raw
        size = len(stored) if size is None else size
        sequence = len(self.chunks) if sequence is None else sequence
        head = kind + struct.pack("<HHIIII", flags, 0, sequence, raw, size,
                                  zlib.crc32(stored))
        self.chunks.append((kind, len(self.data), len(stored)))
        self.data += head + struct.pack("<I", zlib.crc32(head)) + stored
        return self

    def index(self):
        rows = list(self.chunks)
        types = [struct.unpack("<I", kind)[0] for kind, _, _ in rows]
        return self.chunk(b"INDX", table(0, len(rows), (1, types),
                                         (2, [at for _, at, _ in rows]),
                                         (3, [n for _, _, n in rows])), flags=0)

    def end(self, totals, size=None, chunks=None, index=None, flags=REQUIRED):
        at = [at for kind, at, _ in self.chunks if kind == b"INDX"]
        if index is None:
            index = at[-1] if at else 0
        size = len(self.data) + 84 if size is None else size
        chunks = len(self.chunks) if chunks is None else chunks
        totals = list(totals) + [0] * (8 - len(totals))
        self.chunk(b"END ", struct.pack("<QQ10I", index, size, chunks, *totals, 0), flags)
        return bytes(self.data)


def strings(texts, first=0):
    texts = [t if isinstance(t, bytes) else t.encode() for t in texts]
    return table(first, len(texts), (1, [len(t) for t in texts]), (2, BYTES, b"".join(texts)))


def meta(**other):
    """Columns by id."""
    columns = {1: 4242, 2: 0, 3: 1000, 4: 1000, 5: zigzag(1000), 6: 5000, 7: 5000,
               8: zigzag(5000), 9: 3000, 10: 1, 14: 1}
    columns.update({int(k[1:]): v for k, v in other.items()})
    return table(0, 1, *((k, [v]) for k, v in sorted(columns.items())))


TEXTS = ["", "3.11.7", "app.py", "main", "MainThread"]
FUNCTION = table(0, 1, (1, [3]), (2, [2]), (4, [7]))
THREAD = table(0, 1, (1, [1]), (2, [4]), (3, [2]), (4, [4242]), (5, [1]),
               (6, [zigzag(100)]), (7, [zigzag(4000)]), (8, [3900]))
# a root and one node: up, outer, function, calls, run
NODES = table(0, 2, (2, BYTES, varint(0)), (3, [0, 1]), (7, [0, 1]), (12, PLANES, [0, 3900]))
TOTALS = [5, 1, 1, 2, 0, 0, 0, 1]


def small(skip=(), **chunks):
    """The small trace; its chunks may be replaced or left out by name."""
    f = File()
    parts = [("strs", b"STRS", strings(TEXTS)), ("meta", b"META", meta()),
             ("argv", b"ARGV", table(0, 1, (1, [2]))), ("func", b"FUNC", FUNCTION),
             ("thrd", b"THRD", THREAD), ("node", b"NODE", NODES)]
    for name, kind, payload in parts:
        if name not in skip:
            f.chunk(kind, chunks.get(name, payload))
    return f


def whole(f=None, totals=None):
    return (f or small()).index().end(totals or TOTALS)


def many():
    """Nodes in three chunks, parents across them; every table; every coding."""
    f = File()
    f.chunk(b"STRS", strings(TEXTS[:2])).chunk(b"STRS", strings(TEXTS[2:] + ["Task-1"], 2))
    f.chunk(b"META", meta(f2=1, f6=9000, f12=3, f13=1, f18=1, f19=2))
    f.chunk(b"ARGV", table(0, 2, (1, [2, 0])))
    f.chunk(b"FUNC", table(0, 2, (1, [3, 3]), (2, [2, 0]), (4, [7, 0]), (5, [1, 4])))
    f.chunk(b"THRD", table(0, 2, (1, [1, 2]), (2, [4, 0]), (3, [7, 1]), (5, [1, 1]),
                           (6, [zigzag(0), zigzag(7)]), (7, [zigzag(8000), zigzag(9)]),
                           (8, PLANES, [1050, 0])))
    # 0 root, 1 below 0, 2 below 1 | 3 below 2, 4 below 1 | 5 below 4, 6 spawned, root of 7
    f.chunk(b"NODE", table(0, 3, (1, [0, 0, 0]), (2, BYTES, varint(0)), (3, [0, 1, 2]),
                           (7, SPARSE, [0, 5, 1]), (12, PLANES, [7000, 300, 70000 % 300])))
    f.chunk(b"NODE", table(3, 2, (1, [0, 1]), (2, BYTES, varint(3) + varint(2)), (3, [1, 2]),
                           (4, [1, 0]), (7, [1, 1]), (12, [150, 200])))
    f.chunk(b"NODE", table(5, 3, (1, [0, 1, 1]), (2, BYTES, varint(5) + varint(1) + varint(0)),
                           (3, [2, 1, 0]), (4, SPARSE, [0, 2, 0]), (5, SPARSE, [0, 8, 0]),
                           (7, [1, 1, 0]), (9, SPARSE, [0, 1, 0]), (12, [100, 200, 0]),
                           # a gap of 150 in 200, for which the CPU clock said 20, not 75
                           (15, WHERE, [12, 150, 51]), (17, WHERE, [15, 0, zigzag(55)])))
    f.chunk(b"SPWN", table(0, 1, (1, [6]), (2, [2]), (3, [5]), (4, [1]), (5, [4000]),
                           (6, [4000])))
    f.chunk(b"TASK", table(0, 1, (1, [0]), (3, [5]), (6, [1]), (7, [zigzag(4000)]),
                           (8, [zigzag(8000)]), (9, [3800])), flags=0)
    f.chunk(b"HOLD", table(0, 1, (1, [6]), (2, [1]), (5, [200]), (6, [200])), flags=0)
    return f


MANY = [6, 2, 2, 8, 1, 1, 1, 2]


def flip(data, at, bits=1):
    data = bytearray(data)
    data[at] ^= bits
    return bytes(data)


def good():
    yield "small", whole()
    yield "many", whole(many(), MANY)
    f = File().chunk(b"STRS", strings([""])).chunk(b"META", meta(f14=0))
    yield "nothing", whole(f, [1])
    f = File().chunk(b"STRS", strings([""])).chunk(b"META", meta(f14=0))
    f.chunk(b"THRD", table(0, 1, (1, [1]), (3, [1])))
    yield "root-only", whole(f.chunk(b"NODE", table(0, 1, (2, BYTES, varint(0)), (3, [0]))),
                             [1, 0, 1, 1])
    yield "no-index", small().end(TOTALS)
    f = small()
    f.chunk(b"XTRA", b"nobody knows what this is", flags=0)
    yield "unknown-chunk", whole(f)
    f = small()
    f.chunk(b"NODE", b"in a way that nobody knows", flags=0x8000)
    yield "unknown-flag", whole(f)
    node = NODES + bytes([99, 7]) + varint(3) + b"abc"
    yield "unknown-column", whole(small(node=node))
    f = File(minor=9, compatible=0xF0)
    f.data += small().data[32:]
    f.chunks = small().chunks
    yield "newer-minor", whole(f)
    f = small(skip=["node"])
    deflate = zlib.compressobj(0)
    f.chunk(b"NODE", NODES, REQUIRED | DEFLATED, deflate.compress(NODES) + deflate.flush())
    yield "deflated", whole(f)
    f = File().chunk(b"STRS", strings(TEXTS))
    f.chunk(b"GRUP", member(b"META", meta()) + member(b"XTRA", b"nobody knows", 0)
            + member(b"ARGV", table(0, 1, (1, [2]))) + member(b"FUNC", FUNCTION))
    f.chunk(b"GRUP", member(b"THRD", THREAD) + member(b"NODE", NODES))
    yield "groups", f.end(TOTALS)


def bad_files():
    data = whole()
    yield "empty", b""
    yield "text", b"def main():\n    print('no trace at all, but a text')\n"
    yield "text-mode", data.replace(b"\r\n", b"\n")
    yield "header-only", data[:32]
    yield "header-cut", data[:20]
    yield "header-flipped", flip(data, 16)
    yield "cut-in-head", data[:40]
    yield "cut-in-payload", data[:70]
    yield "cut-before-end", data[:-84]
    yield "cut-in-end", data[:-1]
    yield "head-flipped", flip(data, 44)
    yield "payload-flipped", flip(data, 62)
    yield "trailing", data + b"\0"
    yield "end-of-another-size", small().index().end(TOTALS, size=1000)
    yield "end-of-other-chunks", small().index().end(TOTALS, chunks=3)
    yield "end-of-other-totals", small().index().end([5, 1, 1, 3, 0, 0, 0, 1])
    yield "end-short", bytes(small().chunk(b"END ", b"\0" * 40).data)
    yield "sequence", bytes(small(skip=["node"]).chunk(b"NODE", NODES, sequence=9).data)
    yield "huge-raw", bytes(File().chunk(b"STRS", b"", raw=1 << 30).data)
    yield "huge-stored", bytes(File().chunk(b"STRS", b"", size=(1 << 32) - 1).data)
    yield "bomb", bytes(File().chunk(b"STRS", b"", raw=1 << 20, stored=b"\0" * 9).data)
    f = File().chunk(b"STRS", b"x" * 100, REQUIRED | DEFLATED, b"not a zlib stream")
    yield "not-deflated", bytes(f.data)
    f = File().chunk(b"STRS", strings(TEXTS), REQUIRED | DEFLATED,
                     zlib.compress(strings(TEXTS), 0), raw=20)
    yield "inflates-to-more", bytes(f.data)
    yield "raw-is-not-stored", bytes(File().chunk(b"STRS", strings(TEXTS), raw=200).data)


def bad_tables():
    yield "varint-long", small(meta=b"\x80\x00\x01")
    yield "varint-65-bits", small(meta=b"\0\1" + bytes([3, DENSE, 10]) + b"\xff" * 9 + b"\2")
    yield "rows-without-bytes", small(argv=varint(0) + varint(60000) + bytes([1, 0, 0]))
    yield "rows-too-many", small(argv=table(0, 70000, (1, [2] * 70000)))
    yield "first-wrong", small(func=table(1, 1, (1, [3])))
    yield "no-rows", small(argv=table(0, 0, (1, [])))
    yield "columns-twice", small(argv=table(0, 1, (1, [2]), (1, [2])))
    yield "column-cut", small(argv=table(0, 1, (1, [2]))[:-1])
    yield "column-short", small(func=table(0, 2, (1, [3])))
    yield "column-long", small(func=table(0, 1, (1, [3, 3])))
    yield "number-too-large", small(func=table(0, 1, (1, [3]), (4, [1 << 32])))
    yield "planes-length-9", small(
        thrd=table(0, 1, (1, [1]), (3, [2])) + bytes([8, PLANES, 10, 9]) + b"\1" * 9)
    yield "planes-leading-zero", small(
        thrd=table(0, 1, (1, [1]), (3, [2])) + bytes([8, PLANES, 3, 2, 1, 0]))
    yield "sparse-beyond", small(
        node=table(0, 2, (2, BYTES, b"\0"), (3, [0, 1])) + bytes([7, SPARSE, 4, 1, 2, 1, 1]))
    yield "sparse-zero", small(
        node=table(0, 2, (2, BYTES, b"\0"), (3, [0, 1])) + bytes([7, SPARSE, 3, 1, 1, 0]))
    yield "bytes-for-numbers", small(func=table(0, 1, (1, BYTES, b"\3")))
    for name, number, values in (
            ("where-of-later", 12, [15, 0, 7]), ("where-of-itself", 12, [12, 0, 7]),
            ("where-of-optional", 12, [3, 0, 7]), ("where-of-unknown", 17, [2, 0, 7]),
            ("where-too-many", 15, [12, 0, 7, 7]), ("where-too-few", 15, [12, 0]),
            ("where-all-below", 15, [12, 3900, 7]), ("where-optional", 5, [4, 0])):
        columns = [(12, PLANES, [0, 3900])] if number > 12 else []
        yield name, nodes((2, BYTES, b"\0"), (3, [0, 1]), *columns, (number, WHERE, values))
    for name, data in (("where-empty", b""), ("where-cut", bytes([12, 0, 1])),
                       ("where-long", bytes([12, 0, 1, 1, 7, 7]))):
        yield name, nodes((2, BYTES, b"\0"), (3, [0, 1]), (12, PLANES, [0, 3900]),
                          (15, WHERE, data))


def bad_groups():
    yield "group-cut", grouped(member(b"NODE", NODES)[:-1])
    yield "group-short", grouped(member(b"NODE", NODES) + b"NODE")
    yield "group-in-group", grouped(member(b"GRUP", member(b"NODE", NODES)))
    yield "group-with-end", grouped(member(b"NODE", NODES) + member(b"END ", bytes(56)))
    yield "group-of-bad-rows", grouped(member(b"NODE", NODES[:-1]))


def bad_rows():
    yield "string-control", small(strs=strings(TEXTS[:4] + ["Main\nThread"]))
    yield "string-not-utf8", small(strs=strings(TEXTS[:4] + [b"\xff\xfe"]))
    yield "string-surrogate", small(strs=strings(TEXTS[:4] + [b"\xed\xa0\x80"]))
    yield "string-not-shortest", small(strs=strings(TEXTS[:4] + [b"\xc1\xa1"]))
    yield "string-cut", small(strs=table(0, 5, (1, [0, 6, 6, 4, 99]), (2, BYTES, b"x" * 30)))
    yield "string-text-left", small(strs=table(0, 5, (1, [0, 6, 6, 4, 1]),
                                               (2, BYTES, b"x" * 30)))
    yield "string-0-not-empty", small(strs=strings(["x"] + TEXTS[1:]))
    yield "meta-missing", small(skip=["meta"])
    yield "meta-twice", double_meta()
    yield "meta-bad-string", small(meta=meta(f14=77))
    yield "argument-bad-string", small(argv=table(0, 1, (1, [5])))
    yield "function-bad-string", small(func=table(0, 1, (1, [5])))
    yield "function-bad-kind", small(func=table(0, 1, (1, [3]), (5, [5])))
    yield "thread-bad-string", small(thrd=table(0, 1, (1, [1]), (2, [9]), (3, [2])))
    yield "thread-without-root", small(thrd=table(0, 1, (1, [1])))
    yield "thread-too-many-nodes", small(thrd=table(0, 1, (1, [1]), (3, [3])))
    yield "thread-too-few-nodes", small(thrd=table(0, 1, (1, [1]), (3, [1])))
    yield "thread-huge", small(thrd=table(0, 1, (1, [1]), (3, [(1 << 32) - 1])))


def grouped(members):
    """The small trace, its last chunk a group."""
    return small(skip=["node"]).chunk(b"GRUP", members)


def double_meta():
    f = small(skip=["argv", "func", "thrd", "node"])
    return f.chunk(b"META", meta())


def nodes(*columns):
    return small(node=table(0, 2, *columns))


def bad_nodes():
    outer = (2, BYTES, varint(0))
    yield "node-bad-function", nodes(outer, (3, [0, 2]))
    yield "node-without-function", nodes(outer, (3, [0, 0]), (7, [1, 1]))
    yield "node-root-with-function", nodes(outer, (3, [1, 1]))
    yield "node-up-too-far", nodes((1, [0, 2]), outer, (3, [0, 1]))
    yield "node-second-root", nodes((1, [0, 1]), (2, BYTES, b"\0\0"), (3, [0, 1]))
    yield "node-outer-missing", nodes((3, [0, 1]))
    yield "node-outer-left", nodes((2, BYTES, b"\0\0"), (3, [0, 1]))
    yield "node-outer-ahead", nodes((1, [0, 1]), (2, BYTES, b"\0\2"), (3, [0, 1]))
    yield "node-bad-edge", nodes(outer, (3, [0, 1]), (4, [0, 3]))
    yield "node-bad-fold", nodes(outer, (3, [0, 1]), (6, [0, 2]))
    yield "node-bad-origin", nodes(outer, (3, [0, 1]), (4, [0, 2]), (5, [0, 9]))
    f = small(skip=["thrd", "node"])
    yield "node-before-thread", f.chunk(b"NODE", NODES)
    f = many()
    f.chunk(b"THRD", table(2, 1, (1, [3]), (3, [1])))
    yield "thread-after-node", f
    f = small(thrd=table(0, 1, (1, [1]), (3, [3])))
    yield "node-aside", f.chunk(b"NODE", table(2, 1, (2, BYTES, varint(9)), (3, [1])))
    f = small(thrd=table(0, 1, (1, [1]), (3, [3])),
              node=table(0, 2, (2, BYTES, b"\0"), (3, [0, 1]), (4, [0, 2])))
    yield "spawn-below-calls", f.chunk(b"NODE", table(2, 1, (2, BYTES, varint(2)), (3, [1]),
                                                      (4, [2])))
    yield "spawn-bad-root", small().chunk(b"SPWN", table(0, 1, (1, [2])))
    yield "spawn-of-thread", small().chunk(b"SPWN", table(0, 1, (1, [0]), (4, [1])))
    yield "spawn-bad-creator", small().chunk(b"SPWN", table(0, 1, (1, [1]), (2, [3])))
    yield "task-bad-spawn", small().chunk(b"TASK", table(0, 1, (1, [0])), flags=0)
    yield "hold-bad-node", small().chunk(b"HOLD", table(0, 1, (1, [2])), flags=0)


# What readers accept and verify does not: (name, file, totals).
def bad_sums():
    node = table(0, 2, (2, BYTES, b"\0"), (3, [0, 1]), (7, [0, 1]), (8, [0, 2]),
                 (12, [0, 3900]))
    yield "sum-more-ended", whole(small(node=node))
    node = table(0, 2, (2, BYTES, b"\0"), (3, [0, 1]), (7, [0, 1]), (12, [0, 3800]))
    yield "sum-time-lost", whole(small(node=node))
    node = table(0, 2, (2, BYTES, b"\0"), (3, [0, 1]), (7, [0, 1]), (12, [0, 3900]),
                 (15, [0, 3901]))
    yield "sum-gap-above-run", whole(small(node=node))
    f = small()
    f.chunk(b"INDX", table(0, 1, (1, [5]), (2, [32]), (3, [1])), flags=0)
    yield "sum-other-index", f.end(TOTALS)
    yield "sum-index-elsewhere", small().index().end(TOTALS, index=32)
    yield "sum-clock-back", whole(small(meta=meta(f6=500)))


def bad():
    yield from bad_files()
    for rows in (bad_tables(), bad_groups(), bad_rows(), bad_nodes()):
        for name, f in rows:
            totals = MANY if name == "thread-after-node" else TOTALS
            yield name, whole(f, totals)
    yield from bad_sums()


def unsupported():
    for name, header in (("major-2", {"major": 2}), ("major-0", {"major": 0}),
                         ("feature", {"incompatible": 1})):
        f = File(**header)
        f.data += small().data[32:]
        f.chunks = small().chunks
        yield name, whole(f)
    f = small()
    yield "required-chunk", whole(f.chunk(b"XTRA", b"important"))
    f = small()
    yield "required-flag", whole(f.chunk(b"NODE", b"important", REQUIRED | 0x8000))
    yield "required-member", whole(grouped(member(b"NODE", NODES) + member(b"XTRA", b"important")))
    yield "coding", whole(small(func=varint(0) + varint(1) + bytes([1, 9, 1, 3])))


def main():
    for folder, files in (("good", good), ("bad", bad), ("unsupported", unsupported)):
        os.makedirs(os.path.join(sys.argv[1], folder), exist_ok=True)
        for name, data in files():
            with open(os.path.join(sys.argv[1], folder, name + ".coro"), "wb") as file:
                file.write(data)


if __name__ == "__main__":
    main()
