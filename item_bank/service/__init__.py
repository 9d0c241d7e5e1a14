"""The bank's services: all SQL about items, revisions and pools.

What lives here: functions that take a `Session` and never commit; whoever calls decides what is
one transaction. What goes wrong is an exception with data, in English, for the caller to put into
a reader's words.
"""

from item_bank.service.asked import AskedRevision, asked_revisions
from item_bank.service.calibrations import (
    Adoption,
    Measured,
    ModuleChange,
    adopt,
    module_changes,
    read_adoption,
)
from item_bank.service.describing import Change, changes, describe_item, set_status
from item_bank.service.errors import (
    InvalidContent,
    NoSuchItem,
    NoSuchPool,
    NoSuchRevision,
    NothingMeasured,
    NothingToPublish,
    OtherStatus,
    StaleItem,
)
from item_bank.service.exchange import ImportReport, export, import_sources
from item_bank.service.parameters import Known, pool_parameters, pooled
from item_bank.service.pools import (
    FEWEST_ITEMS,
    PoolFacts,
    is_calibrated,
    latest_pool_number,
    pool,
    pool_facts,
    pool_revision_ids,
    publish_pool,
)
from item_bank.service.reading import (
    ItemRow,
    Revision,
    item,
    items,
    latest_revision,
    modules,
    revision,
    revisions,
)
from item_bank.service.saving import create_item, save_revision
from item_bank.starter_bank import practice_items, starter_sources

__all__ = [
    "FEWEST_ITEMS",
    "Adoption",
    "AskedRevision",
    "Change",
    "ImportReport",
    "InvalidContent",
    "ItemRow",
    "Known",
    "Measured",
    "ModuleChange",
    "NoSuchItem",
    "NoSuchPool",
    "NoSuchRevision",
    "NothingMeasured",
    "NothingToPublish",
    "OtherStatus",
    "PoolFacts",
    "Revision",
    "StaleItem",
    "adopt",
    "asked_revisions",
    "changes",
    "create_item",
    "describe_item",
    "export",
    "import_sources",
    "is_calibrated",
    "item",
    "items",
    "latest_pool_number",
    "latest_revision",
    "module_changes",
    "modules",
    "pool",
    "pool_facts",
    "pool_parameters",
    "pool_revision_ids",
    "pooled",
    "practice_items",
    "publish_pool",
    "read_adoption",
    "revision",
    "revisions",
    "save_revision",
    "set_status",
    "starter_sources",
]
