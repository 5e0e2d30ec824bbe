"""What holds for an account as a whole, as properties of its node: its root user's ways in, its password policy, what
it blocks of public access."""

from __future__ import annotations

from graph.builder import Builder
from graph.public_access import all_blocked
from ingest.snapshot import AccountAccessBlock, AccountSummary, PasswordPolicy


def add_account_settings(builder: Builder) -> None:
    """Adds what was seen this time. What was seen earlier is left out: one denied call of a collector that tells
    nothing else about an account must not make the whole account stale."""
    for summary in builder.snapshot.all(AccountSummary):
        if not builder.snapshot.stale_since(summary):
            builder.node(
                "AWSAccount",
                summary.account_id,
                root_mfa=summary.root_mfa,
                root_access_key=summary.root_access_key,
                root_password=summary.root_password,
                account_mfa_enabled=int(summary.root_mfa),
                account_access_keys_present=int(summary.root_access_key),
            )
    for policy in builder.snapshot.all(PasswordPolicy):
        if not builder.snapshot.stale_since(policy):
            _add_password_policy(builder, policy)
    for found in builder.snapshot.all(AccountAccessBlock):
        if not builder.snapshot.stale_since(found):
            builder.node("AWSAccount", found.account_id, public_access_blocked=all_blocked(found.block))


def _add_password_policy(builder: Builder, policy: PasswordPolicy) -> None:
    builder.node(
        "AWSAccount",
        policy.account_id,
        password_policy=policy.exists,
        password_minimum_length=policy.minimum_length,
        password_symbols=policy.symbols,
        password_numbers=policy.numbers,
        password_uppercase=policy.uppercase,
        password_lowercase=policy.lowercase,
        password_users_may_change=policy.users_may_change,
        password_maximum_age=policy.maximum_age,
        password_reuse_prevention=policy.reuse_prevention,
        password_hard_expiry=policy.hard_expiry,
    )
