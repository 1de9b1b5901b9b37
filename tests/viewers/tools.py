"""Where the viewers are, how they are run, and how problems are told."""
import json
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SYSTEM_PYTHON = "/usr/bin/python3"  # the one that can import pyatspi
LIMIT_SECONDS = 400


class Missing(Exception):
    """A viewer that is not installed: the check is skipped, with this reason."""


class Malformed(Exception):
    """A file that cannot be read at all: the check fails, with this reason."""


def cache_folder():
    """Where install.sh puts what is not a package of the system."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    ours = os.environ.get("COROGRAPH_CACHE") or os.path.join(caches, "corograph")
    return os.path.join(ours, "viewers")


def venv_tool(name):
    path = os.path.join(cache_folder(), "venv", "bin", name)
    if not os.path.exists(path):
        raise Missing(f"{name} is not installed")
    return path


def need(*programs):
    for name in programs:
        if not shutil.which(name):
            raise Missing(f"{name} is not installed")


def run(*command, cwd=None):
    """Runs a program in a C.UTF-8 locale; gives (status, stdout, stderr)."""
    env = dict(os.environ, LC_ALL="C.UTF-8")
    for name in ("PYTHONHOME", "PYTHONPATH"):
        env.pop(name, None)
    try:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, encoding="utf-8",
                              errors="replace", stdin=subprocess.DEVNULL, timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        return 1, "", f"nothing within {LIMIT_SECONDS} s"
    return done.returncode, done.stdout, done.stderr


def page(script, *args):
    """Runs one of the node scripts; gives what it printed, with a list "errors"."""
    need("node")
    if not os.path.exists(os.path.join(cache_folder(), "node", "installed.json")):
        raise Missing("the npm packages are not installed")
    if not script.endswith("_schema.mjs"):
        need("chromium")
    status, out, err = run("node", os.path.join(HERE, script), *args)
    try:
        shown = json.loads(out)
    except ValueError:
        return {"errors": [f"{script}: status {status}: {last_line(err)}"]}
    return shown


def last_line(text):
    return (text.strip().splitlines() or ["nothing said"])[-1][:200]


def compare(what, numbers):
    """Problems for those of `numbers`, {name: (found, expected)}, that differ."""
    return [f"{what}: {name} is {found}, in the report {expected}"
            for name, (found, expected) in numbers.items() if found != expected]
