#!/usr/bin/python3
"""Prints what the window of a running KCachegrind shows, as JSON.

    /usr/bin/python3 -I kcachegrind_read.py PID FILE

The window is read through the accessibility bus (AT-SPI), so these are the texts that a user
sees:

    {"title": of the window, "event": the event type shown first, "events": [all of them],
     "functions": [{column: text}]}          the function list, most costly first

Exit status 1 if there is no window with FILE in its title, or its list does not come to rest.
Needs Debian's own python3: it alone has pyatspi.
"""
import json
import sys
import time

import pyatspi

SECONDS = 8


def below(node, depth=0):
    """The accessible object and all in it, except the contents of menus and tables."""
    yield node
    if depth < 25 and node.getRoleName() not in ("menu bar", "tree"):
        for child in node:
            if child is not None:
                yield from below(child, depth + 1)


def table(node):
    """Rows of an accessible table, each a dictionary from column title to text."""
    cells = node.queryTable()
    titles = [cells.getColumnDescription(c) for c in range(cells.nColumns)]
    return [{title: cells.getAccessibleAt(r, c).name for c, title in enumerate(titles)}
            for r in range(cells.nRows)]


def titled_table(node, *columns):
    """Is the node a table with these columns?"""
    if node.getRoleName() != "tree":
        return False
    cells = node.queryTable()
    have = {cells.getColumnDescription(c) for c in range(cells.nColumns)}
    return have.issuperset(columns)


def read(window):
    """What the window shows."""
    shown = {"title": window.name, "event": None, "events": [], "functions": []}
    for node in below(window):
        if titled_table(node, "Incl.", "Self", "Called", "Function", "Location"):
            shown["functions"] = table(node)
        elif node.getRoleName() == "combo box" and "Grouping" not in node.name:
            shown["event"] = node.name
            shown["events"] = [item.name for item in node[0]]
    return shown


def main_window(pid, file):
    for application in pyatspi.Registry.getDesktop(0):
        if application and application.get_process_id() == pid:
            for child in application:
                if child and child.getRoleName() == "frame" and file in child.name:
                    return child
    return None


def main():
    pid, file = int(sys.argv[1]), sys.argv[2]
    before, end = None, time.monotonic() + SECONDS
    while time.monotonic() < end:
        window = main_window(pid, file)
        shown = window and read(window)
        if shown and shown["functions"] and shown == before:
            json.dump(shown, sys.stdout, indent=1)
            return 0
        before = shown
        time.sleep(0.3)
    return 1


if __name__ == "__main__":
    sys.exit(main())
