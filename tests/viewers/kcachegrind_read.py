#!/usr/bin/python3
"""Opens a callgrind file in KCachegrind and writes down what it shows.

    xvfb-run -a dbus-run-session -- /usr/bin/python3 -I kcachegrind_read.py FILE FOLDER

FOLDER is an empty one, for KCachegrind's settings and for the result, shown.json. The window
is read through the accessibility bus (AT-SPI), so these are the texts that a user sees:

    {"title": of the window, "event": the event type shown first, "events": [all of them],
     "functions": [{column: text}],          the function list, most costly first
     "messages": [complaints of the loader], "errors": [why there is nothing to see]}

Needs Debian's own python3: it alone has pyatspi.
"""
import json
import os
import re
import subprocess
import sys
import time

import pyatspi

LOAD_SECONDS = 60
MAX_ROWS = 500
# Numbers instead of percentages; each function with its own cost, in a cycle or not.
SETTINGS = f"""[GeneralSettings]
ShowPercentage=false
ShowCycles=false
MaxListCount={MAX_ROWS}
[TipOfDay]
RunOnStart=false
"""
COMPLAINT = re.compile(r'^Loading ".*" : \d+ : .*', re.M)


def start(path, folder):
    """KCachegrind on `path`, with settings, log and HOME in `folder`."""
    env = dict(os.environ, HOME=folder, XDG_CONFIG_HOME=folder, XDG_RUNTIME_DIR=folder,
               LC_ALL="C.UTF-8", QT_QPA_PLATFORM="xcb", QT_ACCESSIBILITY="1",
               QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1", QT_LOGGING_RULES="default.debug=true")
    os.chmod(folder, 0o700)
    with open(os.path.join(folder, "kcachegrindrc"), "w") as f:
        f.write(SETTINGS)
    with open(os.path.join(folder, "log"), "w") as log:
        # From /, so that no source file is found by accident.
        return subprocess.Popen(["kcachegrind", path], cwd="/", env=env, stdout=log, stderr=log)


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


def main_window(pid):
    for application in pyatspi.Registry.getDesktop(0):
        if application and application.get_process_id() == pid:
            for child in application:
                if child and child.getRoleName() == "frame" and child.name:
                    return child
    return None


def wait(program, path):
    """Reads the window until the file is loaded and its list has come to rest."""
    title, before = None, None
    end = time.monotonic() + LOAD_SECONDS
    while time.monotonic() < end:
        time.sleep(0.3)
        if program.poll() is not None:
            return {"errors": [f"kcachegrind ended with status {program.returncode}"]}
        try:
            window = main_window(program.pid)
            title = window and window.name
            shown = read(window) if title and os.path.basename(path) in title else None
        except Exception:  # pyatspi's own, when the window changes while it is read
            continue
        if shown and shown["functions"] and shown == before:
            return {**shown, "errors": []}
        before = shown
    return {"errors": [f"not loaded after {LOAD_SECONDS} s, window: {title}"]}


def main():
    path, folder = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
    program = start(path, folder)
    try:
        shown = wait(program, path)
    finally:
        program.kill()
        program.wait()
    with open(os.path.join(folder, "log"), errors="replace") as log:
        shown["messages"] = COMPLAINT.findall(log.read())
    with open(os.path.join(folder, "shown.json"), "w") as out:
        json.dump(shown, out, indent=1)
    return bool(shown["errors"])


if __name__ == "__main__":
    sys.exit(main())
