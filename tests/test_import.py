#!/usr/bin/env python3
"""The package as installed and the command as installed: same version; TAP on stdout."""
import os
import subprocess
import sys

sys.path.insert(0, os.environ["CG_PYTHONPATH"])
import corograph

command = os.path.join(os.environ["CG_BIN"], "corograph")
out = subprocess.run([command, "--version"], capture_output=True, text=True)
folder = os.path.dirname(sys.modules["corograph._corograph"].__file__)
results = [
    (corograph.version() == os.environ["CG_VERSION"], "the extension has the project's version"),
    (os.path.samefile(folder, os.environ["CG_EXT_DIR"]), "it is the one that was installed"),
    (out.stdout == f"corograph {corograph.version()}\n" and out.returncode == 0,
     "the command has the same version"),
]
for n, (good, name) in enumerate(results, 1):
    print(f"{'ok' if good else 'not ok'} {n} - {name}")
print(f"1..{len(results)}")
sys.exit(not all(good for good, _ in results))
