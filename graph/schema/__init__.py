"""The schema of the graph: every label, relationship, key and property, declared once."""

from graph.schema.common import COMMON
from graph.schema.declare import Label, Property, Relationship
from graph.schema.labels import JEWEL_LABELS, LABELS, SECONDARY_LABELS
from graph.schema.relationships import DERIVED, RELATIONSHIPS

__all__ = [
    "COMMON",
    "DERIVED",
    "JEWEL_LABELS",
    "LABELS",
    "RELATIONSHIPS",
    "SECONDARY_LABELS",
    "Label",
    "Property",
    "Relationship",
]
