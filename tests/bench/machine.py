"""What the benchmarks share: the peers from PyPI, and a processor of one's own."""
import os
import shutil
import subprocess
import sys

CACHE = os.environ.get("COROGRAPH_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "corograph")
PEERS = ("yappi", "viztracer", "pyprof2calltree")


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def ask(python, what):
    return subprocess.check_output([python, "-I", "-c", f"import sys, sysconfig; print({what})"],
                                   text=True).strip()


def version_of(python):
    return ask(python, '"%d.%d" % sys.version_info[:2]')


def has_module(folder, name):
    return os.path.isdir(os.path.join(folder, name)) or os.path.exists(
        os.path.join(folder, name + ".py"))


def peers(python, version):
    """A folder with the peers for that Python; what cannot be installed is left out, aloud."""
    folder = os.path.join(CACHE, "bench", version)
    for name in PEERS:
        if has_module(folder, name):
            continue
        for pip in ([python, "-m", "pip"], [sys.executable, "-m", "pip", "--python", python]):
            done = subprocess.run(pip + ["install", "-q", "--upgrade", "--target", folder, name],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if done.returncode == 0:
                break
        else:
            say(f"bench: {name} cannot be installed for {python}:", done.stderr.strip()[-200:])
    return folder


def first_in_line():
    """Nobody else runs while we measure, where we may ask for that."""
    if os.geteuid() == 0 and shutil.which("chrt"):
        command = ["chrt", "-f", "10"]
        if subprocess.run(command + ["true"], stderr=subprocess.DEVNULL).returncode == 0:
            return command
    return []
