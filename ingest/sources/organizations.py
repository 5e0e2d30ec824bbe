"""AWS Organizations: the tree, its accounts, and the policies attached to it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from ingest.snapshot import (
    Account,
    DelegatedAdministrator,
    Organization,
    OrganizationalUnit,
    OrganizationPolicy,
    PolicyTarget,
    Reason,
    Record,
    State,
    Unseen,
)
from ingest.sources.answers import Answers, Gap, some
from ingest.sources.declare import Ask, Asks, Call, Document, Response, Shape, Source, Tag, tags_of

KINDS = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}


class OrganizationShape(Shape, frozen=True):
    id: str
    arn: str
    master_account_id: str


class DescribedOrganization(Response, frozen=True):
    organization: OrganizationShape

    def told(self) -> Iterable[str]:
        return (self.organization.master_account_id, self.organization.arn)


class PolicyType(Shape, frozen=True):
    type: str
    status: str = ""


class Root(Shape, frozen=True):
    id: str
    arn: str
    name: str = "Root"
    policy_types: list[PolicyType] | None = None


class Roots(Response, frozen=True):
    roots: list[Root]

    def told(self) -> Iterable[str]:
        return (root.arn for root in self.roots)


class AccountShape(Shape, frozen=True):
    id: str
    arn: str
    name: str
    status: str = "ACTIVE"


class Accounts(Response, frozen=True):
    accounts: list[AccountShape]

    def told(self) -> Iterable[str]:
        return (account.arn for account in self.accounts)


class AccountsOfParent(Accounts, frozen=True):
    pass


class Unit(Shape, frozen=True):
    id: str
    arn: str
    name: str


class Units(Response, frozen=True):
    organizational_units: list[Unit]

    def told(self) -> Iterable[str]:
        return (unit.arn for unit in self.organizational_units)


class Administrator(Shape, frozen=True):
    id: str
    arn: str


class Administrators(Response, frozen=True):
    delegated_administrators: list[Administrator]

    def told(self) -> Iterable[str]:
        return (administrator.arn for administrator in self.delegated_administrators)


class Tags(Response, frozen=True):
    tags: list[Tag]


class PolicySummary(Shape, frozen=True):
    id: str
    arn: str
    name: str
    type: str
    aws_managed: bool = False


class Policies(Response, frozen=True):
    policies: list[PolicySummary]

    def told(self) -> Iterable[str]:
        return (policy.arn for policy in self.policies)


class PoliciesOfTarget(Policies, frozen=True):
    pass


class TargetShape(Shape, frozen=True):
    target_id: str


class Targets(Response, frozen=True):
    targets: list[TargetShape]


class PolicyContent(Shape, frozen=True):
    policy_summary: PolicySummary
    content: Document | None = None


class DescribedPolicy(Response, frozen=True):
    policy: PolicyContent

    def told(self) -> Iterable[str]:
        return (self.policy.policy_summary.arn,)

    def argument(self) -> str:
        return self.policy.policy_summary.id


DESCRIBE_ORGANIZATION = Call("organizations", "describe-organization", DescribedOrganization)
LIST_ROOTS = Call("organizations", "list-roots", Roots)
LIST_ACCOUNTS = Call("organizations", "list-accounts", Accounts)


def _each_parent(answers: Answers) -> Iterator[Ask]:
    """The roots, and each unit that was found below them so far."""
    units = [unit.id for page in answers.all(LIST_UNITS_FOR_PARENT) for unit in page.organizational_units]
    for parent in (*(root.id for root in _roots(answers)), *units):
        yield Ask({"ParentId": parent}, parent)


def _each_policy(answers: Answers) -> Iterator[Ask]:
    for policy in (p for page in answers.all(LIST_POLICIES) for p in page.policies):
        yield Ask({"PolicyId": policy.id}, policy.id)


def _each_account(answers: Answers) -> Iterator[Ask]:
    """The accounts that either way of listing them tells."""
    for account in _accounts(answers):
        yield Ask({"ResourceId": account.id}, account.id)


EACH_PARENT = Asks(_each_parent, lambda: (LIST_ROOTS, LIST_UNITS_FOR_PARENT))
EACH_POLICY = Asks(_each_policy, lambda: (LIST_POLICIES,))
EACH_ACCOUNT = Asks(_each_account, lambda: (LIST_ACCOUNTS, LIST_ACCOUNTS_FOR_PARENT))
LIST_UNITS_FOR_PARENT: Call[Units] = Call(
    "organizations",
    "list-organizational-units-for-parent",
    Units,
    takes="parent",
    asks=Asks(_each_parent, lambda: (LIST_ROOTS,)),
    per=OrganizationalUnit,
)
LIST_ACCOUNTS_FOR_PARENT: Call[AccountsOfParent] = Call(
    "organizations",
    "list-accounts-for-parent",
    AccountsOfParent,
    takes="parent",
    asks=EACH_PARENT,
    per=OrganizationalUnit,
)
LIST_DELEGATED = Call("organizations", "list-delegated-administrators", Administrators)
LIST_TAGS = Call(
    "organizations",
    "list-tags-for-resource",
    Tags,
    takes="resource",
    common=True,
    asks=EACH_ACCOUNT,
    per=Account,
)
LIST_POLICIES: Call[Policies] = Call(
    "organizations",
    "list-policies",
    Policies,
    asks=Asks(lambda answers: (Ask({"Filter": kind}, label=kind) for kind in KINDS)),
)
DESCRIBE_POLICY = Call(
    "organizations",
    "describe-policy",
    DescribedPolicy,
    takes="policy",
    asks=EACH_POLICY,
    per=OrganizationPolicy,
)
LIST_TARGETS = Call(
    "organizations",
    "list-targets-for-policy",
    Targets,
    takes="policy",
    asks=EACH_POLICY,
    per=OrganizationPolicy,
)
# The same from the other end, as dumps hold it; a request for each target and kind is more than one for each policy.
LIST_POLICIES_FOR_TARGET = Call(
    "organizations", "list-policies-for-target", PoliciesOfTarget, takes="target", asks=None
)


def tree(answers: Answers) -> Iterator[Record]:
    for page in answers.all(DESCRIBE_ORGANIZATION):
        one = page.organization
        yield Organization(id=one.id, arn=one.arn, management_account_id=one.master_account_id)
    yield from _units(answers)
    parents = {
        account.id: parent
        for parent, pages in answers.by_argument(LIST_ACCOUNTS_FOR_PARENT).items()
        for page in pages
        for account in page.accounts
    }
    answers.expect_answers(LIST_TAGS)
    for account in _accounts(answers):
        tags = answers.tags(LIST_TAGS, [account.id], lambda page: tags_of(page.tags))
        yield Account(
            id=account.id,
            arn=account.arn,
            name=account.name,
            status=account.status,
            parent_id=parents.get(account.id, Unseen()),
            tags=tags,
        )
    for administrator in (a for page in answers.all(LIST_DELEGATED) for a in page.delegated_administrators):
        yield DelegatedAdministrator(account_id=administrator.id)


def _units(answers: Answers) -> Iterator[OrganizationalUnit]:
    """The roots and the units below them; each of them must have been asked for its children."""
    units = [OrganizationalUnit(id=r.id, arn=r.arn, name=r.name) for r in _roots(answers)]
    units += [
        OrganizationalUnit(id=u.id, arn=u.arn, name=u.name, parent_id=parent or None)
        for parent, pages in answers.by_argument(LIST_UNITS_FOR_PARENT).items()
        for page in pages
        for u in page.organizational_units
    ]
    answers.expect(LIST_UNITS_FOR_PARENT, (u.id for u in units))
    answers.expect(LIST_ACCOUNTS_FOR_PARENT, (u.id for u in units))
    return iter(units)


def _roots(answers: Answers) -> list[Root]:
    return [root for page in answers.all(LIST_ROOTS) for root in page.roots]


def _accounts(answers: Answers) -> Iterable[AccountShape]:
    pages = [*answers.all(LIST_ACCOUNTS), *answers.all(LIST_ACCOUNTS_FOR_PARENT)]
    return {account.id: account for page in pages for account in page.accounts}.values()


def policies(answers: Answers) -> Iterator[Record]:
    answers.expect_answers(DESCRIBE_POLICY)  # a guardrail of unknown contents may forbid anything
    for policy in _summaries(answers):
        document = answers.detail(DESCRIBE_POLICY, [policy.id], lambda p: p.policy.content)
        yield OrganizationPolicy(
            id=policy.id,
            arn=policy.arn,
            name=policy.name,
            kind=KINDS[policy.type],
            aws_managed=policy.aws_managed,
            document=document.seen if isinstance(document, Document) else document or Unseen(),
        )
    yield from _targets(answers)


def _summaries(answers: Answers) -> Iterable[PolicySummary]:
    """Every policy that any answer names."""
    pages = [*answers.all(LIST_POLICIES), *answers.all(LIST_POLICIES_FOR_TARGET)]
    found = [policy for page in pages for policy in page.policies]
    found += [page.policy.policy_summary for page in answers.all(DESCRIBE_POLICY)]
    return {policy.id: policy for policy in found if policy.type in KINDS}.values()


def _targets(answers: Answers) -> Iterator[PolicyTarget]:
    """What is attached where. A kind that the root has not enabled has no effect anywhere, whatever is attached."""
    known = [r.id for r in _roots(answers)] + [a.id for a in _accounts(answers)]
    known += [u.id for page in answers.all(LIST_UNITS_FOR_PARENT) for u in page.organizational_units]
    attached, disabled = _attached(answers), _disabled(answers)
    attached |= _targeted(answers, known, attached)
    answers.expect(LIST_POLICIES_FOR_TARGET, answers.arguments(LIST_POLICIES_FOR_TARGET))
    for kind in sorted(set(KINDS.values()) - disabled):
        if missing := [target for target in known if (target, kind) not in attached]:
            answers.gaps.append(
                Gap(
                    State.SKIPPED,
                    Reason.NOT_ATTEMPTED,
                    f"no `{LIST_POLICIES_FOR_TARGET.operation}` of kind {kind} for {some(missing)}",
                )
            )
    attached.update({(target, kind): set() for target in known for kind in disabled})
    for (target, kind), ids in attached.items():
        yield PolicyTarget(target_id=target, kind=kind, policy_ids=tuple(sorted(ids)))


def _targeted(
    answers: Answers, known: Iterable[str], attached: Mapping[tuple[str, str], set[str]]
) -> dict[tuple[str, str], set[str]]:
    """Policy ids by target and kind, from the targets of each policy. What no policy of a kind names has none of it,
    where all policies of the kind were listed and asked for their targets."""
    if not answers.answers(LIST_TARGETS):
        return {}
    policies = {p.id: KINDS[p.type] for p in _summaries(answers)}
    answers.expect(LIST_TARGETS, policies)
    whole = answers.complete(LIST_POLICIES) and answers.complete(LIST_TARGETS)
    found = {(target, kind): set(attached.get((target, kind), ())) for target in known for kind in KINDS.values()}
    named = answers.by_argument(LIST_TARGETS)
    for policy, kind in policies.items():
        for target in (t.target_id for page in named.get(policy, ()) for t in page.targets):
            found.setdefault((target, kind), set()).add(policy)
    return found if whole else {}


def _disabled(answers: Answers) -> set[str]:
    roots = _roots(answers)
    if not roots or any(root.policy_types is None for root in roots):
        return set()
    enabled = {t.type for root in roots for t in root.policy_types or () if t.status == "ENABLED"}
    return {kind for name, kind in KINDS.items() if name not in enabled}


def _attached(answers: Answers) -> dict[tuple[str, str], set[str]]:
    """Policy ids by target and kind. An answer is about the kind that it was filtered by, which an empty one does
    not print: it is that of the other answers in the file."""
    files: dict[str, dict[str, list[PolicySummary]]] = defaultdict(dict)
    for answer in answers.by_call.get(LIST_POLICIES_FOR_TARGET, ()):
        if isinstance(answer.response, PoliciesOfTarget):
            files[answer.label].setdefault(answer.argument, []).extend(answer.response.policies)
    attached: dict[tuple[str, str], set[str]] = defaultdict(set)
    for file, targets in files.items():
        types = {policy.type for listed in targets.values() for policy in listed} or {_type_named(file)}
        for target, listed in targets.items():
            for kind in types & set(KINDS):
                attached[target, KINDS[kind]] |= {policy.id for policy in listed if policy.type == kind}
    return dict(attached)


def _type_named(file: str) -> str:
    """The `--filter` in a file's name; service control policies where it names none."""
    named = re.search(r"[A-Z]+(_[A-Z]+)*_POLICY", file)
    if named:
        return named[0]
    return "RESOURCE_CONTROL_POLICY" if re.search(r"(?i)(?<![a-z])rcps?(?![a-z])", file) else "SERVICE_CONTROL_POLICY"


SOURCES = (
    Source(
        "organizations.tree",
        tree,
        required=(DESCRIBE_ORGANIZATION, LIST_ROOTS, LIST_ACCOUNTS, LIST_UNITS_FOR_PARENT, LIST_ACCOUNTS_FOR_PARENT),
        details=(LIST_DELEGATED, LIST_TAGS),
    ),
    Source(
        "organizations.policies",
        policies,
        required=(LIST_POLICIES,),
        details=(DESCRIBE_POLICY, LIST_TARGETS, LIST_POLICIES_FOR_TARGET),
        uses=(LIST_ROOTS, LIST_ACCOUNTS, LIST_ACCOUNTS_FOR_PARENT, LIST_UNITS_FOR_PARENT),
    ),
)
