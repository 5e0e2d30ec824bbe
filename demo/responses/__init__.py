"""The AWS CLI's answers about a company, one file for each call, in the layout that `trustdrift collect --from` reads.

Where a call takes an argument the file is `{argument: response}`. Every call is written, so that "there is none" is a
fact and not a gap; only what describes single resources is left out where there are no resources.
"""

from __future__ import annotations

import json
from typing import Any

from demo.company.identifiers import REGION
from demo.company.model import Account, Company
from demo.responses import (
    access,
    automation,
    credentials,
    data,
    identity_center,
    network,
    organization,
    protection,
    stores,
    workloads,
)

Responses = dict[str, Any]


def responses(company: Company) -> dict[str, str]:
    """Path below the dump's folder to the file's text."""
    out: Responses = {**organization.render(company), **identity_center.render(company)}
    for account in company.accounts:
        out |= _below(f"accounts/{account.id}", _of_account(company, account))
    return {
        path: content if isinstance(content, str) else json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        for path, content in sorted(out.items())
    }


def _of_account(company: Company, account: Account) -> Responses:
    regional = network.render(company, account) | data.render(account) | protection.render(account)
    regional |= stores.render(account) | workloads.render(account) | automation.render(account)
    everywhere = {name: regional.pop(name) for name in list(regional) if name.startswith(("s3/", "s3control/"))}
    return access.render(company, account) | credentials.render(account) | everywhere | _below(REGION, regional)


def _below(folder: str, found: Responses) -> Responses:
    return {f"{folder}/{name}": content for name, content in found.items()}
