#!/usr/bin/env python3
"""The extension as built, the tools as built: same version; TAP on stdout."""
import importlib.machinery
import importlib.util
import os
import subprocess

suffix = importlib.machinery.EXTENSION_SUFFIXES[0]
path = os.path.join(os.environ["CG_EXT_DIR"], "_corograph" + suffix)
spec = importlib.util.spec_from_file_location("_corograph", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
out = subprocess.run([os.path.join(os.environ["CG_BIN"], "corograph"), "--version"], capture_output=True, text=True)
results = [
    (module.version() == os.environ["CG_VERSION"], "extension has the project's version"),
    (out.stdout == f"corograph {module.version()}\n" and out.returncode == 0, "so has the command"),
]
for n, (good, name) in enumerate(results, 1):
    print(f"{'ok' if good else 'not ok'} {n} - {name}")
print(f"1..{len(results)}")
