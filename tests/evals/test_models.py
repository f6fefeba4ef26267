"""Models answer over a real socket; what they write outside the form is no answer, and nothing is paid for twice."""

from __future__ import annotations

import json
import re

import pytest

from whence.agent.cli.main import run as cli
from whence.evals.bench.openai_server.replies import Say
from whence.evals.bench.openai_server.serve import Traits

pytestmark = pytest.mark.slow  # processes, servers or whole runs


def number_in(body: dict) -> int:
    """The number that the item asks about."""
    asked = next(m["content"] for m in body["messages"] if m["role"] == "user")
    return int(re.search(r"\d+", asked).group())


def parity(body: dict) -> str:
    return "yes" if number_in(body) % 2 == 0 else "no"


def evaluate(capsys, *arguments: str) -> dict:
    assert cli(["eval", *arguments, "--json", "--quiet"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_a_bare_answer_is_read_and_anything_else_is_counted_apart_from_wrong(home, toy, serve, capsys):
    def script(body):
        number = number_in(body)
        return Say({5: "I think it is odd.", 6: "No.", 7: "**no**"}.get(number, parity(body)))

    with serve(script) as server:
        found = evaluate(capsys, toy, "--policy", "direct")
    assert (found["n"], found["unreadable"], found["abstained"]) == (40, 1, 1)
    assert found["wrong"] == 2  # 6, and 33, whose label is wrong
    assert found["model_calls"] == len(server.requests) == 40
    assert server.refused == []


def test_the_last_line_of_a_chain_of_thought_is_the_answer(home, toy, serve, capsys):
    def script(body):
        thought = "Answer: maybe\nEven numbers end in an even digit.\n"
        return Say(thought + {3: "So no.", 4: "Answer: perhaps"}.get(number_in(body), f"**Answer:** {parity(body)}."))

    with serve(script):
        found = evaluate(capsys, toy, "--policy", "cot")
    assert (found["unreadable"], found["correct"]) == (2, 37)


def test_answers_that_are_known_are_not_asked_for_again(home, toy, serve, capsys):
    with serve(lambda body: Say(parity(body))) as server:
        first = evaluate(capsys, toy, "--policy", "direct")
        asked = len(server.requests)
        again = evaluate(capsys, toy, "--policy", "direct")
        assert len(server.requests) == asked
        fresh = evaluate(capsys, toy, "--policy", "direct", "--limit", "3", "--no-cache")
        assert len(server.requests) == asked + 3
        evaluate(capsys, toy, "--policy", "direct", "--limit", "2", "--perturb", "reword")
        assert len(server.requests) == asked + 5  # other words are another question
    assert (first["cached"], again["cached"], fresh["cached"]) == (0, 40, 0)
    assert again["tokens"] == 0
    assert again["correct"] == first["correct"] == 39


@pytest.mark.parametrize("budget", ["--budget-calls", "--budget-tokens"])
def test_a_budget_stops_the_run_saved_and_it_goes_on_without_asking_again(home, toy, serve, capsys, budget):
    with serve(lambda body: Say(parity(body))) as server:
        most = "10" if budget == "--budget-calls" else "1000"
        assert cli(["eval", toy, "--policy", "direct", budget, most, "--json", "--quiet"]) == 4
        said = capsys.readouterr()
        assert "budget" in said.err
        assert "whence eval --resume" in said.err
        assert said.out == ""
        asked = len(server.requests)
        assert 0 < asked < 40
        found = evaluate(capsys, "--resume", "last")
        assert len(server.requests) == 40  # each item once
    assert (found["n"], found["correct"]) == (40, 39)


def test_a_run_goes_on_only_with_the_model_it_began_with(home, toy, serve, capsys, monkeypatch):
    with serve(lambda body: Say(parity(body))):
        assert cli(["eval", toy, "--policy", "direct", "--budget-calls", "3", "--quiet"]) == 4
        monkeypatch.setenv("WHENCE_MODEL", "other-1")
        assert cli(["eval", "--resume", "last"]) == 2
    assert "began with the model 'scripted-1'; now 'other-1'" in capsys.readouterr().err


def use_tools(body: dict) -> Say:
    """Read a graph, ask it twice the same, call what is not there, and answer from what the tools said."""
    results = [m["content"] for m in body["messages"] if m["role"] == "tool"]
    if not results:
        read = json.dumps({"text": "x -> z; z -> y", "name": "g", "format": None, "latent": None})
        return Say(calls=(("a", "graph_read", read), ("b", "estimate_regression", "{}"), ("c", "graph_read", "{")))
    if len(results) == 3:
        ask = json.dumps({"graph": "g", "source": "x", "target": "y", "given": ["z"]})
        return Say(calls=(("d", "graph_separation", ask), ("e", "graph_separation", ask)))
    separated = "separated" in results[3] and "not" not in results[3].split("separated")[0]
    return Say(f"The tool said {results[3]}\nAnswer: {parity(body) if separated else 'no'}")


def test_a_model_calls_the_tools_and_is_told_what_is_refused(home, toy, serve, capsys):
    with serve(use_tools) as server:
        found = evaluate(capsys, toy, "--policy", "llm", "--limit", "4")
    assert server.refused == []
    assert (found["n"], found["abstained"], found["model_calls"]) == (4, 0, 12)
    results = [m["content"] for m in server.requests[-1][1]["messages"] if m["role"] == "tool"]
    assert len(results) == 5
    assert "There is no tool 'estimate_regression'" in results[1]
    assert results[2].startswith("BadArguments")
    assert results[4].startswith("You have made this very call before.")
    asked = re.search(r"Is (\d+) even", str(server.requests[-1][1]["messages"])).group(1)
    assert cli(["eval", "explain", "last", f"n{asked}"]) == 0
    assert "graph_separation(" in capsys.readouterr().out


def test_a_model_that_calls_for_ever_is_made_to_answer(home, toy, serve, capsys):
    def script(body):
        if body.get("tool_choice") == "none":
            return Say(f"Answer: {parity(body)}")
        return Say(calls=(("a", "graph_read", json.dumps({"text": f"x -> y{len(body['messages'])}", "name": "g"})),))

    with serve(script) as server:
        found = evaluate(capsys, toy, "--policy", "llm", "--limit", "2")
    assert (found["abstained"], found["model_calls"]) == (0, 18)
    assert server.refused == []


def test_an_endpoint_without_tools_gets_the_calls_as_json_text(home, toy, serve, capsys):
    def script(body):
        assert "tools" not in body
        if not any('"result_of"' in str(m["content"]) for m in body["messages"]):
            call = {"tool": "graph_read", "arguments": {"text": "x -> y", "name": "g"}}
            return Say(json.dumps({"calls": [call]}))
        return Say(json.dumps({"say": f"Done.\nAnswer: {parity(body)}"}))

    with serve(script, traits=Traits(tools=False)) as server:
        found = evaluate(capsys, toy, "--policy", "llm", "--limit", "3", "--workers", "1")
    assert found["abstained"] == 0
    assert len(server.refused) == 1  # the first attempt with tools, and no other
    assert found["model_calls"] == 6


def test_a_model_that_declines_abstains(home, toy, serve, capsys):
    with serve(lambda body: Say(parity(body)), fault=lambda n, body: "refusal" if n % 4 == 0 else None):
        found = evaluate(capsys, toy, "--policy", "direct", "--limit", "8", "--workers", "1")
    assert (found["abstained"], found["unreadable"], found["failed"]) == (2, 0, 0)


def test_faults_that_pass_change_nothing(home, toy, serve, capsys):
    with serve(lambda body: Say(parity(body)), fault=lambda n, body: "reset" if n % 7 == 3 else None) as server:
        found = evaluate(capsys, toy, "--policy", "direct", "--limit", "12")
    assert server.injected
    assert (found["n"], found["abstained"]) == (12, 0)


def test_a_missing_model_is_one_sentence(home, toy, capsys, monkeypatch):
    monkeypatch.delenv("WHENCE_MODEL", raising=False)
    assert cli(["eval", toy, "--policy", "direct"]) == 2
    assert "No model is named" in capsys.readouterr().err


def test_tokens_and_their_price_are_counted(home, toy, serve, capsys):
    home.mkdir()
    (home / "config.toml").write_text("[model]\nprompt_price = 2.0\ncompletion_price = 10.0\n")
    with serve(lambda body: Say(parity(body))):
        found = evaluate(capsys, toy, "--policy", "direct", "--limit", "5")
    assert found["tokens"] == found["prompt_tokens"] + found["completion_tokens"] > 0
    assert found["cost"] == pytest.approx((2 * found["prompt_tokens"] + 10 * found["completion_tokens"]) / 1e6)


TABLE_TASK = """'Ask of a table.'
from pathlib import Path
from whence.evals.harness.spec import Benchmark, Item
def load(path):
    yield Item(id="a", prompt="By how much does t raise y?", target="2", answer_kind="number", tolerance=0.01,
               data={"table": str(Path(__file__).with_name("t.csv"))})
BENCHMARK = Benchmark(name="tables", title="", licence="", source="", load=load, solve=None, instructions="Give a number.")
"""


def test_the_table_of_an_item_is_loaded_and_its_tools_are_offered(home, serve, capsys, tmp_path):
    (tmp_path / "task.py").write_text(TABLE_TASK)
    rows = [f"{t},{2 * t + noise / 10}" for noise in range(-5, 6) for t in (0, 1)]
    (tmp_path / "t.csv").write_text("t,y\n" + "\n".join(rows) + "\n")

    def script(body):
        told = [m["content"] for m in body["messages"] if m["role"] == "tool"]
        if told:
            return Say(f"{told[0]}\nAnswer: 2.0")
        assert "loaded as 't'" in body["messages"][-1]["content"]
        offered = [t["function"]["name"] for t in body["tools"]]
        assert "estimate_regression" in offered
        assert "data_load" not in offered
        return Say(calls=(("a", "data_describe", '{"dataset": "t"}'), ("b", "data_load", '{"path": "/etc/passwd"}')))

    with serve(script) as server:
        found = evaluate(capsys, str(tmp_path / "task.py"), "--policy", "llm")
        assert (found["correct"], found["model_calls"]) == (1, 2)
        told = [m["content"] for m in server.requests[-1][1]["messages"] if m["role"] == "tool"]
        assert "22 rows" in told[0]
        assert "There is no tool 'data_load'" in told[1]
        assert evaluate(capsys, str(tmp_path / "task.py"), "--policy", "llm")["cached"] == 1
        (tmp_path / "t.csv").write_text("t,y\n0,1\n1,2\n")
        assert evaluate(capsys, str(tmp_path / "task.py"), "--policy", "llm")["cached"] == 0
