# Put in front of PYTHONPATH by `corograph record`: hands over to C (python/ext/boot.c),
# which takes every sign of this file away and imports the real sitecustomize.
import sys

folder = __file__.rpartition("/")[0]
try:
    import _imp

    origin = folder + "/_corograph" + _imp.extension_suffixes()[0]
    boot = _imp.create_dynamic(type(__spec__)("_corograph", None, origin=origin))
    _imp.exec_dynamic(boot)
except ImportError as error:
    # This Python runs as it is, and what it starts may still be recorded.
    reason = str(error).replace(folder + "/", "")
    with open(folder + "/failed", "wb") as file:
        file.write(("no module for Python %d.%d.%d: %s" % (sys.version_info[:3] + (reason,))).encode())
    sys.path.remove(folder)
    sys.path_importer_cache.pop(folder, None)
    del sys.modules["sitecustomize"]
    import sitecustomize
else:
    boot.boot(folder)
