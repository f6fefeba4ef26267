"""Imports point one way, libraries stay behind their seams, nothing dangerous is called, and importing is cheap."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("agent", "evals", "memory", "prompts", "tools")
FILES = tuple(
    sorted(
        file
        for folder in (*FOLDERS, "src/whence")
        for file in (ROOT / folder).rglob("*.py")
        if not (folder == "src/whence" and file.relative_to(ROOT / folder).parts[0] in FOLDERS)
    )
)

MAY_IMPORT = {
    "tools.domain": ("tools.domain",),
    "tools": ("tools",),
    "prompts": ("prompts", "tools.domain"),
    "memory": ("memory", "tools.domain"),
    "agent": ("agent", "tools", "memory", "prompts", "evals"),
    "evals": ("evals", "agent", "tools", "memory", "prompts"),
}
"""Which part may import which; the first that fits a module is its own."""

SEAMS = {
    "dowhy": "tools/*/", "causallearn": "tools/*/", "econml": "tools/*/", "linearmodels": "tools/*/",
    "statsmodels": "tools/*/", "sklearn": "tools/*/", "lingam": "tools/*/",
    "openai": "agent/policies/llm", "langgraph": "agent/loop.py", "chromadb": "memory/index.py",
    "prompt_toolkit": "agent/cli/", "inspect_ai": "evals/inspect_tasks.py", "opentelemetry": "agent/trace.py",
}  # fmt: skip
"""Library to the only place that may import it; `tools/*/` is a folder of tools."""

HEAVY = (
    "numpy", "pandas", "scipy", "sklearn", "statsmodels", "linearmodels", "pyarrow", "networkx", "matplotlib",
    "dowhy", "causallearn", "langgraph", "langchain_core", "chromadb", "openai", "inspect_ai",
)  # fmt: skip

BANNED_IMPORTS = (
    "pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "patsy", "formulaic", "statsmodels.formula", "imp",
)  # fmt: skip
BANNED_NAMES = ("eval", "exec", "compile", "__import__")
BANNED_METHODS = (
    "from_formula", "read_pickle", "to_pickle", "read_gpickle", "sympify", "parse_expr", "getoutput", "popen",
)  # fmt: skip
BANNED_CALLS = ("os.system", "os.popen", "yaml.load", "yaml.unsafe_load", "builtins.eval", "builtins.exec")
BANNED_KEYWORDS = ("shell", "allow_pickle", "pickle_fallback")
FRAME_METHODS = ("query", "eval")
"""Of a DataFrame: they execute text. Banned where frames are, in tools; a vector index has a `query` too."""

REVIEWED = {("tools/estimate/_neighbours.py", "tree.query")}
"""Calls that only share a name with a dangerous one: scipy's `KDTree.query` looks up near points."""


def module_name(file: Path) -> str:
    """`tools/domain/graphs.py` is `tools.domain.graphs`; the public face has no prefix."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    parts = parts[2:] if parts[:2] == ("src", "whence") else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def imports(module: str, is_package: bool, parsed: ast.AST) -> Iterator[tuple[int, str]]:
    """Every import as (line, absolute name); ours without the leading `whence.`, as `tools.spec`."""
    for node in ast.walk(parsed):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.removeprefix("whence.")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".") if module else []
                keep = len(parts) - node.level + (1 if is_package else 0)
                base = ".".join([*parts[: max(keep, 0)], *filter(None, [node.module])])
            base = "" if base == "whence" else base.removeprefix("whence.")
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}" if base else alias.name


def within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def wrong_directions(module: str, is_package: bool, parsed: ast.AST) -> list[str]:
    own = next((part for part in MAY_IMPORT if within(module, part)), None)
    if own is None:  # the public face gathers everything
        return []
    return [
        f"line {line}: {module} may not import {name}"
        for line, name in imports(module, is_package, parsed)
        if any(within(name, folder) for folder in FOLDERS)
        and not any(within(name, allowed) for allowed in MAY_IMPORT[own])
    ]


def crossed_seams(path: str, parsed: ast.AST) -> list[str]:
    in_a_folder_of_tools = path.startswith("tools/") and path.count("/") > 1 and not path.startswith("tools/domain/")
    return [
        f"{path}:{line}: {name} belongs in {SEAMS[library]}"
        for line, name in imports("", False, parsed)
        if (library := name.split(".")[0]) in SEAMS
        and not (in_a_folder_of_tools if SEAMS[library] == "tools/*/" else path.startswith(SEAMS[library]))
    ]


def dangers(path: str, parsed: ast.AST) -> list[str]:
    found = [
        (line, name)
        for line, name in imports("", False, parsed)
        if any(within(name, banned) for banned in BANNED_IMPORTS)
    ]
    for node in ast.walk(parsed):
        if isinstance(node, ast.Call):
            found += [(node.lineno, name) for name in dangerous_call(path, node)]
    return [f"{path}:{line}: {name} is not allowed" for line, name in found]


def dangerous_call(path: str, node: ast.Call) -> Iterator[str]:
    text = ast.unparse(node.func)
    last = text.rsplit(".", 1)[-1]
    if text in BANNED_NAMES or text in BANNED_CALLS or last in BANNED_METHODS:
        yield text
    if "." in text and last in FRAME_METHODS and path.startswith("tools/") and (path, text) not in REVIEWED:
        yield text
    for keyword in node.keywords:
        refused = keyword.arg in BANNED_KEYWORDS
        if refused and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False):
            yield f"{text}({keyword.arg}=…)"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_keeps_to_the_walls(file):
    path, parsed = str(file.relative_to(ROOT)), tree(file)
    problems = wrong_directions(module_name(file), file.name == "__init__.py", parsed)
    assert problems + crossed_seams(path, parsed) + dangers(path, parsed) == []


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("tools.domain.graphs", "from ..spec import Tool"),
        ("tools.domain.graphs", "from ... import agent"),
        ("tools.runtime", "from ..agent.state import Plan"),
        ("tools.data.load", "import whence.memory.store"),
        ("memory.store", "from ..tools.runtime import Runtime"),
        ("memory.store", "from ..tools import runtime"),
        ("prompts", "from whence.agent import loop"),
    ],
)
def test_the_wall_between_parts_is_seen(module, code):
    assert wrong_directions(module, module == "prompts", ast.parse(code))


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("agent.loop", "from ..tools.runtime import Runtime"),
        ("tools.data.load", "from ..domain.errors import BadArguments\nfrom ._files import read"),
        ("memory.store", "from ..tools.domain.graphs import Dag"),
        ("", "from .agent.session import Agent"),
    ],
)
def test_the_allowed_directions_are_allowed(module, code):
    assert not wrong_directions(module, False, ast.parse(code))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("agent/session.py", "def f():\n    import dowhy.gcm"),
        ("tools/domain/graphs.py", "from causallearn.search import x"),
        ("tools/linear.py", "import statsmodels.api as sm"),
        ("agent/policies/rules/read.py", "from openai import OpenAI"),
        ("agent/session.py", "from langgraph.graph import StateGraph"),
        ("memory/store.py", "import chromadb"),
    ],
)
def test_the_wall_around_a_library_is_seen(path, code):
    assert crossed_seams(path, ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "eval('1')", "exec(code)", "compile(a, b, c)", "__import__('os')", "import pickle", "from pickle import loads",
        "import os\nos.system('ls')", "subprocess.run(x, shell=True)", "subprocess.run(x, shell=flag)",
        "yaml.load(text)", "import statsmodels.formula.api as smf", "from statsmodels.formula import api",
        "OLS.from_formula('y ~ x', d)", "frame.query('a > 1')", "frame.eval('a + b')", "pd.read_pickle(f)",
        "np.load(f, allow_pickle=True)", "JsonPlusSerializer(pickle_fallback=True)", "sympy.sympify(text)",
    ],
)  # fmt: skip
def test_danger_is_seen(code):
    assert dangers("tools/data/load.py", ast.parse(code))


def test_harmless_lookalikes_are_left_alone():
    code = "re.compile('a')\nmodel.evaluate()\nsubprocess.run(x, shell=False)\nspec.loader.exec_module(m)\nimport json"
    assert dangers("tools/data/load.py", ast.parse(code)) == []
    assert dangers("memory/index.py", ast.parse("collection.query(q)")) == []


LISTING = """
import json, sys
import whence
from whence.tools.registry import all_tools
listed = [[t.name, t.description, t.args.model_json_schema(), t.stage] for t in all_tools().values()]
print(json.dumps(sorted(sys.modules)))
"""


def loaded_by(code: str, folder: Path) -> set[str]:
    """Names of the modules in a fresh interpreter after it ran some code."""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd=folder, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_listing_the_tools_imports_no_heavy_library(tmp_path):
    loaded = loaded_by(LISTING, tmp_path)
    assert loaded.isdisjoint(HEAVY)
    assert loaded.isdisjoint(FOLDERS)  # no top-level `tools` or `agent`: the names are other people's


@pytest.mark.parametrize("module", ["whence", "whence.__main__", "whence.tools.runtime", "whence.agent.policy"])
def test_importing_the_front_doors_is_cheap(module, tmp_path):
    loaded = loaded_by(f"import json, sys, {module}\nprint(json.dumps(sorted(sys.modules)))", tmp_path)
    assert loaded.isdisjoint(HEAVY)


def test_our_folders_are_not_modules_of_their_own(tmp_path):
    code = f"import json, importlib.util as u\nprint(json.dumps([n for n in {FOLDERS!r} if u.find_spec(n)]))"
    assert loaded_by(code, tmp_path) == set()
