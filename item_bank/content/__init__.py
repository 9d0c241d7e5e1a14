"""A question's content: its types, its source form, its rules, its JSON.

What lives here: what a question is made of and whether it may be saved. No SQL, no shuffle, no
scoring, no page.
"""

from item_bank.content.advice import advice
from item_bank.content.as_json import content_from_json, content_to_json
from item_bank.content.faults import Code, Fault, Finding, SourceError
from item_bank.content.items_toml import read_items
from item_bank.content.model import (
    AnswerType,
    Body,
    CategorySource,
    Description,
    HotSpot,
    ItemContent,
    ItemSource,
    Kind,
    Matching,
    ModuleSource,
    MultipleResponse,
    Option,
    Ordering,
    Pair,
    Setting,
    ShortAnswer,
    SingleChoice,
    Step,
)
from item_bank.content.modules_toml import read_module
from item_bank.content.rules import broken_description, broken_rules
from item_bank.texts import LANGUAGES, Language, Text

__all__ = [
    "LANGUAGES",
    "AnswerType",
    "Body",
    "CategorySource",
    "Code",
    "Description",
    "Fault",
    "Finding",
    "HotSpot",
    "ItemContent",
    "ItemSource",
    "Kind",
    "Language",
    "Matching",
    "ModuleSource",
    "MultipleResponse",
    "Option",
    "Ordering",
    "Pair",
    "Setting",
    "ShortAnswer",
    "SingleChoice",
    "SourceError",
    "Step",
    "Text",
    "advice",
    "broken_description",
    "broken_rules",
    "content_from_json",
    "content_to_json",
    "read_items",
    "read_module",
]
