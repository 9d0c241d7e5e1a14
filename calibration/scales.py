"""The scale on which a posterior is nearly normal: log a, d / a, and logits of asymptotes."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit

from calibration.structure import Structure
from placement.arrays import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """`slope_of` (R,) is the place of the slope that a raw parameter is divided by, else its own.

    `slopes` and `intercepts` are the raw places of the a's and of the d's; `beta` of asymptotes
    with a beta prior, whose density is one of c itself and needs its Jacobian here.
    """

    structure: Structure
    slope_of: Integers
    slopes: Integers
    intercepts: Integers
    beta: Integers

    @classmethod
    def of(cls, structure: Structure) -> "Scale":
        slope_of = np.arange(structure.start.size)
        slopes, intercepts, beta = [], [], []
        for batch in structure.batches:
            places = slope_of[batch.place].reshape(len(batch.items), -1)
            for i, column in enumerate(batch.priors.asymptotes):
                beta += [places[batch.priors.beta[:, i].sum(axis=1) > 0, column]]
            if not batch.priors.location.size:
                continue
            slopes.append(places[:, 0].copy())
            ladder = np.arange(1, batch.n_parameters - len(batch.priors.asymptotes))
            intercepts.append(places[:, ladder].ravel())
            places[:, ladder] = places[:, :1]
        return cls(structure, slope_of, *(_joined(part) for part in (slopes, intercepts, beta)))

    def raw(self, y: Floats) -> Floats:
        """Return the raw parameters, (R,), of a free vector on this scale, (F,)."""
        structure = self.structure
        raw = self._apart(structure.start)
        raw[structure.moving] = y[structure.slots[structure.moving]]
        raw[self.slopes] = np.exp(raw[self.slopes])
        raw[self.intercepts] *= raw[self.slope_of[self.intercepts]]
        return raw

    def free(self, raw: Floats) -> Floats:
        """Return the free vector on this scale, (F,), of raw parameters with positive slopes."""
        return self.structure.pick(self._apart(raw))

    def _apart(self, raw: Floats) -> Floats:
        apart = raw.copy()
        apart[self.intercepts] /= raw[self.slope_of[self.intercepts]]
        apart[self.slopes] = np.log(raw[self.slopes])
        return apart

    def gradient(self, raw: Floats, by_raw: Floats) -> Floats:
        """Return the gradient on this scale, (F,), from that by the raw parameters, (R,)."""
        moved = by_raw * raw[self.slope_of]
        kept = np.ones(raw.size, dtype=np.bool_)
        kept[self.slopes] = kept[self.intercepts] = False
        moved[kept] = by_raw[kept]
        np.add.at(
            moved, self.slope_of[self.intercepts], by_raw[self.intercepts] * raw[self.intercepts]
        )
        moved[self.beta] += 1 - 2 * expit(raw[self.beta])
        return self.structure.reduce(moved)

    def log_jacobian(self, raw: Floats) -> float:
        x = raw[self.beta]
        return float((log_expit(x) + log_expit(-x)).sum())

    def bend(self, raw: Floats) -> Floats:
        """Return the derivatives of the free raw parameters by those on this scale, (F, F)."""
        structure, size = self.structure, raw.size
        full = np.eye(size)
        full[self.slopes, self.slopes] = raw[self.slopes]
        owners = self.slope_of[self.intercepts]
        full[self.intercepts, self.intercepts] = raw[owners]
        full[self.intercepts, owners] = raw[self.intercepts]
        by_free = structure.reduce_columns(full)
        rows = np.zeros(structure.n_free, dtype=np.int64)
        rows[structure.slots[structure.moving]] = structure.moving
        return by_free[rows]


def _joined(parts: list[Integers]) -> Integers:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
