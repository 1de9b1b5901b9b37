#!/usr/bin/env python3
"""A reader of Corograph traces that shares nothing with the one in C.

Written from doc/trace-format.md alone, for the standard library of Python 3.9 and newer.
`decode.py FILE` prints what `corograph dump FILE` prints; the tests compare the two. It
checks what the document says that a reader must check, and is as slow as it is plain.
"""
import struct
import sys
import zlib

MAGIC = b"\x89CGT\r\n\x1a\n"
HEADER, HEAD, END = 32, 28, 56
DEFLATED, REQUIRED = 1, 2
RAW_MAX, STORED_MAX, ROWS_MAX = 16777216, 17825792, 65536
STRING_MAX, DEFLATE_MOST = 65535, 1032
U32, U64 = (1 << 32) - 1, (1 << 64) - 1

# Section 6: type, name of a row, most rows, columns from id 1 on. A column may have a form:
# ? optional, - signed, @ tick, ! not a field but part of something else.
TABLES = {
    "STRS": ("string", 16777216, "length! text!"),
    "META": ("meta", 1, "pid clock_kind start.tick= start.mono_ns= start.real_ns- end.tick="
             " end.mono_ns= end.real_ns- gap_limit= builtins stop_status lost_events= forks="
             " python executable platform live killed folds= parent_pid parent_trace"
             " costs.call.inner costs.call.outer costs.c_call.inner costs.c_call.outer costs.start.inner costs.start.outer"
             " costs.step.inner costs.step.outer costs.link.inner costs.link.outer"
             " include exclude takeovers="),
    "ARGV": ("argument", 65536, "string"),
    "FUNC": ("function", 16777216, "name file module line kind flags"),
    "THRD": ("thread", 1048576, "id name node_count native_id= count= first@ last@ busy="
             " dropped= unwound= vanished= origin?"),
    "NODE": ("node", 134217728, "up! outer! function? edge origin? folded calls= raised="
             " unfinished= begun_before= suspensions= run= await= hosted= gap= gap_before="
             " gap_cpu_ns="),
    "SPWN": ("spawn", 16777216, "root creator? name count= longest= span="),
    "TASK": ("task", 16777216, "spawn thread name segments raised unfinished start@ end@"
             " parked="),
    "HOLD": ("hold", 134217728, "node over_10ms over_50ms over_100ms longest= held= asked="
             " cpu_ns="),
    "PACK": ("pack", 1, "host corograph salvaged"),
    "SRCS": ("source", 1048576, "file state sha256_0= sha256_1="),
    "INDX": ("chunk", 65536, "type offset= stored"),
}
# Types whose payload is no table.
WHOLE = ("END ", "GRUP")
# The order in which a dump prints them.
DUMPED = ("FUNC", "THRD", "NODE", "SPWN", "TASK", "HOLD", "ARGV", "PACK", "SRCS")


class TraceError(Exception):
    """kind is one of format, corrupt, truncated, unsupported, limit."""

    def __init__(self, kind, offset, text):
        super().__init__(f"{kind} at {offset}: {text}")
        self.kind, self.offset = kind, offset


class Damage(Exception):
    """Something wrong in a payload; (kind, text)."""


def corrupt(text):
    return Damage("corrupt", text)


class Bytes:
    """A payload that is read from front to back."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def left(self):
        return len(self.data) - self.at

    def take(self, n):
        if n > self.left():
            raise corrupt("cut")
        self.at += n
        return self.data[self.at - n:self.at]

    def varint(self):
        got = 0
        for i in range(10):
            byte = self.take(1)[0]
            if i == 9 and byte > 1:
                raise corrupt("more than 64 bits")
            got |= (byte & 0x7F) << (7 * i)
            if byte & 0x80:
                continue
            if byte == 0 and i > 0:
                raise corrupt("not the shortest form")
            return got
        raise corrupt("more than 64 bits")


def get_planes(data, count):
    lengths = data.take(count)
    values = [0] * count
    for plane in range(8):
        for i, length in enumerate(lengths):
            if length > 8:
                raise corrupt("a length above 8")
            if length > plane:
                byte = data.take(1)[0]
                if length == plane + 1 and byte == 0:
                    raise corrupt("a highest byte of 0")
                values[i] |= byte << (8 * plane)
    return values


def get_sparse(data, count):
    some = data.varint()
    if some > count:
        raise corrupt("more values than rows")
    skips = [data.varint() for _ in range(some)]
    values, row = [0] * count, 0
    for skip, value in zip(skips, get_planes(data, some)):
        row += skip
        if row >= count or value == 0:
            raise corrupt("a value outside of the rows")
        values[row] = value
        row += 1
    return values


def get_dense(data, count):
    return [data.varint() for _ in range(count)]


CODINGS = {0: get_dense, 1: get_sparse, 2: get_planes}
WHERE = 4


class Table:
    """Section 5."""

    def __init__(self, payload):
        data = Bytes(payload)
        self.first, self.count = data.varint(), data.varint()
        if self.count > ROWS_MAX:
            raise Damage("limit", "too many rows")
        if self.count > len(payload) or self.first > U32 or self.first + self.count >= U32:
            raise corrupt("more rows than bytes")
        self.columns, last = {}, -1
        while data.left():
            number, coding = data.take(2)
            if number <= last:
                raise corrupt("columns out of order")
            last = number
            self.columns[number] = (coding, data.take(data.varint()))

    def values(self, number):
        if number not in self.columns:
            return [0] * self.count
        coding, data = self.columns[number]
        if coding == 3:
            raise corrupt("bytes where there should be numbers")
        if coding == WHERE:
            raise corrupt("a column that cannot depend on another")
        if coding not in CODINGS:
            raise Damage("unsupported", "a coding that is not known")
        data = Bytes(data)
        values = CODINGS[coding](data, self.count)
        if data.left():
            raise corrupt("a column with bytes left")
        return values

    def where(self, number, allowed):
        """The values of a column, by those of one of the `allowed` where it depends on one."""
        coding, data = self.columns.get(number, (0, b""))
        if coding != WHERE:
            return self.values(number)
        data = Bytes(data)
        by, limit, some = data.take(1)[0], data.varint(), data.varint()
        if by >= number or by not in allowed:
            raise corrupt("a column that depends on what it cannot")
        rows = [i for i, value in enumerate(self.where(by, allowed)) if value > limit]
        if some != len(rows):
            raise corrupt("not a value for each row that has one")
        values = [0] * self.count
        for row, value in zip(rows, get_planes(data, some)):
            values[row] = value
        if data.left():
            raise corrupt("a column with bytes left")
        return values

    def bytes(self, number):
        coding, data = self.columns.get(number, (3, b""))
        if coding != 3:
            raise corrupt("numbers where there should be bytes")
        return data


def unzigzag(value):
    return (value >> 1) ^ -(value & 1)


def fields(table, kind, start):
    """The rows of a table as dicts, by section 6."""
    rows = [{} for _ in range(table.count)]
    names = TABLES[kind][2].split()
    plain = [number for number, name in enumerate(names, 1) if name[-1] not in "?-@!"]
    for number, name in enumerate(names, 1):
        form = name[-1] if name[-1] in "?-@=!" else ""
        if form == "!":
            continue
        values = table.values(number) if form in "?@" and form else table.where(number, plain)
        for row, value in zip(rows, values):
            if form == "?":
                value = value - 1 if value else None
            elif form == "-":
                value = unzigzag(value)
            elif form == "@":
                value = (unzigzag(value) + start) & U64
            if form in ("", "?") and value is not None and value > U32:
                raise corrupt("a number that is too large")
            row[name.rstrip("?-@=")] = value
    return rows


def is_clean(text):
    return not any(ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F for c in text)


class Trace:
    def __init__(self):
        self.version = None
        self.chunks = []
        self.strings = []
        self.meta = None
        self.rows = {kind: [] for kind in DUMPED}
        self.index = None
        self.complete = False

    functions = property(lambda self: self.rows["FUNC"])
    threads = property(lambda self: self.rows["THRD"])
    nodes = property(lambda self: self.rows["NODE"])
    spawns = property(lambda self: self.rows["SPWN"])
    tasks = property(lambda self: self.rows["TASK"])
    holds = property(lambda self: self.rows["HOLD"])

    def ns(self, ticks):
        """Section 7."""
        t = self.meta["end.tick"] - self.meta["start.tick"]
        m = self.meta["end.mono_ns"] - self.meta["start.mono_ns"]
        if t <= 0 or m <= 0:
            return ticks
        return min((ticks * m + t // 2) // t, U64)

    def command(self):
        return [self.strings[row["string"]] for row in self.rows["ARGV"]]


class Decoder:
    """The chunks' payloads, section 6."""

    def __init__(self, trace):
        self.trace = trace
        self.ended = None

    def string(self, row, *names):
        for name in names:
            if row[name] >= len(self.trace.strings):
                raise corrupt("a string that is not there")

    def take(self, kind, payload):
        if kind == "END ":
            self.end(payload)
            return
        if kind == "GRUP":
            self.group(Bytes(payload))
            return
        table = Table(payload)
        if kind == "STRS":
            self.strings(table)
        elif kind == "META":
            self.meta(table)
        elif kind == "INDX":
            if self.trace.index is not None or table.first:
                raise corrupt("more than one index")
            self.trace.index = fields(table, kind, 0)
        else:
            self.table(kind, table)

    def group(self, data):
        while data.left():
            kind, flags = data.take(4).decode("latin-1"), data.take(1)[0]
            payload = data.take(data.varint())
            if kind in ("GRUP", "INDX", "END "):
                raise corrupt("a group of what cannot be in one")
            if kind in TABLES and not flags & ~REQUIRED:
                self.take(kind, payload)
            elif flags & REQUIRED:
                raise Damage("unsupported", "a required chunk of an unknown type")

    def strings(self, table):
        strings = self.trace.strings
        if table.first != len(strings) or not table.count:
            raise corrupt("strings out of order")
        text = Bytes(table.bytes(2))
        for length in table.values(1):
            if length > STRING_MAX:
                raise Damage("limit", "a long string")
            try:
                string = text.take(length).decode("utf-8")
            except UnicodeDecodeError:
                raise corrupt("a string that is not UTF-8") from None
            if not is_clean(string):
                raise corrupt("a control character")
            strings.append(string)
        if text.left() or strings[0]:
            raise corrupt("strings that are not right")

    def meta(self, table):
        if self.trace.meta is not None or table.first or table.count != 1:
            raise corrupt("not one row")
        row, = fields(table, "META", 0)
        self.string(row, "python", "executable", "platform", "parent_trace", "include",
                    "exclude")
        if row["live"] > 1 or row["killed"] > 1:
            raise corrupt("neither yes nor no")
        self.trace.meta = row

    def table(self, kind, table):
        rows = self.trace.rows[kind]
        if self.trace.meta is None or table.first != len(rows) or not table.count:
            raise corrupt("a table out of order")
        if len(rows) + table.count > TABLES[kind][1]:
            raise Damage("limit", "too many rows")
        if kind == "THRD" and self.trace.nodes:
            raise corrupt("threads after nodes")
        rows += fields(table, kind, self.trace.meta["start.tick"])
        if kind == "NODE":
            self.shape(table)
        check = getattr(self, "check_" + TABLES[kind][0])
        for i in range(table.first, len(rows)):
            check(rows[i], i)

    def shape(self, table):
        nodes, first = self.trace.nodes, table.first
        outer = Bytes(table.bytes(2))
        cursor = first - 1 if first else None
        for i, up in enumerate(table.values(1), first):
            at, outside = i - 1, i == first
            while up:
                if outside:
                    raise corrupt("a way up that is too long")
                at, up = nodes[at]["parent"], up - 1
                outside = at is None or at < first
            if outside:
                at = outer.varint() - 1
                if at >= first:
                    raise corrupt("an outer parent inside")
                at = None if at < 0 else at
                while cursor is not None and cursor != at:
                    cursor = nodes[cursor]["parent"]
                if cursor != at:
                    raise corrupt("a parent that is not on the way up")
            nodes[i]["parent"] = at
        if outer.left():
            raise corrupt("outer parents left")

    def gaps(self, row):
        """From what is stored to what it stands for, section 6.6."""
        if 0 < row["gap"] <= row["run"]:
            row["gap"] = row["run"] + 1 - row["gap"]
        expected = self.trace.ns((row["gap"] + row["gap_before"]) & U64)
        row["gap_cpu_ns"] = (expected - unzigzag(row["gap_cpu_ns"])) & U64

    def check_argument(self, row, i):
        self.string(row, "string")

    def check_function(self, row, i):
        self.string(row, "name", "file", "module")
        if row["kind"] > 4:
            raise corrupt("an unknown kind")

    def check_thread(self, row, i):
        self.string(row, "name")
        before = self.trace.threads[i - 1] if i else {"root": 0, "node_count": 0}
        row["root"] = before["root"] + before["node_count"]
        if not row["node_count"]:
            raise corrupt("no root")
        if row["root"] + row["node_count"] > TABLES["NODE"][1]:
            raise Damage("limit", "too many nodes")

    def thread_of(self, i):
        for number, thread in enumerate(self.trace.threads):
            if i < thread["root"] + thread["node_count"]:
                return number
        raise corrupt("a node of no thread")

    def check_node(self, row, i):
        last = self.trace.nodes[i - 1]["thread"] if i else 0
        threads = self.trace.threads
        if last >= len(threads) or i >= threads[last]["root"] + threads[last]["node_count"]:
            last = self.thread_of(i)
        row["thread"], root = last, threads[last]["root"]
        self.gaps(row)
        if (row["parent"] is None) != (i == root) or (row["function"] is None) != (i == root):
            raise corrupt("a root that is none")
        if row["function"] is not None and row["function"] >= len(self.trace.functions):
            raise corrupt("a function that is not there")
        if row["edge"] > 2 or row["folded"] > 1 or (row["edge"] == 2 and row["parent"] != root):
            raise corrupt("an edge that cannot be")

    def check_spawn(self, row, i):
        nodes = self.trace.nodes
        self.string(row, "name")
        if row["root"] >= len(nodes) or nodes[row["root"]]["parent"] is None:
            raise corrupt("a root that is not there")
        if row["creator"] is not None and row["creator"] >= len(nodes):
            raise corrupt("a creator that is not there")

    def check_task(self, row, i):
        self.string(row, "name")
        if (row["spawn"] >= len(self.trace.spawns) or row["raised"] > 1
                or row["thread"] >= len(self.trace.threads) or row["unfinished"] > 1):
            raise corrupt("a task of nothing")

    def check_hold(self, row, i):
        if row["node"] >= len(self.trace.nodes):
            raise corrupt("a node that is not there")

    def check_pack(self, row, i):
        self.string(row, "host", "corograph")
        if row["salvaged"] > 1:
            raise corrupt("neither yes nor no")

    def check_source(self, row, i):
        self.string(row, "file")
        if row["state"] > 2:
            raise corrupt("a file in an unknown state")

    def end(self, payload):
        if len(payload) != END:
            raise corrupt("an end of the wrong size")
        self.ended = struct.unpack("<QQ10I", payload)
        rows = self.trace.rows
        have = [len(self.trace.strings)] + [len(rows[kind]) for kind in
                                            ("FUNC", "THRD", "NODE", "SPWN", "TASK", "HOLD",
                                             "ARGV")]
        if list(self.ended[3:11]) != have:
            raise corrupt("other totals")

    def finish(self):
        trace = self.trace
        if trace.meta is None or not trace.strings:
            raise corrupt("no facts")
        last = trace.threads[-1] if trace.threads else {"root": 0, "node_count": 0}
        if last["root"] + last["node_count"] != len(trace.nodes):
            raise corrupt("nodes that are not there")
        for row in trace.nodes:
            if row["origin"] is not None and row["origin"] >= len(trace.nodes):
                raise corrupt("an origin that is not there")
        for row in trace.threads:
            if row["origin"] is not None and row["origin"] >= len(trace.nodes):
                raise corrupt("an origin that is not there")


def read_header(data):
    if len(data) < len(MAGIC) or data[:len(MAGIC)] != MAGIC:
        raise TraceError("format", 0, "not a trace")
    if len(data) < HEADER:
        raise TraceError("truncated", len(data), "cut within the header")
    major, minor, incompatible, _, _, crc = struct.unpack_from("<HHIIQI", data, 8)
    if zlib.crc32(data[:28]) != crc:
        raise TraceError("corrupt", 8, "the header's checksum")
    if major != 1:
        raise TraceError("unsupported", 8, f"version {major}.{minor}")
    if incompatible:
        raise TraceError("unsupported", 12, "features")
    return major, minor


def inflate(stored, raw, flags):
    if not flags & DEFLATED:
        if len(stored) != raw:
            raise corrupt("raw and stored differ")
        return stored
    stream = zlib.decompressobj()
    try:
        payload = stream.decompress(stored, raw + 1)
    except zlib.error:
        raise corrupt("does not inflate") from None
    if len(payload) != raw or not stream.eof or stream.unused_data:
        raise corrupt("inflates to another size")
    return payload


def read_head(data, at, sequence):
    if len(data) - at < HEAD:
        raise TraceError("truncated", len(data), "no END chunk")
    kind, flags, _, number, raw, stored, crc, own = struct.unpack_from("<4sHHIIIII", data, at)
    if zlib.crc32(data[at:at + 24]) != own:
        raise TraceError("corrupt", at, "the checksum of a chunk's head")
    if raw > RAW_MAX or stored > STORED_MAX:
        raise TraceError("limit", at, "a large chunk")
    if raw // DEFLATE_MOST > stored:
        raise TraceError("corrupt", at, "more than deflate can do")
    if number != sequence:
        raise TraceError("corrupt", at, "a chunk is missing")
    return kind, flags, raw, stored, crc


def decode(data):
    """The Trace in these bytes; TraceError."""
    trace = Trace()
    trace.version = read_header(data)
    decoder, at = Decoder(trace), HEADER
    while not decoder.ended:
        kind, flags, raw, stored, crc = read_head(data, at, len(trace.chunks))
        payload = data[at + HEAD:at + HEAD + stored]
        if len(payload) < stored:
            raise TraceError("truncated", len(data), "cut within a chunk")
        if zlib.crc32(payload) != crc:
            raise TraceError("corrupt", at, "the checksum of a chunk")
        name = kind.decode("latin-1")
        known = (name in TABLES or name in WHOLE) and not flags & ~3
        if not known and flags & REQUIRED:
            raise TraceError("unsupported", at, "a required chunk of an unknown type")
        try:
            if known:
                decoder.take(name, inflate(payload, raw, flags))
            elif not flags & ~3:
                inflate(payload, raw, flags)
        except Damage as damage:
            raise TraceError(damage.args[0], at, damage.args[1]) from None
        trace.chunks.append({"type": name, "offset": at, "raw": raw, "stored": stored,
                             "skipped": not known})
        at += HEAD + stored
    if at != len(data):
        raise TraceError("corrupt", at, "bytes after the end")
    if decoder.ended[1] != at or decoder.ended[2] != len(trace.chunks) - 1:
        raise TraceError("corrupt", at, "the end of another file")
    try:
        decoder.finish()
    except Damage as damage:
        raise TraceError(damage.args[0], at, damage.args[1]) from None
    trace.complete = not any(row["salvaged"] for row in trace.rows["PACK"])
    return trace


def read(path):
    with open(path, "rb") as file:
        return decode(file.read())


def dump_row(name, row, kind):
    out = [name]
    if row.get("parent") is not None:
        out.append(f"parent={row['parent']}")
    for column in TABLES[kind][2].split():
        form = column[-1] if column[-1] in "?-@=!" else ""
        column = column.rstrip("?-@=!")
        value = row.get(column)
        if form != "!" and value is not None and (value or form in ("?", "-")):
            out.append(f"{column}={value}")
    return " ".join(out)


def dump(trace):
    """Lines as `corograph dump` prints them."""
    yield "format %d.%d" % trace.version
    for i, chunk in enumerate(trace.chunks):
        name = "".join(c if " " < c < "\x7f" else "_" for c in chunk["type"])
        yield (f"chunk {i} type={name} offset={chunk['offset']} raw={chunk['raw']}"
               f" stored={chunk['stored']}" + (" skipped" if chunk["skipped"] else ""))
    yield dump_row("meta", trace.meta, "META") + f" complete={int(trace.complete)}"
    for i, string in enumerate(trace.strings):
        yield f'string {i} "{string}"'
    for kind in DUMPED:
        for i, row in enumerate(trace.rows[kind]):
            yield dump_row(f"{TABLES[kind][0]} {i}", row, kind)


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    try:
        trace = read(sys.argv[1])
    except TraceError as error:
        sys.exit(f"{sys.argv[1]}: {error}")
    for line in dump(trace):
        print(line)


if __name__ == "__main__":
    main()
