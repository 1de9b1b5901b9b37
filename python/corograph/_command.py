"""Finds and runs the `corograph` command, which shows and exports traces."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from typing import Dict, Optional, Sequence

from . import _paths
from ._extension import Error


def find() -> str:
    """The command's path: beside this package, in this Python's scripts, or in PATH."""
    here = os.path.dirname(os.path.abspath(__file__))
    folders = (os.path.join(here, _paths.COMMANDS), sysconfig.get_path("scripts"),
               os.path.dirname(sys.executable))
    for folder in folders:
        path = os.path.join(os.path.normpath(folder), "corograph")
        if os.access(path, os.X_OK):
            return path
    found = shutil.which("corograph")
    if found is None:
        raise Error("the corograph command is not installed where this package looks: put its "
                    "folder into PATH")
    return found


def run(arguments: Sequence[str], trace: Optional[bytes],
        environment: Optional[Dict[str, str]] = None) -> bytes:
    """What the command writes, given a trace on its standard input or none.

    Raises Error with the command's own words when it fails.
    """
    done = subprocess.run([find(), *arguments], input=trace or b"", capture_output=True,
                          check=False, env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise Error(said or f"corograph {arguments[0]} ended with {done.returncode}")
    return done.stdout
