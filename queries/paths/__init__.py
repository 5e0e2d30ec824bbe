"""Paths: who reaches what by which steps, ranked, within hard bounds, and what one principal or everybody reaches."""

from queries.paths.blast import Blast, Reached, blast
from queries.paths.endpoints import endpoints
from queries.paths.exposure import Administrator, Exposure, Gate, exposure
from queries.paths.pairs import Distance, Pair, best_pairs, reaching
from queries.paths.path import CERTAIN, POSSIBLE, Hop, Path
from queries.paths.ranked import Answer, Question, find_paths, ranked_paths
from queries.paths.words import sentence

__all__ = [
    "CERTAIN",
    "POSSIBLE",
    "Administrator",
    "Answer",
    "Blast",
    "Distance",
    "Exposure",
    "Gate",
    "Hop",
    "Pair",
    "Path",
    "Question",
    "Reached",
    "best_pairs",
    "blast",
    "endpoints",
    "exposure",
    "find_paths",
    "ranked_paths",
    "reaching",
    "sentence",
]
