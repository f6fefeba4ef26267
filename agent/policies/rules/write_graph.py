"""Word the answers to questions about the graph."""

from __future__ import annotations

from ....tools.domain.edges import Edge
from ....tools.domain.evidence import Evidence
from ....tools.domain.questions import AdjustmentQuestion, DiscoveryQuestion, RelationQuestion
from ....tools.domain.results import (
    AdjustmentResult,
    GraphResult,
    Identification,
    ImplicationsResult,
    IndependenceResult,
    RolesResult,
    SeparationResult,
    VariableRole,
)
from ...policy import Situation
from ...state import Claim, Derived, Draft
from .learn import doubts
from .ledger import Seen
from .opinion import opinion_claims
from .wording import listed

NO_HIDDEN = "This takes for granted that no common cause is hidden; the data cannot show that."
BY_INSTRUMENTS = (
    "This takes for granted that each instrument acts on one of the two directly and shares no cause with either, as the question "
    "says; a hidden common cause of the two does no harm."
)


def write_graph(question: DiscoveryQuestion | RelationQuestion | AdjustmentQuestion, situation: Situation) -> Draft:
    """Say what the graph, given or learned, tells about the question."""
    seen = Seen(situation.ledger)
    if isinstance(question, DiscoveryQuestion):
        draft = _discovery(question, situation, seen)
    elif isinstance(question, AdjustmentQuestion):
        draft = _adjustment(question, seen)
    elif question.relation == "independent":
        draft = _independence(question, seen)
    else:
        draft = _relation(question, seen)
    found = seen.result(GraphResult)
    if situation.catalog.graph is None and found is not None:
        premise = BY_INSTRUMENTS if found.method == "instruments" else NO_HIDDEN
        care = () if isinstance(question, DiscoveryQuestion) else doubts(seen)
        more = (*care, *opinion_claims(situation, seen), Claim(text=premise))
        draft = draft.model_copy(update={"claims": (*draft.claims, *more)})
    return draft


def _failed(what: str, seen: Seen) -> Draft:
    failed = [e for e in seen.ledger if not e.ok]
    reason = f": {failed[-1].summary.rstrip('.')}" if failed else ""
    return Draft(headline=Claim(text=f"{what} cannot be said{reason}.", evidence=tuple(e.id for e in failed[-1:])))


def _heads(edge: Edge) -> tuple[str, ...]:
    """The ends of an edge that have an arrowhead."""
    marks = ((edge.source, edge.mark_source), (edge.target, edge.mark_target))
    return tuple(node for node, mark in marks if mark == "arrow")


def _discovery(question: DiscoveryQuestion, situation: Situation, seen: Seen) -> Draft:
    found = seen.pair(GraphResult)
    if found is None:
        return _failed("What the graph is", seen)
    evidence, result = found
    graph = result.graph
    count = Derived(value=len(graph.edges), how="count", of=())
    if question.source and question.source in graph.nodes:
        return _effects(question.source, evidence, result, seen)
    if question.target and question.target in graph.nodes:
        parents = graph.parents(question.target)
        touching = [str(e) for e in graph.incident(question.target) if not e.directed]
        text = f"Direct causes of {question.target} in the graph: {listed(parents) if parents else 'none that the data settle'}."
        out = [str(e) for e in graph.incident(question.target) if e.directed and question.target not in _heads(e)]
        said = [f"Edges at {question.target} whose direction is open: {'; '.join(touching)}."] if touching else []
        said += [f"Edges that leave {question.target} in the graph: {'; '.join(out)}."] if out else []
        claims = (*doubts(seen), *(Claim(text=t, evidence=(evidence.id,)) for t in said))
        return Draft(headline=Claim(text=text, evidence=(evidence.id,)), claims=claims, primary=evidence.id)
    kind = {"cpdag": "an equivalence class", "pag": "a class that allows hidden common causes", "dag": "a DAG"}.get(
        graph.kind, "a graph"
    )
    headline = Claim(
        text=f"The graph is {kind} with {len(graph.edges)} edges.", evidence=(evidence.id,), derived=(count,)
    )
    claims = [*doubts(seen)]
    if graph.edges:
        claims.append(Claim(text=f"Edges: {'; '.join(map(str, graph.edges[:40]))}.", evidence=(evidence.id,)))
    undirected = [str(e) for e in graph.edges if not e.directed]
    if undirected and graph.kind == "cpdag":
        claims.append(
            Claim(
                text=f"The data do not decide the direction of: {'; '.join(undirected[:20])}.", evidence=(evidence.id,)
            )
        )
    claims += _implications(seen)
    return Draft(headline=headline, claims=tuple(claims), primary=evidence.id)


def _effects(source: str, evidence: Evidence, result: GraphResult, seen: Seen) -> Draft:
    """What a variable points to."""
    children = [node for node in result.graph.nodes if source in result.graph.parents(node)]
    text = f"Direct effects of {source} in the graph: {listed(children) if children else 'none that the data settle'}."
    touching = [str(e) for e in result.graph.incident(source) if not e.directed]
    said = f"Edges at {source} whose direction is open: {'; '.join(touching)}."
    claims = (*doubts(seen), *([Claim(text=said, evidence=(evidence.id,))] if touching else []))
    return Draft(headline=Claim(text=text, evidence=(evidence.id,)), claims=claims, primary=evidence.id)


def _implications(seen: Seen) -> list[Claim]:
    found = seen.pair(ImplicationsResult)
    if found is None:
        return []
    e, r = found
    tested = Derived(value=len(r.tests), how="count", of=())
    text = f"{r.n_rejected} of {len(r.tests)} independencies that the graph implies are contradicted by the data."
    return [Claim(text=text, evidence=(e.id,), derived=(tested,))]


def _adjustment(question: AdjustmentQuestion, seen: Seen) -> Draft:
    found = seen.pair(AdjustmentResult)
    if found is None:
        return _failed(
            f"What to adjust for when estimating the effect of {question.treatment} on {question.outcome}", seen
        )
    evidence, r = found
    t, y = question.treatment, question.outcome
    heads = {
        "none_needed": f"Nothing needs to be adjusted for to estimate the effect of {t} on {y}.",
        "this_set": f"To estimate the effect of {t} on {y}, adjust for {listed(r.minimal[0] if r.minimal else r.optimal or ())}.",
        "not_identifiable_by_adjustment": f"No set of measured variables is enough to estimate the effect of {t} on {y}.",
        "invalid": f"Adjusting for {listed(r.proposed or ())} would be wrong for the effect of {t} on {y}.",
        "depends_on_orientation": f"What to adjust for depends on edges whose direction the data leave open ({t}, {y}).",
    }
    if r.proposed is not None and r.verdict == "this_set":
        heads["this_set"] = f"Adjusting for {listed(r.proposed)} is enough to estimate the effect of {t} on {y}."
    claims = [Claim(text=_sentence(r.reason), evidence=(evidence.id,))]
    if len(r.minimal) > 1:
        claims.append(
            Claim(
                text="Each of these is enough: " + "; ".join(listed(s) for s in r.minimal[:10]) + ".",
                evidence=(evidence.id,),
            )
        )
    if r.optimal:
        claims.append(
            Claim(text=f"The most precise set in linear models is {listed(r.optimal)}.", evidence=(evidence.id,))
        )
    roles = seen.pair(RolesResult)
    if roles:
        harmful = [
            f"{v.variable} ({v.role.replace('_', ' ')}: {v.path})"
            for v in roles[1].roles
            if v.adjust == "harmful" and v.role != "undecided"
        ]
        if harmful:
            claims.append(Claim(text=f"Do not adjust for: {'; '.join(harmful)}.", evidence=(roles[0].id,)))
    return Draft(
        headline=Claim(text=heads[r.verdict], evidence=(evidence.id,)), claims=tuple(claims), primary=evidence.id
    )


def _independence(question: RelationQuestion, seen: Seen) -> Draft:
    graph, data = seen.pair(SeparationResult), seen.pair(IndependenceResult)
    given = f" given {listed(question.given)}" if question.given else ""
    a, b = question.source, question.target
    claims: list[Claim] = []
    if graph:
        claims.append(Claim(text=graph[1].summary(), evidence=(graph[0].id,)))
    if data:
        e, r = data
        verdict = "are dependent" if r.dependent else "show no dependence"
        text = f"In the data {a} and {b} {verdict}{given} ({r.test}, p = {r.p_value:.2g}, {r.n_used} rows)."
        claims.insert(0, Claim(text=text, evidence=(e.id,)))
        if not r.dependent:
            claims.append(
                Claim(text="Not finding dependence is not proof of independence; the test sees only some kinds of it.")
            )
    if not claims:
        return _failed(f"Whether {a} and {b} are independent{given}", seen)
    primary = (data or graph or (None,))[0]
    return Draft(headline=claims[0], claims=tuple(claims[1:]), primary=primary.id if primary else None)


def _relation(question: RelationQuestion, seen: Seen) -> Draft:
    a, b = question.source, question.target
    roles, path, effect = seen.pair(RolesResult), seen.pair(SeparationResult), seen.pair(Identification)
    if question.relation == "instrument":
        return _instrument(question, seen)
    if question.relation in ("confounder", "collider", "mediator") and roles:
        e, r = roles
        if not question.given:
            names = [v.variable for v in r.roles if v.role == question.relation]
            text = (
                f"Every {question.relation} of {a} and {b} in the graph: {listed(names) if names else 'there is none'}."
            )
            return Draft(headline=Claim(text=text, evidence=(e.id,)), primary=e.id)
        parts = {v.variable: v for v in r.roles}
        if missing := [name for name in question.given if name not in parts]:
            return _failed(f"What {missing[0]} is to {a} and {b}", seen)
        asked = [parts[name] for name in question.given]
        text = " ".join(_part(question, v) for v in asked)
        claims = tuple(Claim(text=f"If the graph is right: {_sentence(v.because)}", evidence=(e.id,)) for v in asked)
        return Draft(headline=Claim(text=text, evidence=(e.id,)), claims=claims, primary=e.id)
    if question.relation == "direct":
        return _edge(question, seen)
    if question.relation == "path" and path:
        e, r = path
        return Draft(headline=Claim(text=r.summary(), evidence=(e.id,)), primary=e.id)
    if effect:
        e, r = effect
        zero = r.estimand is not None and r.estimand.formula == "0"
        text = (
            f"In this graph {a} has no effect on {b}: {r.reason.rstrip('.')}."
            if zero
            else f"In this graph there is a directed path from {a} to {b}, so {a} could be a cause of it; {r.summary().rstrip('.')}."
        )
        return Draft(headline=Claim(text=text, evidence=(e.id,)), primary=e.id, identification=e.id)
    return _failed(f"How {a} and {b} are related", seen)


def _part(question: RelationQuestion, found: VariableRole) -> str:
    """Whether a variable plays the part that was asked about, or which it plays."""
    a, b, name = question.source, question.target, found.variable
    if found.role == "undecided":
        return f"The data do not decide whether {name} is a {question.relation} of {a} and {b} ({found.path})."
    yes = found.role == question.relation or (question.relation == "collider" and found.role == "m_bias_collider")
    return f"{'Yes' if yes else 'No'}: for {a} and {b}, {name} is {_article(found.role)} ({found.path})."


def _instrument(question: RelationQuestion, seen: Seen) -> Draft:
    """Whether the named variables are instruments, and given what."""
    a, b, named = question.source, question.target, listed(question.given)
    found = seen.pair(Identification)
    if found is None:
        return _failed(f"Whether {named} is an instrument for {a} and {b}", seen)
    evidence, r = found
    yes = r.status == "identified" and {*question.given} <= {*r.instruments}
    reason = r.reason.rpartition(": ")[2].rstrip(".")
    given = f" given {listed(r.adjustment_set)}" if yes and r.adjustment_set else ""
    text = (
        f"{'Yes' if yes else 'No'}: for {a} and {b}, {named} is {'' if yes else 'not '}an instrument{given} ({reason})."
    )
    return Draft(headline=Claim(text=text, evidence=(evidence.id,)), primary=evidence.id)


def _edge(question: RelationQuestion, seen: Seen) -> Draft:
    """Whether the graph has an edge from the one to the other, which says more than a directed path."""
    a, b = question.source, question.target
    found = seen.pair(GraphResult)
    if found is None:
        return _failed(f"Whether {a} is a direct cause of {b}", seen)
    evidence, result = found
    between = [e for e in result.graph.edges if {e.source, e.target} == {a, b}]
    if a in result.graph.parents(b):
        text = f"Yes: in this graph {a} is a direct cause of {b} ({a} -> {b})."
    elif any(not e.directed for e in between):
        text = f"The graph does not settle whether {a} is a direct cause of {b} ({'; '.join(map(str, between))})."
    else:
        text = f"No: in this graph no edge goes from {a} to {b}, so {a} is not a direct cause of it."
    return Draft(headline=Claim(text=text, evidence=(evidence.id,)), primary=evidence.id)


def _sentence(clause: str) -> str:
    """A clause as a sentence."""
    return clause[:1].upper() + clause[1:].rstrip(".") + "."


def _article(role: str) -> str:
    words = role.replace("_", " ")
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}" if words not in ("irrelevant", "undecided") else words
