"""Loading: types, and every alteration listed."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from whence.tools.data._typing import card_from_frame
from whence.tools.data.load import TOOL, LoadArgs, run
from whence.tools.domain.results import DatasetCard
from whence.tools.workspace import Workspace, WorkspaceEnv

Load = Callable[..., tuple[DatasetCard, pd.DataFrame]]


@pytest.fixture
def place(tmp_path: Path) -> WorkspaceEnv:
    return WorkspaceEnv(Workspace(folder=tmp_path / "w", roots=(tmp_path,)), seed=0)


@pytest.fixture
def load(place: WorkspaceEnv, tmp_path: Path) -> Load:
    def loaded(content: bytes | str, file: str = "t.csv", **args: object) -> tuple[DatasetCard, pd.DataFrame]:
        (tmp_path / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        card = run(TOOL.parse({"path": str(tmp_path / file), **args}), place)
        return card, pd.read_parquet(tmp_path / "w" / card.stored)

    return loaded


# Each row: the file, the values the columns must have (in order), and words that the alterations must hold.
NASTY: dict[str, tuple[bytes | str, list[list[object]], tuple[str, ...]]] = {
    "leading zeros": ("zip,y\n01234,1\n02345,2\n", [["01234", "02345"], [1, 2]], ("leading zeros",)),
    "NA as a level": ("t,y\nNone,1\ndrug,2\nNA,3\n", [["None", "drug", "NA"], [1, 2, 3]], ("stays a level", "'None'")),
    "NA among numbers": ("a,y\n7,1\nNA,2\n.,3\n8,4\n", [[7, None, None, 8], [1, 2, 3, 4]], ("read as missing", "2 cell")),
    "empty cells": ("a,y\n7,1\n,2\n8,3\n", [[7, None, 8], [1, 2, 3]], ()),
    "semicolons and decimal commas": ("a;y\n1,5;1\n2,25;2\n", [[1.5, 2.25], [1, 2]], ("decimal commas",)),
    "tabs": ("a\ty\n1\t2\n3\t4\n", [[1, 3], [2, 4]], ()),
    "bars": ("a|y\n1|2\n3|4\n", [[1, 3], [2, 4]], ()),
    "quoted delimiter": ('a,y\n"x, z",1\nw,2\n', [["x, z", "w"], [1, 2]], ()),
    "quoted line break": ('a,y\n"x\nz",1\nw,2\n', [["x\nz", "w"], [1, 2]], ("line breaks",)),
    "doubled quotes": ('a,y\n"say ""no""",1\nw,2\n', [['say "no"', "w"], [1, 2]], ()),
    "thousands": ('a,y\n"1,234,567",1\n2,2\n', [[1234567, 2], [1, 2]], ("thousands separators",)),
    "spaces as thousands": ("a\ty\n1 234,5\t1\n2\t2\n", [[1234.5, 2], [1, 2]], ("decimal commas",)),
    "percent": ("a,y\n12%,1\n3.5%,2\n", [[12, 3.5], [1, 2]], ("percent",)),
    "currency": ("a,y\n$1.50,1\n$3,2\n", [[1.5, 3], [1, 2]], ("currency",)),
    "unicode minus": ("a,y\n−3,1\n4,2\n", [[-3, 4], [1, 2]], ("minus",)),
    "too large": ("a,y\n1e400,1\n2,2\n3,3\n", [[None, 2, 3], [1, 2, 3]], ("too large", "1e400")),
    "infinity": ("a,y\ninf,1\n2,2\n3,3\n", [[None, 2, 3], [1, 2, 3]], ("infinite",)),
    "underflow": ("a,y\n1e-400,1\n2,2\n", [[0, 2], [1, 2]], ("close to zero",)),
    "too many digits": ("a,y\n0.12345678901234567890123,1\n2,2\n", [[0.12345678901234568, 2], [1, 2]], ("17 significant",)),
    "long whole numbers": ("a,y\n12345678901234567890,1\n2,2\n", [["12345678901234567890", "2"], [1, 2]], ("stays text",)),
    "hexadecimal": ("a,y\n0x1F,1\n0x20,2\n", [["0x1F", "0x20"], [1, 2]], ("hexadecimal",)),
    "DOS end of file": ("a,y\n3,1\n4,2\n\x1a", [[3, 4], [1, 2]], ()),
    "telephone numbers": ("a,y\n+4912345678,1\n+4912345679,2\n", [["+4912345678", "+4912345679"], [1, 2]], ("'+'",)),
    "signed numbers": ("a,y\n+1.5,1\n-2,2\n", [[1.5, -2], [1, 2]], ()),
    "mixed column": ("a,y\n1,1\n2,2\n3,3\noops,4\n", [["1", "2", "3", "oops"], [1, 2, 3, 4]], ("3 of 4", "'oops'")),
    "byte-order mark": ("\ufeffa,y\n1,2\n3,4\n", [[1, 3], [2, 4]], ("byte-order mark",)),
    "UTF-16": ("a,y\né,2\nü,4\n".encode("utf-16"), [["é", "ü"], [2, 4]], ("UTF-16",)),
    "UTF-16 without mark": ("a,y\né,2\nü,4\n".encode("utf-16-le"), [["é", "ü"], [2, 4]], ("UTF-16",)),
    "Latin-1": ("a,y\né,2\nü,4\n".encode("latin-1"), [["é", "ü"], [2, 4]], ("not UTF-8",)),
    "true and false": ("a,y\nTRUE,2\nFalse,4\n", [[True, False], [2, 4]], ("truth values",)),
    "truth values with gaps": ("a,y\ntrue,2\nfalse,4\n,5\n", [[1, 0, None], [2, 4, 5]], ("1 and 0",)),
    "yes and no": ("a,y\nyes,2\nno,4\n", [["yes", "no"], [2, 4]], ()),
    "ISO dates": ("a,y\n2024-01-31,2\n2024-02-29,4\n", [["2024-01-31", "2024-02-29"], [2, 4]], ()),
    "day first": ("a,y\n13/02/2024,2\n01/02/2024,4\n", [["2024-02-13", "2024-02-01"], [2, 4]], ("day/month/year",)),
    "month first": ("a,y\n02/13/2024,2\n01/02/2024,4\n", [["2024-02-13", "2024-01-02"], [2, 4]], ("month/day/year",)),
    "ambiguous dates": ("a,y\n01/02/2024,2\n03/04/2024,4\n", [["01/02/2024", "03/04/2024"], [2, 4]], ("cannot be told apart",)),
    "impossible dates": ("a,y\n2024-02-30,2\n2024-02-01,4\n", [["2024-02-30", "2024-02-01"], [2, 4]], ("calendar",)),
    "time zones": ("a,y\n2024-01-31T23:00:00-02:00,2\n2024-01-01T00:00:00Z,4\n", [["2024-02-01 01:00", "2024-01-01"], [2, 4]], ("UTC",)),
    "spaces around cells": ("a,y\n x ,2\nz, 4\n", [["x", "z"], [2, 4]], ("spaces",)),
    "blank lines": ("a,y\n\n1,2\n\n3,4\n", [[1, 3], [2, 4]], ("2 blank line",)),
    "empty rows": ("a,y\n1,2\n,\n3,4\n", [[1, 3], [2, 4]], ("1 row",)),
    "empty nameless column": ("a,y,\n1,2,\n3,4,\n", [[1, 3], [2, 4]], ("1 column",)),
    "declared delimiter": ("sep=;\na;y\n1;2\n3;4\n", [[1, 3], [2, 4]], ("sep=",)),
    "no header": ("1.5,2\n2.5,3\n3.5,3\n", [[1.5, 2.5, 3.5], [2, 3, 3]], ("no header",)),
    "old line ends": ("a,y\r1,2\r3,4\r", [[1, 3], [2, 4]], ()),
}  # fmt: skip


@pytest.mark.parametrize("case", NASTY)
def test_nasty_text_is_read_right_and_every_alteration_is_listed(case: str, load: Load) -> None:
    content, columns, words = NASTY[case]
    card, frame = load(content)
    for values, column in zip(columns, frame, strict=True):
        expected = pd.Series(values)
        if pd.api.types.is_datetime64_any_dtype(frame[column]):
            expected = pd.to_datetime(expected, format="ISO8601")
        pd.testing.assert_series_equal(frame[column], expected, check_dtype=False, check_names=False)
    listed = " ".join(card.alterations)
    assert all(word in listed for word in words), listed
    assert bool(words) == bool(card.alterations), listed


def test_names_are_made_printable_and_unique(load: Load) -> None:
    card, _ = load('a,a,,"b\n\u202ec",a_2\n1,2,3,4,5\n2,3,4,5,6\n')
    assert [c.name for c in card.columns] == ["a", "a_2", "column_3", "b c", "a_2_2"]
    assert len(card.alterations) >= 4


def test_years_as_names_are_a_header(load: Load) -> None:
    card, _ = load("country,1990,1991,1992\nx,1,2,3\nz,2,3,4\n")
    assert [c.name for c in card.columns] == ["country", "1990", "1991", "1992"]
    assert not card.alterations


def test_a_missing_header_is_reported_and_can_be_overruled(load: Load) -> None:
    card, _ = load("1,2\n3,4\n5,7\n")
    assert card.n_rows == 3
    assert "header=true" in card.warnings[0]
    card, _ = load("1,2\n3,4\n5,7\n", header=True)
    assert (card.n_rows, card.columns[0].name, card.warnings) == (2, "1", ())


@pytest.mark.parametrize(
    ("content", "read"),
    [('a,y\n"1,500",1\n2,2\n', 1500), ("a;y\n1,500;1\n2;2\n", 1.5), ("a;y\n1.500;1\n2;2\n", 1.5)],
)
def test_a_number_with_two_readings_is_warned_of(content: str, read: float, load: Load) -> None:
    card, frame = load(content)
    assert frame["a"].tolist() == [read, 2]
    assert "can be read with" in card.warnings[0]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ([f"p{i}" for i in range(60)], "id"),
        (["u v w " * 20 + str(i) for i in range(60)], "text"),
        ([["a", "b", "c"][i % 3] for i in range(60)], "nominal"),
        ([i % 11 for i in range(60)], "count"),
        ([i % 2 for i in range(60)], "binary"),
        (["yes" if i % 2 else "no" for i in range(60)], "binary"),
        ([i * 0.37 for i in range(60)], "continuous"),
        ([i * 997 % 5003 + 200 for i in range(300)], "continuous"),
        ([f"2024-01-{i % 28 + 1:02}" for i in range(60)], "datetime"),
        ([7] * 60, "constant"),
        ([""] * 60, "empty"),
        (range(1, 61), "id"),
    ],
)
def test_column_types(text: list[object], kind: str, load: Load) -> None:
    lines = "".join(f"{v},{i % 7}\n" for i, v in enumerate(text))
    assert load("x,y\n" + lines)[0].columns[0].type == kind


def test_names_tell_an_identifier_from_a_number(load: Load) -> None:
    values = np.random.default_rng(0).integers(1000, 900000, 300)
    card, _ = load("personId,width,y\n" + "".join(f"{v},{v},{i % 5}\n" for i, v in enumerate(values)))
    assert [c.type for c in card.columns] == ["id", "continuous", "count"]


def test_same_content_has_the_same_hash_whatever_the_format(load: Load, tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [1.5, np.nan, -2.0], "c": ["x", "é", None], "d": [True, False, True]})
    frame.to_parquet(tmp_path / "f.parquet")
    text = frame.to_csv(index=False)
    hashes = {
        load(text, "one.csv")[0].sha256,
        load(text.replace(",", "\t"), "two.tsv")[0].sha256,
        load(gzip.compress(text.encode()), "three.csv.gz")[0].sha256,
        load((tmp_path / "f.parquet").read_bytes(), "four.parquet")[0].sha256,
        load(json.dumps(frame.replace({np.nan: None}).to_dict("records")), "five.json")[0].sha256,
    }
    assert len(hashes) == 1
    changed = frame.copy()
    changed.loc[1, "c"] = "e"
    assert load(changed.to_csv(index=False), "one.csv")[0].sha256 not in hashes


def test_hash_tells_apart_what_runs_together(load: Load) -> None:
    tables = ("a,y\nxy,1\nz,1\n", "a,y\nx,1\nyz,1\n", "b,y\nxy,1\nz,1\n", "a,y\nz,1\nxy,1\n", "y,a\n1,xy\n1,z\n")
    assert len({load(t)[0].sha256 for t in tables}) == len(tables)


def test_table_in_memory_has_the_hash_of_its_file(place: WorkspaceEnv, load: Load) -> None:
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "x"]})
    assert card_from_frame(frame, "m", place).sha256 == load(frame.to_csv(index=False))[0].sha256


def test_table_in_memory_lists_what_was_changed(place: WorkspaceEnv) -> None:
    frame = pd.DataFrame(
        {
            0: pd.Categorical(["x", "y", None]),
            "n": pd.array([1, None, 3], dtype="Int64"),
            "t": pd.to_datetime(["2024-01-01", None, "2024-01-03"], utc=True),
            "i": [1.0, np.inf, 2.0],
            "o": [1, "a", None],
            "f": np.array([1, 2, 3], dtype=np.float32),
        },
        index=["r1", "r2", "r3"],
    )
    before = frame.copy()
    card = card_from_frame(frame, "m", place)
    pd.testing.assert_frame_equal(frame, before)
    stored = pd.read_parquet(place.workspace.folder / card.stored)
    assert [str(d) for d in stored.dtypes] == ["str", "float64", "datetime64[us]", "float64", "str", "float64"]
    listed = " ".join(card.alterations)
    for word in ("written '0'", "index", "categories", "UTC", "infinite", "several kinds"):
        assert word in listed


def test_excel_reads_the_first_sheet_and_lists_the_others(load: Load, tmp_path: Path) -> None:
    frame = pd.DataFrame({"zip": ["01234", "02345"], "d": pd.to_datetime(["2024-01-31", "2024-02-29"]), "x": [1.5, 2]})
    with pd.ExcelWriter(tmp_path / "b.xlsx") as book:
        frame.to_excel(book, sheet_name="First", index=False)
        frame.assign(x=[7, 8]).to_excel(book, sheet_name="Second", index=False)
    content = (tmp_path / "b.xlsx").read_bytes()
    card, first = load(content, "b.xlsx")
    assert any("2 sheets" in a for a in card.alterations)
    assert [c.type for c in card.columns] == ["binary", "datetime", "binary"]
    assert first["zip"].tolist() == ["01234", "02345"]
    assert load(content, "b.xlsx", sheet="Second")[1]["x"].tolist() == [7, 8]


@pytest.mark.parametrize(
    ("content", "file"),
    [
        ('[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]', "t.json"),
        ('{"a": [1, 2], "b": ["x", "y"]}', "t.json"),
        ('{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}', "t.json"),
        ('{"columns": ["a", "b"], "data": [[1, "x"], [2, "y"]]}', "t.json"),
        ('{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n', "t.jsonl"),
    ],
)
def test_json_shapes(content: str, file: str, load: Load) -> None:
    _, frame = load(content, file)
    assert frame.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}


def test_what_the_person_says_about_cells_is_obeyed_and_listed(load: Load) -> None:
    card, frame = load("z,a,b\n01,5,-99\n02,unknown,3\n03,6,4\n", text=["b"], missing=["unknown"], numbers=["z"])
    assert frame["z"].tolist() == [1, 2, 3]
    assert frame["a"].isna().tolist() == [False, True, False]
    assert frame["b"].tolist() == ["-99", "3", "4"]
    assert any("as asked" in a for a in card.alterations)


def test_name_is_the_file_stem_or_as_given(load: Load) -> None:
    assert load(gzip.compress(b"a,b\n1,2\n"), "my.trial.csv.gz")[0].name == "my.trial"
    assert load("a,b\n1,2\n", "t.csv", name="Über uns")[0].name == "Über uns"


@pytest.mark.slow
def test_speed(load: Load, tmp_path: Path, place: WorkspaceEnv) -> None:
    rng = np.random.default_rng(0)
    load("a,b\n1,2\n")
    for n_rows, bound in ((10_000, 0.3), (1_000_000, 12.0)):
        frame = pd.DataFrame(rng.standard_normal((n_rows, 7)).round(6), columns=list("abcdefg"))
        frame["h"], frame["i"] = rng.integers(0, 9, n_rows), rng.integers(0, 10**6, n_rows)
        frame["j"] = rng.choice(["x", "y", "z"], n_rows)
        frame.to_csv(tmp_path / "s.csv", index=False)
        start = time.process_time()
        card = run(LoadArgs(path=str(tmp_path / "s.csv")), place)
        assert (card.n_rows, card.alterations) == (n_rows, ())
        assert time.process_time() - start < bound
