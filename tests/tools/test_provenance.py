"""The versions that are written down are those of the libraries that the tool's source imports."""

from __future__ import annotations

from importlib.metadata import version

from whence.tools._provenance import _versions


def test_libraries_are_found_in_functions_and_helpers_but_not_under_type_checking(tmp_path):
    (tmp_path / "tool.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "from ._helper import help\n"
        "from . import _other\n"
        "if TYPE_CHECKING:\n    import networkx\n"
        "def run(args, env):\n    from sklearn.linear_model import Lasso\n    import json\n"
    )
    (tmp_path / "_helper.py").write_text("from ._helper import help\ndef help():\n    import scipy.stats as s\n")
    (tmp_path / "_other.py").write_text("import numpy as np\n")
    found = _versions(tmp_path / "tool.py")
    assert found.keys() == {"python", "whence", "scikit-learn", "scipy", "numpy"}
    assert found["scikit-learn"] == version("scikit-learn")
