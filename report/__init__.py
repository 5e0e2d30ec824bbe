"""Report: a rendering of drift and findings, and its delivery."""

from report.render import FORMATS, UnknownFormat, render
from report.view import Meta

__all__ = ["FORMATS", "Meta", "UnknownFormat", "render"]
