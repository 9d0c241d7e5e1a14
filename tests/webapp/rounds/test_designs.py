"""What a stored design says of the length of a test."""

from __future__ import annotations

from dataclasses import replace

from placement.design import Design, default_design
from placement.plans import ModulePlan
from webapp.rounds.designs import usual_length

TEN_OR_TWENTY = (0,) * 10 + (50,) + (0,) * 9 + (50,)


def design_with(*plans: ModulePlan) -> Design:
    design = default_design(("A", "B", "C"))
    return replace(design, stopping=design.stopping.fitted(plans))


def test_the_usual_length_is_that_of_the_sum_and_not_the_sum_of_the_extremes() -> None:
    plans = [ModulePlan(module, (1.0,), TEN_OR_TWENTY) for module in "ABC"]
    assert usual_length(design_with(*plans)) == (30, 60)
    always_ten = [replace(plan, lengths=(0,) * 10 + (100,)) for plan in plans[1:]]
    assert usual_length(design_with(plans[0], *always_ten)) == (30, 40)
    wide = [replace(plan, lengths=(0,) * 10 + (10,) * 11) for plan in plans]
    few, many = usual_length(design_with(*wide))
    assert 33 < few < 40
    assert 50 < many < 57


def test_without_a_pilot_the_length_is_what_the_rule_allows() -> None:
    design = design_with(ModulePlan("A", (1.0,), TEN_OR_TWENTY))
    assert usual_length(design) == (3 * design.stopping.minimum, 3 * design.stopping.maximum)
