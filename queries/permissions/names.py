"""Names and ARNs as people type them, looked up among the facts of a snapshot."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import ingest.snapshot as facts
from graph.nodes.identity_center import RESERVED_NAME
from queries.where import SHOWN, Unresolved

ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}|aws|):\S.*")
ACCOUNT = re.compile(r"\d{12}")
Accounts = Mapping[str, facts.Account]


def is_arn(text: str) -> bool:
    """Whether a text is meant to be an ARN. Raises Unresolved where it is none."""
    if not text.startswith("arn:"):
        return False
    if not ARN.fullmatch(text):
        raise Unresolved(
            f"`{text}` is no ARN: write it as `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`, the account as 12 digits"
        )
    return True


def account_of(arn: str) -> str:
    """The account in an ARN, empty where it has none or is AWS's."""
    account = arn.split(":", 5)[4]
    return account if account.isdigit() else ""


def account_id(accounts: Accounts, text: str) -> str:
    """The number of an account by its number or name; a number need not be of the organization.

    Raises Unresolved.
    """
    if ACCOUNT.fullmatch(text):
        return text
    found = [account.id for account in accounts.values() if account.name == text]
    if len(found) == 1:
        return found[0]
    raise Unresolved(f"no account is called `{text}`: {_meant(text, (a.name for a in accounts.values()))}")


def full_name(record: facts.ArnRecord, accounts: Accounts) -> str:
    """`ACCOUNT/NAME`, by the account's name where it is known."""
    account = accounts.get(record.account_id)
    return f"{account.name if account else record.account_id}/{record.name}"


def named(records: Sequence[facts.ArnRecord], accounts: Accounts, text: str, kind: str) -> facts.ArnRecord:
    """The one record of this name, or of `ACCOUNT/NAME`; letter case decides only where it has to.

    Raises Unresolved with what was probably meant.
    """
    found = [one for one in records if text in _names(one, accounts)]
    found = found or [one for one in records if text.casefold() in map(str.casefold, _names(one, accounts))]
    if len(found) == 1:
        return found[0]
    if found:
        some = ", ".join(f"`{one.arn}`" for one in found[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise Unresolved(f"`{text}` names {len(found)} of them ({some}{more}): use one of these ARNs")
    raise Unresolved(f"no {kind} is called `{text}`: {_meant(text, (n for one in records for n in _short_names(one)))}")


def _names(record: facts.ArnRecord, accounts: Accounts) -> Iterator[str]:
    account = accounts.get(record.account_id)
    for name in _short_names(record):
        yield from (name, f"{record.account_id}/{name}", f"{account.name if account else record.account_id}/{name}")


def _short_names(record: facts.ArnRecord) -> tuple[str, ...]:
    """What a record is called; a role that Identity Center made also by its permission set."""
    made = RESERVED_NAME.fullmatch(record.name)
    return (record.name, made["permission_set"]) if made else (record.name,)


def _meant(text: str, names: Iterable[str]) -> str:
    close = nearest(text.rpartition("/")[2], names)
    offered = ", ".join(f"`{name}`" for name in close)
    return f"did you mean {offered}?" if close else "use an ARN, or a name as AWS shows it"


def nearest(text: str, names: Iterable[str]) -> list[str]:
    """At most three names like the text: those that hold it first, else those that are spelt alike."""
    wanted = text.strip().casefold()
    lowered = {name.casefold(): name for name in sorted(set(names))}
    holding = sorted((name for name in lowered if wanted and wanted in name), key=len)[:3]
    return [lowered[name] for name in holding or difflib.get_close_matches(wanted, lowered, n=3)]
