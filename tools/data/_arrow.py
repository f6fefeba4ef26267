"""pyarrow's compute functions, which it makes at import so that type checkers cannot see them."""

from __future__ import annotations

from typing import Any


def compute() -> Any:
    """The module `pyarrow.compute`, loaded when first used."""
    import pyarrow.compute

    return pyarrow.compute
