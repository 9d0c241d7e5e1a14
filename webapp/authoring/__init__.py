"""Authoring: the item authors' desk, over the rules and tables of `item_bank`."""
