"""The organization as it was approved."""

from __future__ import annotations

import copy

from demo.company.accounts import ACCOUNTS
from demo.company.aws_managed import AWS_MANAGED
from demo.company.leftovers import add_reserved_roles
from demo.company.model import Company
from demo.company.organization import CONTROL_POLICIES, PEERINGS, UNITS
from demo.company.people import GROUPS, PERMISSION_SETS


def baseline() -> Company:
    """A company of its own for each caller, to change at will."""
    company = copy.deepcopy(
        Company(list(ACCOUNTS), UNITS, CONTROL_POLICIES, PERMISSION_SETS, GROUPS, AWS_MANAGED, PEERINGS)
    )
    add_reserved_roles(company)
    return company
