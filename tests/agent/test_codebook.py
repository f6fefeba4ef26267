"""Reading codebooks in the forms people write them."""

from __future__ import annotations

from time import perf_counter

import pytest

from whence.agent.policies.rules.codebook import MAX_TEXT, prose, read_codebook


@pytest.mark.parametrize(
    "text",
    [
        "age: age in years\ndose: daily dose in mg",
        "- age: age in years\n- dose: daily dose in mg",
        "* `age` - age in years\n* `dose` - daily dose in mg",
        "1. age: age in years\n2. dose: daily dose in mg",
        "| column | meaning |\n| --- | --- |\n| age | age in years |\n| dose | daily dose in mg |",
        "age\tage in years\ndose\tdaily dose in mg",
        "column,description\nage,age in years\ndose,daily dose in mg",
        "The columns are age: age in years, dose: daily dose in mg",
        "The columns are 'age', representing age in years; 'dose', representing daily dose in mg.",
        "Variables: age in years (`age`), daily dose in mg (`dose`).",
        '{"age": "age in years", "dose": "daily dose in mg"}',
        '{"columns": {"age": "age in years", "dose": "daily dose in mg"}}',
        "**age**: age in years\n**dose**: daily dose in mg",
        "Age: age in years\nDose: daily dose in mg",
        "age: age in years\\ndose: daily dose in mg",
        "age: age in years\r\ndose: daily dose in mg\r\n",
    ],
)
def test_each_form_gives_the_same_descriptions(text: str) -> None:
    assert read_codebook(text, ["age", "dose"]).columns == {"age": "age in years", "dose": "daily dose in mg"}


def test_a_range_describes_every_column_in_it() -> None:
    book = read_codebook("The confounders (x1-x12) were measured first.", ["x1", "x2", "x12", "x13", "y"])
    assert book.columns == {"x1": "The confounders", "x2": "The confounders", "x12": "The confounders"}


def test_a_name_in_parentheses_takes_the_phrase_before_it() -> None:
    book = read_codebook("We study the effect of job training (t) on later income (y).", ["t", "y"])
    assert book.columns == {"t": "job training", "y": "later income"}


def test_a_parenthesis_after_a_name_describes_it() -> None:
    book = read_codebook("The file has jul (a dummy for the month of July) and poa.", ["jul", "poa"])
    assert book.columns == {"jul": "a dummy for the month of July"}


def test_a_plain_list_of_names_describes_nothing() -> None:
    assert read_codebook("age, dose, weight", ["age", "dose", "weight"]).columns == {}


def test_a_label_one_slip_away_is_the_column() -> None:
    assert read_codebook("tranied: took part", ["trained", "age"]).columns == {"trained": "took part"}


def test_a_column_that_is_not_described_has_no_entry() -> None:
    assert "height" not in read_codebook("age: age in years", ["age", "height"]).columns


@pytest.mark.parametrize("name", ["a+b", "(x)", "x); drop", "naïve", "年", "a.b", "a b"])
def test_names_with_unusual_characters(name: str) -> None:
    assert read_codebook(f"{name}: what it is", [name, "other"]).columns == {name: "what it is"}


def test_running_text_leaves_definitions_out_and_joins_wrapped_lines() -> None:
    book = read_codebook("The study was\nrandomised.\n\nage: age in years\n", ["age"])
    assert "was randomised" in prose(book)
    assert "age in years" not in prose(book)


def test_descriptions_and_text_are_bounded() -> None:
    book = read_codebook("age: " + "a" * 10_000 + "\n" + "b" * MAX_TEXT, ["age"])
    assert len(book.columns["age"]) <= 400
    assert len(book.text) <= MAX_TEXT


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["age ", "age: ", "(age) ", "a" * 50, "(" * 50, "x1-", "age is the ", "\n", ": ", "|", "'age', "]
)
def test_long_and_odd_text_takes_bounded_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    start = perf_counter()
    read_codebook(text, ["age", "x1", *(f"column_{i}" for i in range(50))])
    assert perf_counter() - start < 2.0


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("`rain_mm` is the rainfall of the season, `yld` the grain harvested, and `farm` the farm of it.", ["rain_mm", "yld", "farm"],
         {"rain_mm": "the rainfall of the season", "yld": "the grain harvested", "farm": "the farm of it"}),
        ("Variables: id_no (village), age_c (years), girl (1 = girl).", ["id_no", "age_c", "girl"],
         {"id_no": "village", "age_c": "years", "girl": "1 = girl"}),
        ("Variables: age; spell_m, months without work; seen (1 = seen).", ["age", "spell_m", "seen"],
         {"spell_m": "months without work", "seen": "1 = seen"}),
        ("They studied how mood changes (md_score, 0-100, higher is better).", ["md_score"],
         {"md_score": "They studied how mood changes (0-100, higher is better)"}),
        ("ln_e   log of earnings\nsouth  1 = in the South", ["ln_e", "south"], {"ln_e": "log of earnings", "south": "1 = in the South"}),
        ("Every row is a visit. Version says which page was shown, Bought whether an order was placed.", ["Version", "Bought"],
         {"Version": "which page was shown", "Bought": "whether an order was placed"}),
        ("treat: 1 if the worker joined the programme of the\nemployment office in spring\nage: in years", ["treat", "age"],
         {"treat": "1 if the worker joined the programme of the employment office in spring", "age": "in years"}),
    ],
)  # fmt: skip
def test_running_text_describes_columns(text: str, columns: list[str], expected: dict[str, str]) -> None:
    assert read_codebook(text, columns).columns == expected


def test_a_sentence_that_only_uses_a_word_describes_no_column() -> None:
    book = read_codebook(
        "Most men are the age of their wives, and some age early; income matters (a lot).", ["age", "income"]
    )
    assert book.columns == {}


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("Trial of a drug. HAMD: depression score, higher is worse.", ["HAMD_base", "HAMD_week8", "age"],
         {"HAMD_base": "depression score, higher is worse", "HAMD_week8": "depression score, higher is worse"}),
        ("points_next and points_prev: points in five games", ["points_next", "points_prev"],
         {"points_next": "points in five games", "points_prev": "points in five games"}),
        ("los_days is the length of stay and died is 1 if the patient died.", ["los_days", "died"],
         {"los_days": "the length of stay", "died": "1 if the patient died"}),
        ("It serves as an instrument. lwk is the log weekly wage.", ["lwk"], {"lwk": "the log weekly wage"}),
    ],
)  # fmt: skip
def test_one_description_may_be_of_several_columns_and_ends_where_the_next_begins(text, columns, expected) -> None:
    assert read_codebook(text, columns).columns == expected
