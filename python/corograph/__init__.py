"""Example package over the extension module."""
from ._corograph import version

__all__ = ["version"]
