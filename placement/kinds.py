"""The names that strategies go by in a stored design: Protocol → kind → class.

A kind is a promise: stored designs name it. It may be joined by others, never renamed.
"""

from placement.certification import PassCurve, PassMark
from placement.combinations import AllOf, AnyOf
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
from placement.exposure_control import Progressive, SympsonHetter
from placement.guards import CertifiedDirect, NoGuard
from placement.order import Blocks, Interleaved, InterleavedToTheEnd, RouterThenBlocks
from placement.penalty import WeightedPenalty
from placement.priors import HistogramPrior, NormalPrior
from placement.selectors import MaximumInformation, TrackInformation
from placement.shadow import ShadowTest
from placement.stopping import FixedLength, RateOfReturn
from placement.stopping_classification import (
    ConfidenceInterval,
    GeneralizedRatio,
    SequentialRatio,
)
from placement.stopping_measurement import MinimumInformation, StandardError
from placement.stopping_posterior import Curtailment, PosteriorLoss, PosteriorProbability
from placement.strategies import (
    Certification,
    Content,
    Dependence,
    Estimator,
    Exposure,
    Guard,
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
        "interleaved_to_the_end": InterleavedToTheEnd,
    },
    Content: {
        "blueprint": Blueprint,
        "weighted_penalty": WeightedPenalty,
        "shadow_test": ShadowTest,
    },
    Certification: {"pass_curve": PassCurve, "pass_mark": PassMark},
    Guard: {"none": NoGuard, "certified_direct": CertifiedDirect},
    Exposure: {
        "randomesque": Randomesque,
        "progressive": Progressive,
        "sympson_hetter": SympsonHetter,
    },
    Stopping: {
        "rate_of_return": RateOfReturn,
        "fixed_length": FixedLength,
        "standard_error": StandardError,
        "minimum_information": MinimumInformation,
        "sequential_ratio": SequentialRatio,
        "generalized_ratio": GeneralizedRatio,
        "confidence_interval": ConfidenceInterval,
        "posterior_probability": PosteriorProbability,
        "posterior_loss": PosteriorLoss,
        "curtailment": Curtailment,
        "any_of": AnyOf,
        "all_of": AllOf,
    },
}
