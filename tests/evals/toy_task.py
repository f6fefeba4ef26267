"""Say whether a number is even."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

from whence.evals.harness.spec import Benchmark, Item, Published, Response
from whence.tools.domain.errors import BadArguments, UsageError


def load(path: Path | None) -> Iterator[Item]:
    """One JSON object a line, `{"number": 3, "even": "no"}`; numbers from 0 to 39 without a file."""
    if path is None:
        yield from (item(n, "yes" if n % 2 == 0 else "no") for n in range(40))
        return
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                yield item(row["number"], row["even"])
            except (ValueError, KeyError, TypeError) as error:
                raise UsageError(f"Line {number} of {str(path)!r} is no item of toy: {error!r}.") from error


def item(number: int, label: str) -> Item:
    """Every number above 30 that ends in 3 is mislabelled, and so documented."""
    wrong = number > 30 and number % 10 == 3
    return Item(
        id=f"n{number}",
        prompt=f"Is {number} even?",
        target=("yes" if label == "no" else "no") if wrong else label,
        answer_kind="yes_no",
        groups={"size": "small" if number < 20 else "large"},
        cluster=f"tens-{number // 10}",
        label_error="numbers that end in 3" if wrong else "",
        corrected=label if wrong else None,
    )


def solve(item: Item) -> Response:
    """Right up to 24, abstains on 25, breaks on 26, fails on 27, dawdles on 28, and then says yes."""
    number = int(item.prompt.split()[1])
    if number == 25:
        return Response(answer=None, because="25 is odd in more than one way")
    if number == 26:
        raise ZeroDivisionError("26")
    if number == 27:
        raise BadArguments("27 cannot be divided")
    if number == 28:
        time.sleep(0.02)
    return Response(answer="yes" if number % 2 == 0 or number > 28 else "no", because=f"{number} mod 2 = {number % 2}")


def generate(count: int, seed: int) -> Iterator[Item]:
    """Numbers from the seed on."""
    return (item(seed + n, "yes" if (seed + n) % 2 == 0 else "no") for n in range(count))


def reword(item: Item, seed: int) -> Item:
    """The same in other words."""
    del seed
    return item.model_copy(update={"prompt": item.prompt.replace("even?", "divisible by two?")})


BENCHMARK = Benchmark(
    name="toy",
    title="Even or odd",
    licence="none",
    source="made up",
    load=load,
    solve=solve,
    instructions="Answer yes or no.",
    positive="yes",
    generate=generate,
    perturb={"reword": reword},
    shortcuts={"always yes": lambda item: Response(answer="yes")},
    published=(Published(system="a coin", score=50.0, measure="accuracy", source="theory"),),
)
