"""Graph texts: every format gives back what it was given, and refuses what it cannot hold."""

from __future__ import annotations

import json

import hypothesis.strategies as st
import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings

from whence.tools.domain.edges import Edge
from whence.tools.domain.errors import BadArguments, TooLarge
from whence.tools.domain.formats import FORMATS, detect_format, not_kept, read_graph, read_graph_text, write_graph
from whence.tools.domain.graphs import Admg, AnyGraph, Cpdag, Dag, LaggedDag, Pag

HOSTILE = [
    "", " ", "a b", "node", "graph", "digraph", "subgraph", "edge", "strict", "dag", "pag", "end", "o", "x", "->", "a -> b", "a<->b", "--",
    "it's", 'say "hi"', "a,b", "a;b", "line\nbreak", "tab\tstop", "back\\slash", "end\\", '\\"', "# note", "// note", "%% x",
    "é", "变量", "→", "😀", "{a b}", "[latent]", "a]", "<b>", "&amp;", "&#60;", "#quot;", "latent: u", "kind: pag", "1", "-1", "1.5", "0",
    "a causes b", "nothing", "a:b", "x); __import__('os').system('touch pwned')#", "'", "`", "`code`", "```", "|", "n0", "null", "a.b", ".",
    " lead", "trail ", "\u2028", "\x85", "\ufeff", "a\rb", "<!DOCTYPE x>", "<br>", "class", "style", "Graph Nodes:", "tier 1: x",
]  # fmt: skip
names = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=6).filter(lambda s: not _surrogate(s)))
SYMBOLS = {
    Dag: ["->", "<-"],
    Admg: ["->", "<-", "<->"],
    Cpdag: ["->", "<-", "--"],
    Pag: ["->", "<-", "<->", "--", "o->", "<-o", "o-o", "o--", "--o"],
}
MARKS = {"-": "tail", ">": "arrow", "<": "arrow", "o": "circle"}


def _surrogate(name: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in name)


@st.composite
def graphs(draw: st.DrawFn, kinds: tuple[type, ...] = (Dag, Admg, Cpdag, Pag, LaggedDag)) -> AnyGraph:
    """Any graph with hostile names; directed parts follow the order of the nodes, so there is no cycle."""
    cls = draw(st.sampled_from(kinds))
    nodes = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    edges: list[Edge] = []
    for i, a in enumerate(nodes):
        for b in nodes[i + 1 :]:
            if draw(st.booleans()):
                edges += [_edge(draw, a, b, s) for s in _symbols(draw, cls)]
        if cls is LaggedDag and draw(st.booleans()):
            edges.append(Edge(source=a, target=a, lag_steps=draw(st.integers(1, 9))))
    latent = draw(st.lists(st.sampled_from(nodes), unique=True, max_size=2)) if cls in (Dag, Admg) else []
    return cls.build(edges, nodes=nodes, latent=latent)


def _symbols(draw: st.DrawFn, cls: type) -> list[str]:
    if cls is LaggedDag:
        return draw(st.lists(st.sampled_from(["0", "1", "2"]), unique=True, max_size=2))
    if cls is Admg and draw(st.booleans()):
        return ["->", "<->"]
    return [draw(st.sampled_from(SYMBOLS[cls]))]


def _edge(draw: st.DrawFn, a: str, b: str, symbol: str) -> Edge:
    said = {
        "origin": draw(st.sampled_from(["user", "data", "model"])),
        "support": draw(st.sampled_from([None, 0.0, 0.25, 1.0])),
    }
    if symbol.isdecimal():
        return Edge(source=a, target=b, lag_steps=int(symbol), **said)
    if symbol in ("<-", "<-o", "--o"):  # keeps arrows along the order of the nodes
        a, b = b, a
    return Edge(source=a, target=b, mark_source=MARKS[symbol[0]], mark_target=MARKS[symbol[-1]], **said)


def picture(graph: AnyGraph, provenance: bool) -> tuple[object, ...]:
    """What must survive: the kind, nodes in order, marks at both ends, lags, latent nodes, and origins where kept."""
    edges: set[object] = set()
    for e in graph.edges:
        ends = {(e.source, e.mark_source), (e.target, e.mark_target)}
        direction = (e.source, e.target) if e.lag_steps else None
        edges.add((frozenset(ends), direction, e.lag_steps, *((e.origin, e.support) if provenance else ())))
    return type(graph), graph.nodes, frozenset(edges), frozenset(graph.latent)


def holds(graph: AnyGraph, format: str) -> bool:
    """Whether a format has a place for the graph; the rules as documented, written apart from the code."""
    plain = isinstance(graph, Dag) and not graph.latent
    lagless = not isinstance(graph, LaggedDag)
    text = "".join(graph.nodes)
    controls = any(ord(c) < 32 or ord(c) == 127 for c in text)
    if format == "adjacency":
        return plain and not any(c in text for c in "\0\r")
    if format == "dagitty":
        return lagless and not controls and not any('\\"' in n or n.endswith("\\") for n in graph.nodes)
    if format == "graphml":
        return not any((ord(c) < 32 and c not in "\t\n\r") or c in "\ufffe\uffff" for c in text)
    if format == "tetrad":
        return lagless and all(n and not any(c.isspace() or c in ";,()" for c in n) for n in graph.nodes)
    return True


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(graph=graphs())
def test_every_format_gives_back_what_it_was_given_or_refuses(format: str, graph: AnyGraph) -> None:
    if not holds(graph, format):
        with pytest.raises(BadArguments):
            write_graph(graph, format)
        return
    if format == "tetrad" and type(read_graph(write_graph(graph, format), format)) is not type(graph):
        return  # Tetrad has no word for the kind; the next test covers graphs whose edges show it
    again = read_graph(write_graph(graph, format), format)
    kept = format in ("dagitty", "dot", "gml", "graphml", "nodelink", "json")
    assert picture(again, kept) == picture(graph, kept)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "graph",
    [
        Dag.of("a -> b", "b -> c", "a -> c", nodes=["z"]),
        Dag.of("u -> a", "u -> b", latent=["u"]),
        Admg.of("a -> b", "a <-> b", "b -> c"),
        Cpdag.of("a -- b", "c -> d", "b -- c"),
        Pag.of("a o-> b", "b <-> c", "c o-o d", "d -> b", "e o-- d"),
    ],
    ids=lambda g: g.kind,
)
def test_format_is_told_from_the_text(format: str, graph: AnyGraph) -> None:
    if holds(graph, format):
        text = write_graph(graph, format)
        assert detect_format(text) == format
        assert picture(read_graph(text), False) == picture(graph, False)


@pytest.mark.parametrize("format", [f for f in FORMATS if f not in ("json", "tetrad", "adjacency")])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(graph=graphs())
def test_hostile_names_do_not_mislead_the_detection(format: str, graph: AnyGraph) -> None:
    if holds(graph, format):
        text = write_graph(graph, format)
        assert detect_format(text) == format


WORDS = [
    *"ab\"\\'`<>-o{}[]();,:=|&#%./*\n \t!xT1",
    "->",
    "--",
    "dag",
    "graph",
    "digraph",
    "flowchart",
    "node",
    "edge",
    "id 1",
]
HEADS = ["", "dag {", "digraph {", "graph [", "flowchart LR\n", "<graphml><graph>", "{", '{"nodes":', "Graph Nodes:\n"]


@settings(max_examples=400, deadline=None, derandomize=True)
@given(words=st.lists(st.sampled_from(WORDS), max_size=30), head=st.sampled_from(HEADS))
def test_any_text_is_read_or_refused_in_words(words: list[str], head: str) -> None:
    message = "x" * 99
    try:
        read_graph(head + "".join(words))
    except (BadArguments, TooLarge) as error:
        message = str(error)
    assert len(message) > 20


@pytest.mark.parametrize(
    ("text", "edges"),
    [
        ("a -> b", "a -> b"),
        ("a->b", "a -> b"),
        ("a --> b -> c", "a -> b; b -> c"),
        ("a → b ← c", "a -> b; c -> b"),
        ("a,b\nb,c", "a -> b; b -> c"),
        ("source,target\na,b", "a -> b"),
        ("a b\nb c", "a -> b; b -> c"),
        ("a\tb", "a -> b"),
        ("1,2\n2,3", "1 -> 2; 2 -> 3"),
        ("a causes b", "a -> b"),
        ("b is caused by a", "a -> b"),
        ("parental income -> school years", "parental income -> school years"),
        ("a, b -> c", "a -> c; b -> c"),
        ("{a b} -> c", "a -> c; b -> c"),
        ("1. a -> b\n2. b -> c", "a -> b; b -> c"),
        ("* a -> b\n- b -> c", "a -> b; b -> c"),
        ("a -> b; b -> c  # note", "a -> b; b -> c"),
        ("foo->bar", "foo -> bar"),
        ("foo-bar -> baz", "foo-bar -> baz"),
        ("mother's age -> father's age", "mother's age -> father's age"),
        ("```\na -> b\n```", "a -> b"),
        ("dag { bb=\"0,0,1,1\" x [exposure,pos=\"-1.2,0.5\"] y [outcome]; x -> y }", "x -> y"),
        ("dag { U -> {a b} }", "U -> a; U -> b"),
        ("dag{ x -> m -> a b }", "x -> m; m -> a; b"),
        ("pag { a @-> b <-@ c }", "a o-> b; c o-> b"),
        ("pag{ {V2 V1} @-> X -> {V4 @-> Y} <- V3 @-> X }",
         "V4 o-> Y; V2 o-> X; V1 o-> X; X -> V4; X -> Y; V3 -> V4; V3 -> Y; V3 o-> X"),
        ('dag { "my var" -> "a \\"b\\"" }', 'my var -> a "b"'),
        ("graph { a -- b; b -- c }", "a -- b; b -- c"),
        ("digraph G { node [shape=box]; subgraph cluster_0 { label=x; a -> b } b -> c [dir=back]; }", "a -> b; c -> b"),
        ("digraph { a -> b [dir=both]; a -> c [dir=both, arrowtail=odot]; c -> b [arrowhead=odot, dir=both, arrowtail=odot] }",
         "a <-> b; a o-> c; c o-o b"),
        ("digraph { edge [dir=none]; a -> b; subgraph { edge [dir=forward]; c -> a } }", "a -- b; c -> a"),
        ('digraph { 0 [label="age"]; 1 [label="pay"]; 0 -> 1 }', "age -> pay"),
        ('digraph { a [label=<<b>x</b>>]; "a" + "b" -> c:nw }', "ab -> c; a"),
        ('graph [ directed 1 node [ id "Z" label "Z" ] node [ id "X" label "X" ] edge [ source "Z" target "X" ] ]', "Z -> X"),
        ("flowchart LR\n  A[Smoking] -->|raises| B((Tar))\n  B -.-> C{{Cancer}}; A & G --> C",
         "Smoking -> Tar; Tar -> Cancer; Smoking -> Cancer; G -> Cancer"),
        ("graph TD\n A -- text --> B\n B <--> C\n subgraph one\n C --> D\n end\n style A fill:#fff", "A -> B; B <-> C; C -> D"),
        (",a,b\na,0,1\nb,0,0", "a -> b"),
        ("a;b\n0;1.0\n0;0", "a -> b"),
        ('{"nodes": ["a", "b"], "edges": [["a", "b"]]}', "a -> b"),
        ("Graph Nodes:\nX;Y;(L)\n\nGraph Edges:\n1. X --> Y\n2. L o-> Y", "X -> Y; L o-> Y"),
    ],
)  # fmt: skip
def test_texts_as_people_write_them(text: str, edges: str) -> None:
    assert str(read_graph(text)) == edges


def test_dagitty_roles_are_kept_beside_the_graph() -> None:
    found = read_graph_text('dag { x [exposure,pos="0,1"] y [outcome] u [latent] s [selected] u -> {x y} x -> y -> s }')
    assert (found.exposures, found.outcomes, found.graph.latent) == (("x",), ("y",), ("u",))
    assert "selected" in found.notes[0]


def test_latent_nodes_can_be_named_apart() -> None:
    assert read_graph("u -> a; u -> b", latent=("u",)).latent == ("u",)
    with pytest.raises(BadArguments, match="'v'"):
        read_graph("u -> a", latent=("v",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a -> b\nb -> c\nc -> a", "a -> b -> c -> a"),
        ("a -> b\nb -> a", "a -> b -> a"),
        (",a,b\na,0,1\nb,1,0", "a -> b -> a"),
        ("pag { a -> b -> c -> a }", "a -> b -> c -> a"),
        ("a -> b\na b c", "Line 2 of the edge list, 'a b c'"),
        ("a -> b\n\n-> c", "Line 3"),
        ("a -> a", "self-loop"),
        ("x does not cause y", "knowledge"),
        ("a -/-> b", "knowledge"),
        ('a -> "b', "not closed"),
        ("a -> b\na -- b", "twice"),
        ("dag { a -> }", "right"),
        ("dag { a -> b", "closing brace is missing"),
        ("dag {\n a -> b\n -> c -> }", "Line 3"),
        ("dag { anti-age -> y }", "quote names"),
        ("digraph { a -> b } trailing", "nothing may follow"),
        ("digraph { a -> b [dir=sideways] }", "sideways"),
        ('digraph { "a -> b }', "quote is not closed"),
        ("digraph { a:port -> b }", "port"),
        ("graph [ node [ id 1 ] edge [ source 1 target 7 ] ]", "'7'"),
        ("graph [ node [ id 1 ] node [ id 1 ] ]", "twice"),
        ("graph [ node [ id 1 ]", "missing"),
        ("flowchart LR\n A --> ", "right"),
        ("flowchart LR\n A --x B", "cross"),
        ('flowchart LR\n A["x" --> B', "not closed"),
        (",a,b\na,0,0.7\nb,0,0\n", "must be 0 or 1"),
        ('{"nodes": ["a"], "edges": [["a", "b"]]}', "'b'"),
        ('{"kind": "dag", "nodes": [1]}', "nodes.0"),
        ('{"kind": "dag"', "not valid JSON"),
        ("Graph Nodes:\nX\nGraph Edges:\n1. X --> Y", "'Y'"),
        ("<graphml><graph><node/></graph></graphml>", "`id`"),
        ("<graphml><graph><node id='a'/></graphml>", "well-formed"),
        ("   \n", "empty"),
    ],
)
def test_faults_are_refused_with_line_and_text(text: str, words: str) -> None:
    with pytest.raises(BadArguments) as caught:
        read_graph(text)
    assert words in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_entities_and_document_types_are_refused() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><graphml><graph><node id="&b;"/></graph></graphml>'
    with pytest.raises(BadArguments, match="refused"):
        read_graph(bomb)
    with pytest.raises(BadArguments, match="refused"):
        read_graph('<!DOCTYPE g SYSTEM "file:///etc/passwd"><graphml/>')


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "dag {" + "{" * 100_000 + "a" + "}" * 100_000 + "}",
        "graph [ " + "a [ " * 100_000,
        '{"nodes": ' + "[" * 100_000,
        "<graphml>" + "<a>" * 100_000,
        "a -> " * 60_000 + "a",
        "a   " * 200_000,
        "'" * 500_000,
        '"\\' * 500_000,
        "a" + " " * 900_000 + "b c",
        "digraph { " + "<" * 300_000,
        "digraph { " + '"a" + ' * 300_000 + '"a" }',
        "/*" * 400_000,
        "Creator \n" * 60_000 + "a b c",
        "flowchart LR\n" + "A -- " * 200_000,
        "```" * 200_000,
        "---\n" * 200_000 + "a b c",
    ],
    ids=range(16),
)
@pytest.mark.timeout(20)
def test_deep_or_crafted_texts_are_refused_quickly(text: str) -> None:
    with pytest.raises((BadArguments, TooLarge)):
        read_graph(text)


@pytest.mark.timeout(20)
def test_sizes_are_bounded() -> None:
    with pytest.raises(TooLarge, match="20,000 nodes"):
        read_graph("\n".join(f"v{i} -> v{i + 1}" for i in range(20_001)))
    many = " ".join(f"v{i}" for i in range(2_000))
    with pytest.raises(TooLarge, match="200,000 edges"):
        read_graph(f"dag {{ {{{many}}} -> {{{many.replace('v', 'w')}}} }}")
    with pytest.raises(TooLarge, match="5,000,000 bytes"):
        read_graph("a -> b\n" * 800_000)


@pytest.mark.slow
@pytest.mark.timeout(20)
def test_a_chain_of_twenty_thousand_nodes_is_read() -> None:
    text = "\n".join(f"v{i} -> v{i + 1}" for i in range(19_999))
    graph = read_graph(text)
    assert len(graph.nodes) == 20_000
    assert len(graph.ancestors("v19999")) == 20_000
    assert read_graph(write_graph(graph, "dot")) == graph


plain_dags = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda p: p[0] < p[1]), unique=True, min_size=1, max_size=8
).map(lambda pairs: Dag.of(*(f"v{a} -> v{b}" for a, b in pairs)))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(graph=st.one_of(plain_dags, graphs((Dag,))))
def test_networkx_reads_what_we_write(graph: Dag, tmp_path_factory: pytest.TempPathFactory) -> None:
    wanted = {(e.source, e.target) if e.symbol == "->" else (e.target, e.source) for e in graph.edges}
    data = json.loads(write_graph(graph, "nodelink"))
    assert set(nx.node_link_graph(data, edges="edges").edges()) == wanted
    assert set(nx.parse_gml(write_graph(graph, "gml")).edges()) == wanted
    if holds(graph, "graphml") and "" not in graph.nodes:
        assert set(nx.parse_graphml(write_graph(graph, "graphml")).edges()) == wanted


@settings(max_examples=40, deadline=None, derandomize=True)
@given(graph=plain_dags)
def test_we_read_what_networkx_writes(graph: Dag) -> None:
    wanted = {(e.source, e.target) for e in graph.edges}
    drawn = nx.DiGraph(wanted)
    for text in (
        json.dumps(nx.node_link_data(drawn, edges="links")),
        "\n".join(nx.generate_gml(drawn)),
        "\n".join(nx.generate_graphml(drawn)),
        "\n".join(nx.generate_edgelist(drawn)),
    ):
        assert {(e.source, e.target) for e in read_graph(text).edges} == wanted


def test_dowhy_reads_what_we_write() -> None:
    dowhy_graph = pytest.importorskip("dowhy.graph")
    graph = Dag.of("z -> t", "z -> y", "t -> y", "u -> t", "u -> y", latent=["u"])
    wanted = {(e.source, e.target) for e in graph.edges}
    for format in ("dot", "gml"):
        drawn = dowhy_graph.build_graph_from_str(write_graph(graph, format))
        assert set(drawn.edges()) == wanted
        assert drawn.nodes["u"]["observed"].strip('"') == "no"
    read = dowhy_graph.build_graph_from_str(write_graph(Dag.of("z -> t", "t -> y"), "dagitty"))
    assert set(read.edges()) == {("z", "t"), ("t", "y")}


def test_formats_without_a_place_for_provenance_say_so() -> None:
    graph = Dag.build([Edge(source="a", target="b", origin="data", support=0.9)])
    assert "support" in not_kept(graph, "mermaid")[0]
    assert not_kept(graph, "dot") == ()
    assert read_graph(write_graph(graph, "dot")).edges[0].support == 0.9


@pytest.mark.parametrize("format", ["dot", "gml", "graphml", "dagitty", "json"])
def test_what_a_model_proposed_stays_marked_with_its_confidence(format: str) -> None:
    graph = Dag.build([Edge(source="a", target="b", origin="model", confidence=0.7)])
    read = read_graph(write_graph(graph, format)).edges[0]
    assert (read.origin, read.confidence, read.support) == ("model", 0.7, None)


def test_writing_refuses_what_cannot_be_held() -> None:
    lagged = LaggedDag.build([Edge(source="a", target="a", lag_steps=1)])
    with pytest.raises(BadArguments, match="time lag"):
        write_graph(lagged, "dagitty")
    with pytest.raises(BadArguments, match="'a <-> b'"):
        write_graph(Admg.of("a <-> b"), "adjacency")
    with pytest.raises(BadArguments, match="latent"):
        write_graph(Dag.of("u -> a", latent=["u"]), "adjacency")
    with pytest.raises(BadArguments, match="no graph format 'png'"):
        write_graph(lagged, "png")
    with pytest.raises(BadArguments, match="surrogate"):
        write_graph(Dag(nodes=("\ud800",)), "json")
