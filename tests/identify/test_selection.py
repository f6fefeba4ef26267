"""Rows that were selected on a common effect identify no effect."""

from __future__ import annotations

from whence.tools.identify.design import DesignArgs, run


def test_rows_selected_on_a_common_effect_identify_nothing() -> None:
    args = DesignArgs(design="backdoor", treatment="t", outcome="y", selected_on="admission")
    found = run(args, None)  # type: ignore[arg-type]
    assert found.status == "not_identifiable"
    assert "collider" in found.reason
    assert found.what_would_help
