"""Read and write an adjacency matrix as CSV with a header; the row's variable causes the column's where the cell is 1."""

from __future__ import annotations

import csv
import io
import re

from ..errors import BadArguments, TooLarge
from ..graphs import AnyGraph, Dag
from ._draft import MAX_BYTES, MAX_NODES, Draft, GraphText, bad_line, canonical, refuse

_CELLS = {"0": False, "1": True, "0.0": False, "1.0": True, "false": False, "true": True, "": False}

_NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?")


def read(text: str, latent: tuple[str, ...] = ()) -> GraphText:
    """Read a square 0/1 matrix, with or without a first column of names; delimiter comma, semicolon or tab.

    Raises:
        BadArguments: with the line and the cell; a pair of ones across the diagonal is a cycle.
    """
    draft = Draft("adjacency matrix")
    rows = _rows(text, draft.what)
    header, body, named = _shape(rows, draft.what)
    for name in header:
        if name in draft.nodes:
            raise bad_line(draft.what, 1, name, "this column is given twice; names must be unique.")
        draft.node(name, 1)
    for i, (line, row) in enumerate(body):
        if len(row) != len(header) + named:
            raise bad_line(
                draft.what, line, ",".join(row), f"{len(header) + named} cells are expected, not {len(row)}."
            )
        if named and row[0] != header[i]:
            raise bad_line(draft.what, line, row[0], f"rows and columns must be in one order; expected {header[i]!r}.")
        for target, cell in zip(header, row[named:], strict=True):
            if cell.strip().lower() not in _CELLS:
                raise bad_line(
                    draft.what, line, cell, "a cell must be 0 or 1 (1: the row's variable causes the column's)."
                )
            if _CELLS[cell.strip().lower()]:
                draft.edge(header[i], "->", target, line)
    return draft.finish("adjacency", latent)


def write(graph: AnyGraph) -> str:
    """Write a DAG as CSV, names in the first row and column; origins and bootstrap support are not part of it.

    Raises:
        BadArguments: the graph has latent nodes, lags, or edges other than `->`; CSV cannot hold a NUL.
        TooLarge: the matrix would be over the bound on text.
    """
    refuse(graph, "adjacency", marks=True, lags=True, latent=True)
    if not isinstance(graph, Dag):
        raise BadArguments(f"adjacency holds a Dag only, not a {type(graph).__name__}; use json or edgelist.")
    if bad := next((n for n in graph.nodes if "\0" in n or "\r" in n), None):
        raise BadArguments(f"adjacency cannot hold the name {bad!r} (NUL or carriage return); use json.")
    if 2 * len(graph.nodes) ** 2 > MAX_BYTES:
        raise TooLarge(f"A matrix of {len(graph.nodes):,} nodes is over {MAX_BYTES:,} bytes; use edgelist.")
    held = {(c.source, c.target) for c in map(canonical, graph.edges)}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(["", *graph.nodes])
    for a in graph.nodes:
        writer.writerow([a, *(int((a, b) in held) for b in graph.nodes)])
    return out.getvalue()


def looks_like(text: str) -> bool:
    """Whether a text is a square table of numbers with names in its first row; a list of pairs of numbers is not."""
    try:
        rows = _rows(text, "")
        header, body, named = _shape(rows, "")
    except (BadArguments, TooLarge):
        return False
    if not header or (named and _NUMBER.fullmatch(rows[0][1][0].strip())):
        return False
    return all(
        len(row) == len(header) + named
        and (not named or row[0] == name)
        and all(c.strip().lower() in _CELLS or _NUMBER.fullmatch(c.strip()) for c in row[named:])
        for name, (_, row) in zip(header, body, strict=True)
    )


def _rows(text: str, what: str) -> list[tuple[int, list[str]]]:
    first = text.lstrip("\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if row:
                rows.append((reader.line_num, row))
            if len(rows) > MAX_NODES + 1:
                raise TooLarge(f"The {what} has more than {MAX_NODES:,} rows.")
    except csv.Error as error:
        raise bad_line(what, reader.line_num, "", f"it is not CSV ({error}).") from error
    return rows


def _shape(rows: list[tuple[int, list[str]]], what: str) -> tuple[list[str], list[tuple[int, list[str]]], int]:
    """Header, the other rows, and whether (1) or not (0) each row starts with its name."""
    if not rows:
        raise BadArguments(f"The {what} is empty; write a header of names and one row of 0s and 1s a variable.")
    header, body = rows[0][1], rows[1:]
    if len(header) == len(body) + 1:
        return header[1:], body, 1
    if len(header) == len(body):
        named = int(bool(body) and all(len(row) == len(header) + 1 for _, row in body))
        return header, body, named
    raise BadArguments(f"The {what} must be square; it has {len(header)} header cells and {len(body)} rows.")
