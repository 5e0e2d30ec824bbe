"""Choke points: the few edits that close most ways, each checked by searching again without what it takes away."""

from queries.chokepoints.edits import Edit, Place
from queries.chokepoints.ranking import ChokePoints, chokepoints, dominators

__all__ = ["ChokePoints", "Edit", "Place", "chokepoints", "dominators"]
