"""What a person answered: read from a form, kept as JSON, written back into the form.

An answer speaks of the revision's own parts, by their index in its content, whatever order the
person saw them in. So it can be scored and analysed without the seed.
"""

from item_bank.answers.as_json import answer_from_json, answer_to_json
from item_bank.answers.form import (
    DONT_KNOW,
    LONGEST_TEXT,
    IncompleteAnswer,
    MalformedAnswer,
    answer_fields,
    read_answer,
)
from item_bank.answers.values import (
    Answer,
    Choice,
    Choices,
    DontKnow,
    Matches,
    Order,
    ShortText,
)

__all__ = [
    "DONT_KNOW",
    "LONGEST_TEXT",
    "Answer",
    "Choice",
    "Choices",
    "DontKnow",
    "IncompleteAnswer",
    "MalformedAnswer",
    "Matches",
    "Order",
    "ShortText",
    "answer_fields",
    "answer_from_json",
    "answer_to_json",
    "read_answer",
]
