"""What is asked: a principal, an action, a resource, and what is known of the circumstances."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import msgspec

# Providers that AWS knows by name, without an ARN in the account:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
WEB_IDENTITIES = frozenset({
    "cognito-identity.amazonaws.com", "accounts.google.com", "graph.facebook.com", "www.amazon.com",
})  # fmt: skip

Context = Mapping[str, tuple[str, ...]]  # lower-cased condition key -> its values


class Principal(msgspec.Struct, frozen=True, eq=False, dict=True):
    """Who asks. `kind` is `user`, `role`, `root`, `federated_user` (who has a user's session), `service`, `federated`
    (whom an identity provider vouches for) or `anonymous`.

    `arn` is the ARN of the user, the role, the role's session or the provider, or the name of the service.
    `context` holds what is known of the principal by condition key: `aws:principaltag/team`, `aws:principalorgid`,
    `aws:userid`. A fact of the principal that it does not hold is absent from the request, not unknown
    (`aws:userid` excepted), unless `unknown` lists its key or family (`aws:principaltag/*`). The ARN, the account, the
    type and a user's name need not be repeated in it.

    `may_be_tagged` says that whoever takes the role may give the session tags of its own, which override the role's:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html

    `caller` says how it calls, as far as that is known: `console`, `access_key`, `compute` (a workload with a role),
    `ci` (a pipeline by OpenID Connect) or `service`. What a request then carries is in the table of keys.
    """

    arn: str
    account_id: str
    kind: str
    context: Context = {}
    unknown: frozenset[str] = frozenset()
    caller: str = ""
    may_be_tagged: bool = False

    @cached_property
    def session(self) -> tuple[str, str]:
        """The role's name and the session's name of a role session's ARN, two empty texts for any other principal."""
        fields = self.arn.split(":", 5)
        if self.kind != "role" or len(fields) != 6 or not fields[5].startswith("assumed-role/"):
            return "", ""
        role, _, name = fields[5].removeprefix("assumed-role/").partition("/")
        return role, name

    @cached_property
    def has_account(self) -> bool:
        """Whether it belongs to an account: services, whom a provider vouches for and anonymous callers do not."""
        return self.kind in ("user", "role", "root", "federated_user")

    @cached_property
    def partition(self) -> str:
        """The partition of its ARN, empty for one that has no ARN."""
        return self.arn.split(":", 2)[1] if self.arn.startswith("arn:") else ""

    @cached_property
    def role_name(self) -> str:
        """The name of a role without its path, empty for any other kind."""
        if self.kind != "role":
            return ""
        return self.session[0] or self.arn.rpartition("/")[2]


class Request(msgspec.Struct, frozen=True, eq=False):
    """One request. `context` holds further known keys, in lower case: `iam:passedtoservice`, `aws:resourcetag/team`.

    `resource_account` owns the resource. With `complete`, a key that is not given is absent; without, the table of
    keys says whether it is absent, chosen by the caller, or unknown.
    """

    principal: Principal
    action: str
    resource: str
    resource_account: str
    context: Context = {}
    complete: bool = False
