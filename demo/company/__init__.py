"""Harborline as declarations: who works there, what they built, and what happened in the week."""

from demo.company.baseline import baseline
from demo.company.model import Company
from demo.company.week import CHANGES, week

__all__ = ["CHANGES", "Company", "baseline", "week"]
