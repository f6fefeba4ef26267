"""`whence eval` as it is typed: one JSON object, tables, pages, and one clear sentence for what cannot be used."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from whence.agent.cli.main import run as cli
from whence.evals.harness.registry import benchmark_files, list_benchmarks

NUMBERS = ("n", "correct", "abstained", "accuracy", "f1", "seconds")


def test_json_is_one_object_with_its_numbers(home, toy, capsys):
    assert cli(["eval", toy, "--json", "--limit", "30", "--seed", "4"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert said.out.count("\n") == 1
    assert found["benchmark"] == "toy"
    assert all(isinstance(found[name], int | float) for name in NUMBERS)
    assert (found["n"], found["seed"], found["policy"]) == (30, 4, "rules")
    assert found["accuracy"] == found["correct"] / found["n"]
    assert found["wrong"] == found["n"] - found["correct"] - found["abstained"]
    assert sum(g["n"] for g in found["groups"]["size"].values()) == 30
    assert said.err == ""


def test_an_official_file_is_read_from_wherever_it_is(home, toy, tmp_path, monkeypatch, capsys):
    (tmp_path / "d.jsonl").write_text('{"number": 4, "even": "yes"}\n{"number": 5, "even": "yes"}\n')
    monkeypatch.chdir(tmp_path)
    assert cli(["eval", toy, "--data", "d.jsonl", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["n"], found["correct"], found["data"]) == (2, 1, str(tmp_path / "d.jsonl"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nonesuch"], "There is no benchmark 'nonesuch'"),
        (["missing.py"], "'missing.py' is not a Python file"),
        (["TOY", "--data", "nowhere.json"], "There is no file or folder '.*nowhere.json' with items of toy"),
        (["TOY", "--data", "BAD"], "Line 1 of '.*bad.json' is no item of toy"),
        (["TOY", "--perturb", "rewrod"], "toy has no rewriting 'rewrod'; there are: reword"),
        (["TOY", "--generate", "3", "--data", "BAD"], "Give --generate or --data, not both"),
        (["TOY", "--out", "x.pdf"], "cannot end in '.pdf'"),
        (["TOY", "--out", "x.md"], "cannot be written as '.md'"),
        (["TOY", "extra"], "takes nothing more, and got 1"),
        (["compare", "a"], "takes 2 more, and got 1"),
        (["compare", "a", "b"], "no evaluation whose id begins with 'a'"),
        (["explain", "last", "n1"], "no evaluation whose id begins with 'last'"),
        (["--resume", "last"], "no evaluation whose id begins with 'last'"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(home, toy, tmp_path, monkeypatch, capsys, arguments, sentence):
    (tmp_path / "bad.json").write_text("not json\n")
    monkeypatch.chdir(tmp_path)
    named = {"TOY": toy, "BAD": str(tmp_path / "bad.json")}
    assert cli(["eval", *(named.get(a, a) for a in arguments)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert re.search(sentence, said.err)


@pytest.mark.parametrize(
    "arguments", [["--limit", "0"], ["--policy", "oracle"], ["--seed", "-1"], ["--workers", "two"]]
)
def test_options_out_of_range_are_refused(home, toy, capsys, arguments):
    with pytest.raises(SystemExit) as left:
        cli(["eval", toy, *arguments])
    assert left.value.code == 2


def test_the_list_names_every_folder_without_importing_it(home, capsys):
    assert cli(["eval", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed == list_benchmarks()
    assert set(listed) == set(benchmark_files())
    assert all(title.endswith(".") for title in listed.values())


def test_runs_are_listed_compared_and_explained(home, toy, capsys):
    assert cli(["eval", toy, "--quiet"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"rules +40 +80\.00", shown)
    assert re.search(r"50\.00 % accuracy +a coin", shown)
    assert cli(["eval", toy, "--perturb", "reword", "--json"]) == 0
    second = json.loads(capsys.readouterr().out)["run"]
    assert cli(["eval", "runs", "--json"]) == 0
    runs = json.loads(capsys.readouterr().out)
    assert [r["finished"] for r in runs] == [True, True]
    assert cli(["eval", "compare", runs[1]["id"], second, "--json"]) == 0
    compared = json.loads(capsys.readouterr().out)
    assert (compared["n"], compared["only_first"], compared["only_second"], compared["p_value"]) == (40, 0, 0, 1.0)
    assert cli(["eval", "compare", runs[1]["id"], second]) == 0
    assert "p = 1" in capsys.readouterr().out
    assert cli(["eval", "explain", second, "n33"]) == 0
    explained = capsys.readouterr().out
    assert "33 mod 2 = 1" in explained
    assert "published   yes" in explained
    assert "The right answer is no." in explained


def test_a_finished_run_resumes_to_the_same_scores(home, toy, capsys):
    assert cli(["eval", toy, "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert cli(["eval", "--resume", first["run"][:12], "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert {k: v for k, v in again.items() if "second" not in k} == {
        k: v for k, v in first.items() if "second" not in k
    }
    assert cli(["eval", "cladder", "--resume", "last"]) == 2


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [v for k, v in attrs if k in ("src", "href", "xlink:href")]


def test_the_page_stands_alone(home, toy, tmp_path, capsys):
    out = tmp_path / "page.html"
    data = tmp_path / "d.jsonl"
    data.write_text('{"number": 30, "even": "<script>alert(1)</script>"}\n{"number": 31, "even": "no"}\n')
    assert cli(["eval", toy, "--data", str(data), "--out", str(out), "--quiet"]) == 0
    text = out.read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.links == []
    assert "script" not in page.tags
    assert page.tags.count("svg") == 2  # the baselines, and one group
    assert "&lt;script&gt;" in text
    assert sorted(p.name for p in tmp_path.iterdir()) == ["d.jsonl", "home", "page.html"]


def test_scores_are_written_as_json_too(home, toy, tmp_path, capsys):
    assert cli(["eval", toy, "--json", "--out", str(tmp_path / "s.json")]) == 0
    assert (tmp_path / "s.json").read_text() == capsys.readouterr().out


def test_progress_tells_what_is_done_and_what_is_left(home, toy, capsys, monkeypatch):
    import whence.evals.harness.progress as progress

    monkeypatch.setattr(progress, "AFTER_S", 0.0)
    assert cli(["eval", toy, "--json", "--workers", "1"]) == 0
    assert re.search(r"toy: 1 of 40, 100\.0% right, [\d.]+/s, \d+ s left\n", capsys.readouterr().err)


def test_the_example_of_the_page_is_a_benchmark(home, tmp_path, capsys):
    page = (Path(__file__).parents[2] / "evals" / "README.md").read_text(encoding="utf-8")
    (tmp_path / "parity.py").write_text(re.search(r"```python\n(.*?)```", page, re.DOTALL).group(1))
    assert cli(["eval", str(tmp_path / "parity.py"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["n"], found["correct"], found["recall"]) == (40, 20, 1.0)
