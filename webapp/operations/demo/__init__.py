"""The demo: Nordvik, a municipality that does not exist, in the middle of its first round.

Everything in it goes through the same services as real use: the attempts are answered by simulated
people, question by question.
"""

from webapp.operations.demo.preparing import DEMO_ROLES, prepare_demo

__all__ = ["DEMO_ROLES", "prepare_demo"]
