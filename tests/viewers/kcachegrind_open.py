"""Opens a callgrind file in KCachegrind, where nobody sees it, and prints what it shows.

    python3 kcachegrind_open.py FILE FOLDER

FOLDER is an empty one: HOME of a session of its own, with display, message bus, settings and
log. The result is FOLDER/shown.json: what kcachegrind_read.py finds in the window, and

    {"messages": [complaints of the loader], "errors": [why there is nothing to see]}
"""
import json
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SYSTEM_PYTHON = "/usr/bin/python3"
# How long it has to come up. One that starts before the accessibility bus is ready never shows
# itself there, nor does any where that bus did not come up: so each try is a session of its own.
LOAD_SECONDS = 30, 60, 60, 60
READ_SECONDS = 30
# Numbers instead of percentages; each function with its own cost, in a cycle or not.
SETTINGS = """[GeneralSettings]
ShowPercentage=false
ShowCycles=false
MaxListCount=500
[TipOfDay]
RunOnStart=false
"""
COMPLAINT = re.compile(r'^Loading ".*" : \d+ : .*', re.M)


def run_session(path, folder, seconds):
    """Runs this program again with a message bus of its own, and nothing of the user's."""
    os.mkdir(folder, 0o700)
    names = "HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"
    env = dict(os.environ, LC_ALL="C.UTF-8", CG_VIEWERS_SESSION=str(seconds),
               **dict.fromkeys(names, folder))
    subprocess.run(["dbus-run-session", "--", sys.executable, __file__, path, folder], env=env)
    try:
        with open(os.path.join(folder, "shown.json"), encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        return {"errors": [str(error)], "messages": []}


def start_display():
    """Gives the display's process, when it is ready."""
    ready, say = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(say), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=[say], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(say)
    with open(ready) as numbers:
        os.environ["DISPLAY"] = f":{numbers.readline().strip()}"
    return server


def start_kcachegrind(path, folder):
    with open(os.path.join(folder, "kcachegrindrc"), "w") as f:
        f.write(SETTINGS)
    env = dict(os.environ, QT_QPA_PLATFORM="xcb", QT_ACCESSIBILITY="1",
               QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1", QT_LOGGING_RULES="default.debug=true")
    with open(os.path.join(folder, "log"), "w") as log:
        # From /, so that no source file is found by accident.
        return subprocess.Popen(["kcachegrind", path], cwd="/", env=env, stdout=log, stderr=log)


def read(program, path, seconds):
    """What the window shows, once it is there. A reader that comes before KCachegrind has all its accessible
    objects up never sees them, so each try is a new one."""
    command = [SYSTEM_PYTHON, "-I", os.path.join(HERE, "kcachegrind_read.py"), str(program.pid),
               os.path.basename(path)]
    said, end = "", time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(1)
        if program.poll() is not None:
            return {"errors": [f"kcachegrind ended with status {program.returncode}"]}
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=READ_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        if done.returncode == 0:
            return {**json.loads(done.stdout[done.stdout.index("{"):]), "errors": []}
        said = done.stderr.strip()
    return {"errors": [f"not loaded after {seconds} s"] + said.splitlines()[-1:]}


def end(process):
    process.kill()
    process.wait()


def open_and_read(path, folder, seconds):
    program = start_kcachegrind(path, folder)
    try:
        return read(program, path, seconds)
    finally:
        end(program)


def in_session(path, folder, seconds):
    """One try, with what the program said of the file."""
    display = start_display()
    try:
        shown = open_and_read(path, folder, seconds)
    finally:
        end(display)
    with open(os.path.join(folder, "log"), errors="replace") as log:
        said = log.read()
    shown["messages"] = COMPLAINT.findall(said)
    if shown["errors"]:
        shown["errors"] += said.strip().splitlines()[-3:]
    return shown


def main():
    path, folder = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
    if "CG_VIEWERS_SESSION" in os.environ:
        shown = in_session(path, folder, float(os.environ["CG_VIEWERS_SESSION"]))
    else:
        for number, seconds in enumerate(LOAD_SECONDS):
            shown = run_session(path, os.path.join(folder, str(number)), seconds)
            if not shown["errors"]:
                break
    with open(os.path.join(folder, "shown.json"), "w", encoding="utf-8") as out:
        json.dump(shown, out, indent=1)
    return bool(shown["errors"])


if __name__ == "__main__":
    sys.exit(main())
