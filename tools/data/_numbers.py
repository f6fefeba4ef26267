"""Read text cells as numbers, when every one of them is a number written in one and the same way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ._arrow import compute

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
_SURE_THOUSANDS = r"^[+-]?(\d{1,3}(,\d{3}){2,}(\.\d+)?|\d{1,3}(,\d{3})+\.\d+)$"
_DECIMAL_COMMA = r"^[+-]?(\d+,\d+|\d{1,3}([. \x{a0}\x{202f}']\d{3})+(,\d+)?)([eE][+-]?\d+)?$"
_SURE_DECIMAL_COMMA = r"^[+-]?(\d+,(\d{1,2}|\d{4,})|0,\d+|\d{4,},\d+|\d{1,3}([. \x{a0}\x{202f}']\d{3})+,\d+)$"
_INTEGER = r"^[+-]?\d+$"
_LEADING_ZERO = r"^[+-]?0\d+([.,]\d+)?$"
_LONGEST_EXACT = 2**53
MIXED = 0.5
"""A text column in which at least this share of the cells are numbers is reported as mixed."""


@dataclass
class Numbers:
    """What reading as numbers gave; `values` is None when the cells are not all numbers."""

    values: np.ndarray | None = None
    """int64 or float64, one for each cell."""
    notes: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    stays_text: bool = False
    """True when the cells are digits that must stay text, such as '01234'."""


def read_numbers(cells: pa.ChunkedArray, *, decimal_comma: bool, force: bool) -> Numbers:
    """Read cells as numbers if all of them are.

    Args:
        cells: Strings without missing values and without spaces around them; at least one.
        decimal_comma: Whether `1,234` more likely means 1.234.
        force: Whether the person said that this is a column of numbers: leading zeros are then dropped and cells
            that are not numbers become missing, both noted.
    """
    import pyarrow as pa

    pc = compute()
    if not force and not pc.any(pc.match_substring_regex(cells.slice(0, 200), r"\d")).as_py():
        return Numbers()
    if not force:
        kept = _must_stay_text(cells)
        if kept:
            return Numbers(notes=[kept], stays_text=True)
    try:
        return Numbers(values=pc.cast(cells, pa.int64()).to_numpy())
    except pa.ArrowInvalid:
        pass
    try:
        values = pc.cast(cells, pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        return _read_written(cells, decimal_comma, force)
    return _finish(values, cells, Numbers(warnings=_dotted_thousands(cells) if decimal_comma else []))


def _must_stay_text(cells: pa.ChunkedArray) -> str:
    """Why digits must stay text: leading zeros, a plus sign on every cell, or more digits than a number holds."""
    pc = compute()
    zero = pc.or_(pc.starts_with(cells, "0"), pc.starts_with(cells, "-0"))
    if pc.any(zero).as_py():
        suspects = cells.filter(zero)
        hexadecimal = suspects.filter(pc.match_substring_regex(suspects, r"^-?0[xX][0-9a-fA-F]+$"))
        if len(hexadecimal):
            example = hexadecimal[0].as_py()[:24]
            return f"{len(hexadecimal):,} cell(s) look hexadecimal (such as {example!r}); the column stays text."
        led = suspects.filter(pc.match_substring_regex(suspects, _LEADING_ZERO))
        if len(led):
            return (
                f"{len(led):,} cell(s) have leading zeros (such as {led[0].as_py()[:24]!r}); the column stays text. "
                "If they are numbers, load again with numbers=[…]."
            )
    if pc.all(pc.starts_with(cells, "+")).as_py():
        return f"every cell starts with '+' (such as {cells[0].as_py()[:24]!r}), as telephone numbers do; the column stays text."
    if (pc.max(pc.binary_length(cells)).as_py() or 0) > 16:
        long = cells.filter(pc.greater(pc.binary_length(cells), 16))
        long = long.filter(pc.match_substring_regex(long, _INTEGER))
        if len(long) and any(
            len(v) > 40 or abs(int(v)) > _LONGEST_EXACT for v in pc.unique(long).slice(0, 1000).to_pylist()
        ):
            return (
                f"{len(long):,} cell(s) are whole numbers of more than 15 digits (such as {long[0].as_py()[:24]!r}), "
                "which a number cannot "
                "hold exactly; the column stays text."
            )
    return ""


def _dotted_thousands(cells: pa.ChunkedArray) -> list[str]:
    """Warn where, as in files with decimal commas, every point may be a thousands separator: `1.500`."""
    pc = compute()
    dotted = cells.filter(pc.match_substring(cells, "."))
    if not len(dotted) or not pc.all(pc.match_substring_regex(dotted, r"^[+-]?[1-9]\d{0,2}\.\d{3}$")).as_py():
        return []
    example = dotted[0].as_py()
    return [
        f"{example[:24]!r} can be read with a decimal point or with a thousands separator; it was read as "
        f"{float(example):g}. If that is wrong, "
        "write the numbers without separators and load again."
    ]


def _finish(values: np.ndarray, cells: pa.ChunkedArray, found: Numbers) -> Numbers:
    """Turn overflow and infinity into missing values, and note lost digits."""
    import numpy as np
    import pyarrow as pa

    pc = compute()
    endless = np.isinf(values)
    if endless.any():
        example = cells.filter(pa.array(endless))[0].as_py()
        found.notes.append(
            f"{int(endless.sum()):,} cell(s) are infinite or too large for a number (such as {example[:24]!r}) and were read as missing."
        )
        values = np.where(endless, np.nan, values)
    if (pc.max(pc.binary_length(cells)).as_py() or 0) > 18:
        digits = pc.replace_substring_regex(cells, r"[eE].*$|^[+-]?0*\.?0*|[^0-9]", "")
        n_long = pc.sum(pc.greater(pc.binary_length(digits), 17)).as_py()
        if n_long:
            found.notes.append(
                f"{n_long:,} cell(s) have more than 17 significant digits; the digits after those are lost."
            )
    tiny = (values == 0) & pc.match_substring_regex(cells, r"^[^eE]*[1-9]").to_numpy() if (values == 0).any() else None
    if tiny is not None and tiny.any():
        found.notes.append(f"{int(tiny.sum()):,} cell(s) are too close to zero for a number and were read as 0.")
    found.values = values
    return found


def _read_written(cells: pa.ChunkedArray, decimal_comma: bool, force: bool) -> Numbers:
    """Read numbers with signs, separators, percent or currency marks, when all cells are written alike."""
    import numpy as np

    pc = compute()
    coded = cells.combine_chunks().dictionary_encode()
    levels, codes = coded.dictionary, coded.indices.to_numpy()
    found = Numbers()
    counts = np.bincount(codes, minlength=len(levels))
    text = _without_marks(levels, counts, found)
    plain = pc.match_substring_regex(text, _PLAIN).to_numpy(zero_copy_only=False)
    commas, dots = (
        pc.match_substring_regex(text, p).to_numpy(zero_copy_only=False) for p in (_DECIMAL_COMMA, _THOUSANDS)
    )
    whole = pc.match_substring_regex(text, _INTEGER).to_numpy(zero_copy_only=False)
    as_thousands, as_commas = bool((plain | dots).all()), bool((whole | commas).all())
    if as_thousands and as_commas and not plain.all():
        as_thousands = not _prefers_comma(text, decimal_comma, found)
        as_commas = not as_thousands
    if plain.all():
        pass
    elif as_thousands:
        found.notes.append(f"thousands separators were left out of {int(counts[dots].sum()):,} cell(s).")
        text = pc.replace_substring(text, ",", "")
    elif as_commas:
        found.notes.append(f"decimal commas were read as decimal points in {int(counts[commas].sum()):,} cell(s).")
        text = pc.replace_substring(pc.replace_substring_regex(text, r"[. \x{a0}\x{202f}']", ""), ",", ".")
    else:
        return _mixed(levels, counts, plain | dots | commas, codes, force)
    return _finish_written(text, levels, codes, found)


def _finish_written(text: pa.Array, levels: pa.Array, codes: np.ndarray, found: Numbers) -> Numbers:
    import numpy as np
    import pyarrow as pa

    pc = compute()
    values = pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False)[codes]
    whole = pc.all(pc.match_substring_regex(text, _INTEGER)).as_py()
    if whole and bool((np.abs(values) <= _LONGEST_EXACT).all()):
        found.values = values.astype(np.int64)
        return found
    return _finish(values, pa.chunked_array([levels]).take(pa.array(codes)), found)


def _without_marks(levels: pa.Array, counts: np.ndarray, found: Numbers) -> pa.Array:
    """The texts without a currency sign or percent sign that all of them carry, and with an ordinary minus."""
    pc = compute()
    minus = pc.match_substring(levels, "\u2212").to_numpy(zero_copy_only=False)
    if minus.any():
        found.notes.append(f"the minus sign '\u2212' was read as '-' in {int(counts[minus].sum()):,} cell(s).")
        levels = pc.replace_substring(levels, "\u2212", "-")
    for sign in "$€£¥":
        pattern = rf"^[+-]?\{sign}\s?[\d.,]" if sign == "$" else rf"^[+-]?{sign}\s?[\d.,]"
        if pc.all(pc.match_substring_regex(levels, pattern)).as_py():
            found.notes.append(f"the currency sign {sign!r} was left out of {int(counts.sum()):,} cell(s).")
            return pc.replace_substring_regex(levels, rf"\{sign}\s?" if sign == "$" else rf"{sign}\s?", "")
    if pc.all(pc.match_substring_regex(levels, r"^[+-]?[\d.,]+\s?%$")).as_py():
        found.notes.append(f"the percent sign was left out of {int(counts.sum()):,} cell(s); 12% is 12, not 0.12.")
        return pc.replace_substring_regex(levels, r"\s?%$", "")
    return levels


def _prefers_comma(text: pa.Array, decimal_comma: bool, found: Numbers) -> bool:
    """Whether commas are decimal commas when each cell could be read both ways."""
    pc = compute()
    if pc.any(pc.match_substring_regex(text, _SURE_THOUSANDS)).as_py():
        return False
    if pc.any(pc.match_substring_regex(text, _SURE_DECIMAL_COMMA)).as_py():
        return True
    example = next((v for v in text.to_pylist() if "," in v), "")
    read = example.replace(",", "." if decimal_comma else "")
    found.warnings.append(
        f"{example[:24]!r} can be read with a thousands separator or with a decimal comma; it was read as {read[:24]}. If that is wrong, "
        "write the numbers without separators and load again."
    )
    return decimal_comma


def _mixed(levels: pa.Array, counts: np.ndarray, numeric: np.ndarray, codes: np.ndarray, force: bool) -> Numbers:
    """Report a column that is partly numbers; when forced, cells that are not numbers become missing."""
    import numpy as np

    share = counts[numeric].sum() / counts.sum()
    others = [repr(levels[int(i)].as_py())[:32] for i in np.flatnonzero(~numeric)[:3]]
    n_others = int(counts[~numeric].sum())
    if force:
        values = np.array([_to_float(v) for v in levels.to_pylist()])[codes]
        n_lost = int(np.isnan(values).sum())
        return Numbers(
            values=values,
            notes=[
                f"{n_lost:,} cell(s) are not numbers and were read as missing, as asked (such as {', '.join(others)})."
            ],
        )
    if share < MIXED or len(levels) <= 2:
        return Numbers()
    text = (
        f"{int(counts[numeric].sum()):,} of {int(counts.sum()):,} cells look like numbers, but {n_others:,} do not "
        f"(such as {', '.join(others)}); the column "
        "stays text. If those mean missing, load again with missing=[…], or with numbers=[…] to drop whatever is not a number."
    )
    return Numbers(notes=[text], warnings=[text])


def _to_float(text: str) -> float:
    import math

    try:
        value = float(text) if "_" not in text else math.nan
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
