"""The names that strategies go by in a stored design: Protocol → kind → class.

A kind is a promise: stored designs name it. It may be joined by others, never renamed.
"""

from placement.content import Blueprint
from placement.criteria_ahead import ExpectedInformation, LossReduction, VarianceReduction
from placement.criteria_cuts import NearestCutInformation, UncertainCutInformation
from placement.criteria_global import (
    KullbackLeibler,
    LikelihoodWeightedInformation,
    PosteriorKullbackLeibler,
    PosteriorWeightedInformation,
)
from placement.criteria_matching import DifficultyMatch, PeakMatch, RandomItem, Stratified
from placement.dependence import Correlated, Equal, Independent
from placement.documents import Kinds
from placement.estimators import (
    ExpectedAPosteriori,
    MaximumAPosteriori,
    MaximumLikelihood,
    WeightedLikelihood,
)
from placement.exposure import Randomesque
from placement.order import Blocks, Interleaved, RouterThenBlocks
from placement.priors import HistogramPrior, NormalPrior
from placement.selectors import MaximumInformation, TrackInformation
from placement.stopping import FixedLength, RateOfReturn
from placement.strategies import (
    Content,
    Dependence,
    Estimator,
    Exposure,
    Order,
    Prior,
    Selector,
    Stopping,
)

KINDS: Kinds = {
    Prior: {"normal": NormalPrior, "histogram": HistogramPrior},
    Estimator: {
        "eap": ExpectedAPosteriori,
        "map": MaximumAPosteriori,
        "ml": MaximumLikelihood,
        "wle": WeightedLikelihood,
    },
    Selector: {
        "maximum_information": MaximumInformation,
        "track_information": TrackInformation,
        "kl": KullbackLeibler,
        "klp": PosteriorKullbackLeibler,
        "mlwi": LikelihoodWeightedInformation,
        "mpwi": PosteriorWeightedInformation,
        "mei": ExpectedInformation,
        "mepv": VarianceReduction,
        "expected_loss": LossReduction,
        "nearest_cut": NearestCutInformation,
        "uncertain_cut": UncertainCutInformation,
        "b_opt": DifficultyMatch,
        "th_opt": PeakMatch,
        "stratified": Stratified,
        "random": RandomItem,
    },
    Dependence: {"independent": Independent, "equal": Equal, "correlated": Correlated},
    Order: {
        "blocks": Blocks,
        "router_then_blocks": RouterThenBlocks,
        "interleaved": Interleaved,
    },
    Content: {"blueprint": Blueprint},
    Exposure: {"randomesque": Randomesque},
    Stopping: {"rate_of_return": RateOfReturn, "fixed_length": FixedLength},
}
