"""Formulas over observed distributions: sums, products and ratios of conditional probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Prob:
    """P(variables | given); with no variables it is 1."""

    variables: tuple[str, ...]
    given: tuple[str, ...] = ()


@dataclass(frozen=True)
class Product:
    """The product of its factors; of none it is 1."""

    factors: tuple[Formula, ...]


@dataclass(frozen=True)
class Sum:
    """The sum of the body over all values of some variables, which it binds."""

    over: tuple[str, ...]
    body: Formula


@dataclass(frozen=True)
class Ratio:
    """One formula over another."""

    top: Formula
    bottom: Formula


Formula = Prob | Product | Sum | Ratio


def product(factors: Iterable[Formula]) -> Formula:
    """Multiply, flattening nested products."""
    flat: list[Formula] = []
    for factor in factors:
        flat += factor.factors if isinstance(factor, Product) else (factor,)
    return flat[0] if len(flat) == 1 else Product(tuple(flat))


def total(over: Iterable[str], body: Formula) -> Formula:
    """Sum over variables; those that only head one factor sum to 1 and go."""
    left = list(over)
    if isinstance(body, Prob) and not body.given:
        return Prob(tuple(v for v in body.variables if v not in left))
    if isinstance(body, Sum):
        return total((*left, *body.over), body.body)
    factors: list[Formula] = [*body.factors] if isinstance(body, Product) else [body]
    while gone := _sums_to_one(left, factors):
        left.remove(gone[0])
        factors.remove(gone[1])
    rest = product(factors)
    return Sum(tuple(left), rest) if left else rest


def _sums_to_one(over: list[str], factors: list[Formula]) -> tuple[str, Prob] | None:
    for v in over:
        using = [f for f in factors if v in free_variables(f)]
        if len(using) == 1 and isinstance(using[0], Prob) and using[0].variables == (v,):
            return v, using[0]
    return None


def free_variables(formula: Formula) -> frozenset[str]:
    """The variables whose values the formula depends on."""
    if isinstance(formula, Prob):
        return frozenset((*formula.variables, *formula.given))
    if isinstance(formula, Product):
        return frozenset().union(*map(free_variables, formula.factors))
    if isinstance(formula, Sum):
        return free_variables(formula.body) - set(formula.over)
    return free_variables(formula.top) | free_variables(formula.bottom)


def text(formula: Formula, fixed: Iterable[str] = (), names: Mapping[str, str] | None = None) -> str:
    """Write a formula in one line of plain text; a summed variable that is also fixed gets a prime.

    Args:
        formula: What to write.
        fixed: Variables with values of their own, which are written as the variables.
        names: What to write for the values of other variables, such as `t=1`.

    Example:
        >>> text(Sum(("m",), Product((Prob(("m",), ("t",)), Sum(("t",), Prob(("y",), ("m", "t")))))), fixed=["t"])
        "sum_m P(m | t) sum_t' P(y | m, t')"
    """
    return _text(formula, {v: v for v in fixed} | dict(names or {}))


def _text(formula: Formula, names: dict[str, str]) -> str:
    if isinstance(formula, Prob):
        if not formula.variables:
            return "1"
        given = f" | {', '.join(names.get(v, v) for v in formula.given)}" if formula.given else ""
        return f"P({', '.join(names.get(v, v) for v in formula.variables)}{given})"
    if isinstance(formula, Product):
        shown = [_text(f, names) for f in sorted(formula.factors, key=lambda f: isinstance(f, Sum))]
        loose = [f"({s})" if s.startswith("sum_") and i < len(shown) - 1 else s for i, s in enumerate(shown)]
        return " ".join(loose) or "1"
    if isinstance(formula, Sum):
        inner = names | {v: _fresh(v, names) for v in formula.over}
        return f"{sum_sign(inner[v] for v in formula.over)} {_text(formula.body, inner)}"
    return f"[{_text(formula.top, names)}] / [{_text(formula.bottom, names)}]"


def _fresh(variable: str, names: Mapping[str, str]) -> str:
    """What to write for a value that is summed over, unlike all that stands for the variable so far."""
    known = names.get(variable, "")
    symbol = known + "'" if known.rstrip("'") == variable else variable
    while symbol in names.values():
        symbol += "'"
    return symbol


def sum_sign(over: Iterable[str]) -> str:
    """Write the sign of a sum over some variables.

    Example:
        >>> sum_sign(["a"]), sum_sign(["a", "b"]), sum_sign(["years of school"])
        ('sum_a', 'sum_{a,b}', 'sum_{years of school}')
    """
    names = list(over)
    plain = len(names) == 1 and " " not in names[0]
    return f"sum_{names[0]}" if plain else "sum_{" + ",".join(names) + "}"
