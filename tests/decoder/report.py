#!/usr/bin/env python3
"""The JSON report of a trace, computed a second time: `report.py FILE`.

After doc/semantics.md and doc/trace-format.md, with none of the library's code and none of
its shortcuts: for every node it looks at everything above. The tests compare the result with
`corograph report --format json`.
"""
import json
import sys
from collections import defaultdict

import decode

CALL, AWAIT, SPAWN = range(3)
KINDS = ("function", "coroutine", "generator", "async_generator", "builtin")
CLOCKS = ("clock_monotonic", "tsc", "cntvct", "made_up", "clock_monotonic_coarse")
COUNTS = ("calls", "raised", "unfinished", "begun_before", "suspensions")


class Node:
    """A node with its numbers in nanoseconds and its inclusive ones."""

    def __init__(self, row, trace, function_of):
        self.parent, self.edge, self.origin = row["parent"], row["edge"], row["origin"]
        self.thread = row["thread"]
        self.function = None if row["function"] is None else function_of[row["function"]]
        self.row = row
        self.run = trace.ns(row["run"])
        self.wait = trace.ns(row["await"])
        self.hosted = trace.ns(row["hosted"])
        self.cpu = 0
        # over CALL and AWAIT edges; await over AWAIT edges only
        self.all_run, self.all_hosted, self.all_wait = self.run, self.hosted, self.wait
        self.all_cpu = self.work = 0


def book_cpu(trace, nodes):
    """CPU time of one thread's nodes; what one cannot bear is shared out among the others."""
    total = most = 0
    for node in nodes:
        row = node.row
        less = trace.ns(row["gap"] + row["gap_before"]) if row["gap"] or row["gap_before"] else 0
        exact = node.run + row["gap_cpu_ns"] - less
        node.cpu = max(0, min(exact, node.run))
        total += exact
        most += node.run
    aim, have = max(0, min(total, most)), sum(node.cpu for node in nodes)
    if have > aim:
        share_out(nodes, aim, have, [n.cpu for n in nodes], -1)
    elif have < aim and most > have:
        share_out(nodes, aim - have, most - have, [n.run - n.cpu for n in nodes], 1)


def share_out(nodes, part, whole, weights, sign):
    """In proportion to the weights, exact in sum: to `part`, or by `part` more."""
    before = given = 0
    for node, weight in zip(nodes, weights):
        before += weight
        upto = before * part // whole
        node.cpu = upto - given if sign < 0 else node.cpu + upto - given
        given = upto


class Report:
    def __init__(self, trace):
        self.trace = trace
        self.number_functions()
        self.nodes = [Node(row, trace, self.function_of) for row in trace.nodes]
        for thread in trace.threads:
            tree = self.nodes[thread["root"]:thread["root"] + thread["node_count"]]
            book_cpu(trace, tree)
            tree[0].cpu = 0
        self.add_up()

    def number_functions(self):
        strings = self.trace.strings
        keys = [(strings[f["file"]], f["line"], strings[f["name"]], f["kind"])
                for f in self.trace.functions]
        self.functions = sorted(set(keys))
        index = {key: i for i, key in enumerate(self.functions)}
        self.function_of = [index[key] for key in keys]

    def add_up(self):
        for node in self.nodes:
            node.all_cpu = node.cpu
        for node in reversed(self.nodes):
            if node.parent is None or node.edge == SPAWN:
                continue
            above = self.nodes[node.parent]
            above.all_run += node.all_run
            above.all_cpu += node.all_cpu
            above.all_hosted += node.all_hosted
            if node.edge == AWAIT:
                above.all_wait += node.all_wait
        for node in self.nodes:
            for above in self.above(node, self.maker, itself=True):
                above.work += node.run

    # Ways up, as functions from a node to the next one or None.

    def caller(self, node):
        """Along CALL and AWAIT edges."""
        if node.parent is None or node.edge == SPAWN:
            return None
        above = self.nodes[node.parent]
        return above if above.function is not None else None

    def awaiter(self, node):
        return self.caller(node) if node.edge == AWAIT else None

    def maker(self, node):
        """Along all edges: a task's root was made by its creator."""
        if node.edge != SPAWN:
            return self.caller(node)
        above = None if node.origin is None else self.nodes[node.origin]
        return above if above and above.function is not None else None

    @staticmethod
    def above(node, way, itself=False):
        if itself:
            yield node
        node = way(node)
        while node is not None:
            yield node
            node = way(node)

    def is_outermost(self, node, way):
        return all(above.function != node.function for above in self.above(node, way))

    def edge_key(self, node):
        above = self.caller(node)
        return None if above is None else (above.function, node.function, node.edge)

    def edge_is_outermost(self, node, way):
        key = self.edge_key(node)
        return all(self.edge_key(above) != key for above in self.above(node, way))

    def function_rows(self):
        rows = [defaultdict(int) for _ in self.functions]
        for node in self.nodes:
            if node.function is None:
                continue
            row = rows[node.function]
            for name in COUNTS:
                row[name] += node.row[name]
            row["folded"] |= node.row["folded"]
            row["self_run_ns"] += node.run
            row["self_await_ns"] += node.wait
            row["self_cpu_ns"] += node.cpu
            if self.is_outermost(node, self.caller):
                row["primitive_calls"] += node.row["calls"]
                row["run_ns"] += node.all_run
                row["cpu_ns"] += node.all_cpu
                row["hosted_ns"] += node.all_hosted
            if self.is_outermost(node, self.awaiter):
                row["await_ns"] += node.all_wait
            if self.is_outermost(node, self.maker):
                row["work_ns"] += node.work
        for (file, line, name, kind), row in zip(self.functions, rows):
            row["finished"] = row["calls"] - row["raised"] - row["unfinished"]
            row["wall_ns"] = row["run_ns"] + row["await_ns"] + row["hosted_ns"]
            yield {"name": name, "file": file, "line": line, "kind": KINDS[kind],
                   **{key: row[key] for key in (
                       "calls", "primitive_calls", "finished", "raised", "unfinished",
                       "begun_before", "suspensions", "wall_ns", "run_ns", "await_ns",
                       "hosted_ns", "cpu_ns", "work_ns", "self_run_ns", "self_await_ns",
                       "self_cpu_ns")},
                   "inexact": row["folded"] == 1}

    def edge_rows(self):
        rows = defaultdict(lambda: defaultdict(int))
        for node in self.nodes:
            if node.function is None:
                continue
            if node.edge == SPAWN:
                above = self.maker(node)
                if above is not None:
                    self.add_edge(rows[above.function, node.function, SPAWN], node, True, True)
            elif self.edge_key(node):
                row = rows[self.edge_key(node)]
                row["calls"] += node.row["calls"]
                self.add_edge(row, node, self.edge_is_outermost(node, self.caller),
                              self.edge_is_outermost(node, self.awaiter))
        for spawn in self.trace.spawns:
            creator, root = self.spawn_functions(spawn)
            if creator is not None:
                rows[creator, root, SPAWN]["calls"] += spawn["count"]
        for (caller, callee, kind), row in sorted(rows.items()):
            yield {"caller": caller, "callee": callee, "kind": ("call", "await", "spawn")[kind],
                   "calls": row["calls"],
                   "wall_ns": row["run"] + row["await"] + row["hosted"], "run_ns": row["run"],
                   "await_ns": row["await"], "cpu_ns": row["cpu"]}

    @staticmethod
    def add_edge(row, node, outermost, await_outermost):
        if outermost:
            row["run"] += node.all_run
            row["cpu"] += node.all_cpu
            row["hosted"] += node.all_hosted
        if await_outermost:
            row["await"] += node.all_wait

    def spawn_functions(self, spawn):
        creator = None if spawn["creator"] is None else self.nodes[spawn["creator"]].function
        return creator, self.nodes[spawn["root"]].function

    def task_rows(self):
        rows = {}
        for spawn in self.trace.spawns:
            creator, root = self.spawn_functions(spawn)
            row = rows.setdefault((root, creator), defaultdict(int))
            row["count"] += spawn["count"]
            row["span"] += self.trace.ns(spawn["span"])
            row["longest"] = max(row["longest"], self.trace.ns(spawn["longest"]))
            row["name"] = self.trace.strings[spawn["name"]]
        for node in self.nodes:
            if node.function is None or node.edge != SPAWN:
                continue
            above = self.maker(node)
            row = rows.setdefault((node.function, above and above.function), defaultdict(int))
            row["run"] += node.all_run
            row["await"] += node.all_wait
            row["cpu"] += node.all_cpu
        last = len(self.functions)
        for (root, creator), row in sorted(
                rows.items(), key=lambda r: tuple(last if i is None else i for i in r[0])):
            yield {"name": row["name"] if row["count"] == 1 and row["name"]
                   else self.functions[root][2],
                   "root": root, "creator": creator, "count": row["count"],
                   "span_ns": row["span"], "run_ns": row["run"],
                   "await_ns": row["await"], "cpu_ns": row["cpu"],
                   "longest_ns": row["longest"]}

    def thread_rows(self):
        start = self.trace.meta["start.tick"]
        for thread in self.trace.threads:
            tree = self.nodes[thread["root"] + 1:thread["root"] + thread["node_count"]]
            yield {"id": thread["id"], "name": self.trace.strings[thread["name"]],
                   "native_id": thread["native_id"], "count": thread["count"],
                   "creator": None if thread["origin"] is None
                   else self.nodes[thread["origin"]].function,
                   "run_ns": sum(node.run for node in tree),
                   "cpu_ns": sum(node.cpu for node in tree),
                   "first_ns": self.trace.ns(thread["first"] - start),
                   "last_ns": self.trace.ns(thread["last"] - start)}

    def whole(self):
        meta, strings = self.trace.meta, self.trace.strings
        return {
            "schema": "corograph-report/1",
            "trace": {
                "complete": self.trace.complete, "python": strings[meta["python"]],
                "clock": {"wall": CLOCKS[meta["clock_kind"]], "cpu": "thread_cputime_gap"},
                "start_unix_ns": meta["start.real_ns"],
                "elapsed_ns": self.trace.ns(meta["end.tick"] - meta["start.tick"]),
                "command": self.trace.command(), "pid": meta["pid"],
                "lost_events": meta["lost_events"], "takeovers": meta["takeovers"],
                "include": strings[meta["include"]], "exclude": strings[meta["exclude"]], "compensated": None},
            "functions": list(self.function_rows()), "edges": list(self.edge_rows()),
            "threads": list(self.thread_rows()), "tasks": list(self.task_rows())}


def report(path):
    return Report(decode.read(path)).whole()


if __name__ == "__main__":
    json.dump(report(sys.argv[1]), sys.stdout, indent=1)
