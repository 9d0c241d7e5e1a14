"""The E-step of several modules: counts at the nodes of each, moments of all abilities together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.ability_law import AbilityLaw, Moments
from calibration.blocks import Block
from calibration.expectation import Expectation
from calibration.joint_posterior import JointPosterior, joint_posterior
from calibration.joint_structure import JointParameters, JointStructure
from calibration.propagation import Sites
from placement.arrays import Booleans, Floats

# Where expectation propagation of each block of persons ended, to begin there the next time: it
# finds the same fixed point from anywhere, only sooner.
Ends = dict[int, Sites]


@dataclass(frozen=True, slots=True, eq=False)
class JointBlock:
    """The same n persons' answers to each of D modules; `answered` (n, D) says who has any."""

    modules: tuple[Block, ...]
    answered: Booleans

    @property
    def weights(self) -> Floats:
        return self.modules[0].weights

    @property
    def group(self) -> int:
        return self.modules[0].group

    def posterior(
        self, tables: Sequence[Floats], law: AbilityLaw, nodes: Floats, start: Sites | None = None
    ) -> JointPosterior:
        """Return what the answers say, from the modules' log chances (C, Q)."""
        pairs, nothing = zip(self.modules, tables, strict=True), np.zeros(nodes.size)
        logs = np.stack([block.log_likelihood(table, nothing) for block, table in pairs])
        return joint_posterior(logs, self.answered, law, self.group, nodes, start)

    def part(self, rows: slice) -> "JointBlock":
        return JointBlock(tuple(b.part(rows) for b in self.modules), self.answered[rows])


@dataclass(frozen=True, slots=True, eq=False)
class JointExpectation:
    """Each module's counts and mass at the nodes, and the `moments` of all abilities together.

    `log_likelihood` is expectation propagation's; the modules' own have none.
    """

    log_likelihood: float
    modules: tuple[Expectation, ...]
    moments: Moments

    def of_nobody(self) -> "JointExpectation":
        """Return the expectation of no person at all."""
        nothing = tuple(
            Expectation(0.0, 0 * e.counts, 0 * e.mass, 0 * e.means) for e in self.modules
        )
        return JointExpectation(0.0, nothing, self.moments.of_nobody())


def expect_jointly(
    structure: JointStructure,
    blocks: Sequence[JointBlock],
    parameters: JointParameters,
    ends: Ends,
) -> JointExpectation:
    """Sum over all persons; `ends` are read and renewed."""
    law, tables = parameters.law, structure.tables(parameters.raws)
    size, groups = len(tables), law.n_groups
    modules = tuple(
        Expectation(0.0, np.zeros_like(t), np.zeros((groups, structure.nodes.size)), np.zeros(2))
        for t in tables
    )
    moments = Moments(np.zeros(groups), np.zeros((groups, size)), np.zeros((groups, size, size)))
    value = 0.0
    for b, block in enumerate(blocks):
        posterior = block.posterior(tables, law, structure.nodes, ends.get(b))
        value += float(block.weights @ posterior.log_likelihood)
        if np.isfinite(posterior.log_likelihood).all():
            ends[b] = posterior.sites
        for own, found, weights in zip(block.modules, modules, posterior.weights, strict=True):
            _add(found, own, weights, structure.nodes)
        _add_moments(moments, block, posterior)
    return JointExpectation(value, modules, moments)


def _add(found: Expectation, block: Block, posterior: Floats, nodes: Floats) -> None:
    """Add a module's answers, whose persons' posteriors are (n, Q)."""
    weighted, means = posterior * block.weights[:, None], posterior @ nodes
    found.counts[:] += block.counts(weighted)
    found.mass[block.group] += weighted.sum(axis=0)
    found.means[:] += block.weights @ means, block.weights @ means**2


def _add_moments(moments: Moments, block: JointBlock, posterior: JointPosterior) -> None:
    """Add the persons' expected θ and θ θᵀ under the joint normal law."""
    weights, mean, g = block.weights, posterior.mean, block.group
    moments.persons[g] += weights.sum()
    moments.first[g] += weights @ mean
    moments.second[g] += (mean * weights[:, None]).T @ mean
    moments.second[g] += np.einsum("n,nde->de", weights, posterior.spread)
