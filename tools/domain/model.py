"""The base of every value that crosses a seam: frozen, closed, JSON in and out."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen value; unknown keys are refused, NaN and infinity survive JSON as text."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings", use_attribute_docstrings=True)


Scalar = bool | int | float | str
"""One cell of a table: what a level of a treatment or a value in a condition may be."""
