"""Whatever hypothesis thinks of, in addresses, filters and forms."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from tests.webapp.bad_requests.visiting import (
    CASES,
    WORST,
    Visit,
)
from tests.webapp.requests import (
    Fields,
    Sending,
    encoded,
)

anything = st.one_of(
    st.sampled_from(WORST),
    st.text(max_size=30).map(lambda typed: typed.encode("utf-8", "surrogatepass")),
    st.text(st.characters(codec=None), max_size=20).map(
        lambda typed: typed.encode("utf-8", "surrogatepass")
    ),
    st.integers().map(lambda number: str(number).encode()),
    st.binary(max_size=30),
)
few = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def pairs(names: tuple[str, ...]) -> st.SearchStrategy[Fields]:
    return st.lists(st.tuples(st.sampled_from([*names, "unknown"]), anything), max_size=6)


def drawn_arguments(data: st.DataObject, rule: Rule) -> dict[str, bytes]:
    return {
        name: data.draw(anything) for name in sorted(rule.arguments) if data.draw(st.booleans())
    }


@few
@given(st.data())
def test_anything_in_addresses_and_filters(visit: Visit, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(visit.open_rules("GET")))
    changed = {
        name: data.draw(anything) for name in sorted(rule.arguments) if data.draw(st.booleans())
    }
    query = data.draw(pairs(CASES[rule.endpoint].query))
    visit.sends(Sending("GET", visit.path(rule, **changed), encoded(query)))


@few
@given(st.data())
def test_anything_in_a_form(visit: Visit, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(visit.open_rules("POST")))
    case = CASES[rule.endpoint]
    changed = {
        name: data.draw(anything) for name in sorted(rule.arguments) if data.draw(st.booleans())
    }
    fields = data.draw(
        st.lists(st.tuples(st.sampled_from([*case.fields, "unknown"]), anything), max_size=8)
    )
    query = data.draw(
        st.lists(st.tuples(st.sampled_from([*case.query, "unknown"]), anything), max_size=2)
    )
    body = visit.form(rule, fields)
    response = visit.sends(Sending("POST", visit.path(rule, **changed), encoded(query), body))
    if case.spoilt:
        assert response.status_code >= 400


@few
@given(text=anything, repeats=st.integers(1, 3))
def test_anything_in_an_answer_or_a_draft_that_is_otherwise_right(
    visit: Visit, text: bytes, repeats: int
) -> None:
    """Past the first check of shape, so that the meaning is read as well."""
    answer = [
        ("position", b"3"),
        ("key", b"k" * 20),
        ("row-zz", text),
        *[("choice", text)] * repeats,
    ]
    by_endpoint = {rule.endpoint: rule for rule in visit.rules()}
    if text != b"dont_know":
        path = visit.path(by_endpoint["taking.answer"])
        own = [("csrf_token", visit.token)]
        answered = visit.sends(Sending("POST", path, body=encoded(own + answer).encode()))
        assert answered.status_code in {400, 403, 404, 422}
    draft = [
        *(("expected_version", b"1"), ("preview_language", b"nb"), ("action", b"preview")),
        *(("rows", b"2"), ("stem-nb", text), ("rows-0-text-nb", text), ("correct", text)),
        *(("note", text), ("scene", text), ("value", text), ("units", text), ("accept", text)),
    ]
    path = visit.path(by_endpoint["authoring.save"])
    visit.sends(Sending("POST", path, body=encoded([("csrf_token", visit.token), *draft]).encode()))
