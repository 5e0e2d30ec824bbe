"""What a principal can do at all by its own policies: which actions, on which resources, under which conditions.

The answer may list too much and never too little: it leaves out only what no request of the principal's could get in
its own account without the help of a resource's policy. Where it lists too much, `effective` says.
"""

from policy.effective.actions import effective_bits
from policy.effective.rows import Effective, Grant, Limit, Row, Scope, effective

__all__ = ["Effective", "Grant", "Limit", "Row", "Scope", "effective", "effective_bits"]
