"""The measurement finds each benchmark's folder in the published layout."""

from __future__ import annotations

import pytest

from whence.evals.bench.evals import folder_of


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("cladder", "cladder"),
        ("causal_pitfalls", "causalpitfalls"),
        ("textbook", "causcibench_textbook"),
        ("levels", None),
    ],
)
def test_a_folder_is_found_by_its_name(tmp_path, name, folder):
    for made in ("cladder", "cladder_old", "causalpitfalls", "causcibench_textbook"):
        (tmp_path / made).mkdir()
    found = folder_of(name, str(tmp_path))
    assert (found.name if found else None) == folder
    assert folder_of(name, None) is None
