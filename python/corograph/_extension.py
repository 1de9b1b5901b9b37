"""Finds and loads the extension, which lies with those of other Pythons."""
from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
from typing import TYPE_CHECKING, Any

from . import _paths


def _load() -> Any:
    """Load corograph._corograph from where it was installed (see _paths)."""
    name = __package__ + "._corograph"
    if name in sys.modules:
        return sys.modules[name]
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), _paths.EXTENSION)
    finder = importlib.machinery.FileFinder(
        os.path.normpath(folder),
        (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES))
    spec = finder.find_spec(name)
    if spec is None or spec.loader is None:
        raise ImportError(
            f"corograph has no extension for this Python ({sys.executable}) in "
            f"{os.path.normpath(folder)}: configure with PYTHON={sys.executable} in a build "
            "folder of its own, then make install-python-module", name=name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module
    return module


extension = _load()

if TYPE_CHECKING:
    class Error(RuntimeError):
        """What Corograph cannot do, and what to do about it."""

    class FileError(OSError, Error):
        """What the system says against a file of ours."""
else:
    Error = extension.Error
    FileError = extension.FileError
