"""What decides at a resource and on the way to it: its policy, grants, organization, public access, VPC endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from policy.decision.principals import Grade, grade, ways
from policy.decision.public import is_public
from policy.decision.rules import ALWAYS, PUBLIC_BLOCK, Part, Policy, Rule
from policy.decision.services import is_under_rcps
from policy.decision.sources import Candidate, Source, shared_source, sources_of
from policy.formula import doubtful
from policy.language.conditions import Condition, Lookup
from policy.language.document import Document, Statement
from policy.request import Request
from policy.truth import Truth


class ResourcePolicies:
    """Everything that decides a request beside the principal's own policies.

    `policy` is the resource's own: a bucket's or key's policy, a role's trust policy; None where it has none.
    `grants` are those of a KMS key (see `kms_grant`). `rcps` are the resource control policies above its account,
    level by level; None where none applies, as in the management account. `restricts_public` says that S3 keeps
    everyone outside the account from a bucket with a public policy: `RestrictPublicBuckets`; None where nobody here
    knows. `endpoint` are the
    policies of the VPC endpoint that the request takes; None where it takes none.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        *,
        grants: Sequence[Policy] = (),
        rcps: Sequence[Sequence[Policy]] | None = None,
        restricts_public: bool | None = False,
        endpoint: Sequence[Policy] | None = None,
    ) -> None:
        self.policy = policy
        self._own = Source("resource", "resource", [*([policy] if policy else []), *grants])
        self._rcps = sources_of("rcp", rcps or ())
        self._restricts_public = restricts_public
        self._endpoint = None if endpoint is None else shared_source("vpce", "vpce", tuple(endpoint))

    @property
    def own(self) -> tuple[Policy, ...]:
        """The resource's own policy and grants."""
        return self._own.policies

    @property
    def restricts_public(self) -> bool | None:
        """Whether S3 keeps outsiders from it where its policy is public."""
        return self._restricts_public

    def parts(self, request: Request, action: str, lookup: Lookup, bounded: bool) -> Iterator[Part]:
        """Its rules for a request by a principal that is `bounded` by a permissions boundary."""
        if self._own.policies:
            yield from _own_parts(self._own, request, action, lookup, bounded)
        if is_under_rcps(action, request.principal.arn):
            yield from (_withheld(source, request, action, lookup, bounded) for source in self._rcps)
        if self._restricts_public is not False and action.startswith("s3:"):
            # A request for `*` is for all there is in the bucket, whatever of it the policy allows.
            name = PUBLIC_BLOCK if request.resource != "*" else f"{PUBLIC_BLOCK} of everything"
            yield Part(name, PUBLIC_BLOCK, (ALWAYS,), list(self._restrictions(request)))
        if self._endpoint is not None:
            yield _let_through(self._endpoint, request, action, lookup, bounded)

    def _restrictions(self, request: Request) -> Iterator[Rule]:
        """With a public policy only services of AWS and the owner's own account are let in."""
        account = request.principal.account_id
        inside = request.principal.kind == "service" or (account and account == request.resource_account)
        if inside or self.policy is None:
            return
        if self.policy.document is None:
            yield Rule(None, self.policy, doubt=doubtful(f"policy `{self.policy.name}`, which was not seen, is public"))
        elif is_public(self.policy.document):
            yield ALWAYS if self._restricts_public else Rule(None, doubt=doubtful("public access to it is blocked"))


def _own_parts(source: Source, request: Request, action: str, lookup: Lookup, bounded: bool) -> Iterator[Part]:
    """The rules in three parts, by how closely they name the principal: the routes differ."""
    said = source.said(action)
    closely: dict[Grade, list[Rule]] = {Grade.DIRECT: [], Grade.ROLE: [], Grade.ACCOUNT: []}
    for close, rule in _applying(source.layer, said.allows, request, lookup, bounded):
        closely[close].append(rule)
    denies = [rule for _, rule in _applying(source.layer, said.denies, request, lookup, bounded)]
    yield Part("direct", "resource", closely[Grade.DIRECT], denies)
    yield Part("role", "resource", closely[Grade.ROLE], ())
    yield Part("account", "resource", closely[Grade.ACCOUNT], ())


def _withheld(source: Source, request: Request, action: str, lookup: Lookup, bounded: bool) -> Part:
    """What one level of resource control policies denies. RCPFullAWSAccess, which cannot be detached, allows the rest.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    said = source.said(action)
    denies = [rule for _, rule in _applying(source.layer, said.denies, request, lookup, bounded)]
    return Part(source.name, source.layer, (ALWAYS,), denies)


def _let_through(source: Source, request: Request, action: str, lookup: Lookup, bounded: bool) -> Part:
    """What the policy of a VPC endpoint lets through.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """
    said = source.said(action)
    allows = [rule for _, rule in _applying(source.layer, said.allows, request, lookup, bounded)]
    denies = [rule for _, rule in _applying(source.layer, said.denies, request, lookup, bounded)]
    return Part(source.name, source.layer, allows, denies)


def _applying(
    layer: str, candidates: Iterable[Candidate], request: Request, lookup: Lookup, bounded: bool
) -> Iterator[tuple[Grade, Rule]]:
    """The rules that cover the resource and name the principal, and how closely."""
    for one in candidates:
        statement = one.rule.statement
        if statement is None:  # a policy that was not seen may name anyone
            yield Grade.DIRECT, one.rule
            continue
        found = list(ways(statement, request.principal, _closeness(layer, statement, request, bounded)))
        covered = Truth.YES if one.covers is None or not found else one.covers(request.resource, lookup)
        if covered is not Truth.NO:
            rule = one.rule if covered is Truth.YES else one.unsure
            for close, conditions in found:
                yield close, rule._replace(conditions=(*rule.conditions, *conditions)) if conditions else rule


def _closeness(layer: str, statement: Statement, request: Request, bounded: bool) -> Grade:
    """The policy of a VPC endpoint need not name anyone, every other that names principals must."""
    if layer == "vpce" and statement.principals is None and statement.not_principals is None:
        return Grade.DIRECT
    return grade(statement, request.principal, bounded, as_role=request.complete)


def kms_grant(
    grant_id: str,
    grantee: str,
    operations: Sequence[str],
    *,
    within: Mapping[str, str] | None = None,
    exactly: Mapping[str, str] | None = None,
) -> Policy:
    """A grant on a KMS key as a policy: `operations` (`Decrypt`) for the ARN or service `grantee`.

    `within` and `exactly` are its constraints on the encryption context.
    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """
    pairs = {**(within or {}), **(exactly or {})}
    conditions = [Condition("StringEquals", f"kms:EncryptionContext:{key}", (value,)) for key, value in pairs.items()]
    if exactly:
        conditions.append(Condition("ForAllValues:StringEquals", "kms:EncryptionContextKeys", tuple(exactly)))
    statement = Statement(
        effect="Allow",
        actions=tuple(f"kms:{operation}" for operation in operations),
        resources=("*",),
        principals={"AWS" if grantee.startswith("arn:") else "Service": (grantee,)},
        conditions=tuple(conditions),
    )
    return Policy(grant_id, f"grant {grant_id}", Document((statement,), "2012-10-17"))
