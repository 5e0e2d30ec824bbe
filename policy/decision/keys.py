"""The condition keys: which are facts, which the caller chooses, and which nobody here can know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from policy.decision.values import Models, managed_policies, only, regions, services
from policy.language.conditions import Values
from policy.language.match import UNNAMED
from policy.request import Request

Derive = Callable[[Request], Values]


@dataclass(frozen=True)
class Key:
    """One condition key, or a family: `aws:PrincipalTag/*`, `*:aud`.

    `derive` answers what the request itself says, None where it says nothing. A key is then `chosen` by whoever
    calls, or unknown. `values` says which values there are, where AWS takes no others, `always` that a request cannot
    leave it out, `several` that it may carry more than one value. `of_principal` marks the facts of the principal
    alone. `callers` says what requests carry by how the principal calls (see Principal), where that settles it.

    A chosen key is chosen on the actions `on`, in lower case: `*` for every one, none for those for which the
    catalogue of actions lists it. On any other a request does not carry it, or, with `elsewhere_unknown`, says what
    nobody here knows.
    """

    name: str
    source: str
    derive: Derive | None = None
    chosen: bool = False
    values: Models | None = None
    always: bool = False
    several: bool = False
    of_principal: bool = False
    on: tuple[str, ...] = ()
    elsewhere_unknown: bool = False
    callers: Mapping[str, Values] = field(default_factory=dict)


GLOBAL = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"
STS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html"
S3_NAMES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/finding-canonical-user-id.html"
SERVICES = "https://docs.aws.amazon.com/service-authorization/latest/reference/"

# IAM and its like have one endpoint, in one region of the partition: "IAM calls are always made to the us-east-1
# Region" (GLOBAL, aws:RequestedRegion). iam:PassRole is no call of its own: it happens where the service is called.
ONE_REGION_SERVICES = ("iam", "organizations", "cloudfront", "route53")
HOME_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}

# Keys of our own, which no policy can name: the name of the session in which a role asks, and by which S3 knows an
# account: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-bucket-user-policy-specifying-principal-intro.html
OWN_SESSION = f"session name{UNNAMED}"
ACCOUNTS_ID = f"canonical user id of the account{UNNAMED}"

PRINCIPAL_TAGS = "aws:principaltag/*"

PRINCIPAL_TYPES = {
    "user": "User",
    "role": "AssumedRole",
    "root": "Account",
    "federated": "FederatedUser",
    "federated_user": "FederatedUser",
    "anonymous": "Anonymous",
}


def _absent(_: Request) -> Values:
    return ()


def _account(request: Request) -> Values:
    account = request.principal.account_id
    return (account,) if account else ()


def _principal_account(request: Request) -> Values:
    """A request without a signature carries `anonymous` (GLOBAL, Availability)."""
    return ("anonymous",) if request.principal.kind == "anonymous" else _account(request)


def _principal_arn(request: Request) -> Values:
    """A session shows its role's ARN, with the role's path, which its own ARN lacks."""
    principal = request.principal
    if principal.session[0]:
        return None
    return (principal.arn,) if principal.account_id else ()


def _principal_type(request: Request) -> Values:
    kind = PRINCIPAL_TYPES.get(request.principal.kind)
    return (kind,) if kind else ()


def _username(request: Request) -> Values:
    return (request.principal.arn.rpartition("/")[2],) if request.principal.kind == "user" else ()


def _is_service(request: Request) -> Values:
    """A request without a signature does not carry it (GLOBAL, Availability)."""
    if request.principal.kind == "anonymous":
        return ()
    return ("true" if request.principal.kind == "service" else "false",)


def _service_name(request: Request) -> Values:
    return (request.principal.arn,) if request.principal.kind == "service" else ()


def _source(request: Request) -> Values:
    """Only a service that acts for a resource says which one."""
    return None if request.principal.kind == "service" else ()


def _resource_account(request: Request) -> Values:
    return (request.resource_account,) if request.resource_account else None


def _resource_tag(request: Request) -> Values:
    """Tags are known all or none: `aws:resourcetags` (any value) says that the context lists them all."""
    return () if any(key.startswith("aws:resourcetag") for key in request.context) else None


def _region(request: Request) -> Values:
    fields = request.resource.split(":", 5)
    if len(fields) == 6 and fields[3] not in ("", "*"):  # `*`: the caller has yet to name the resource
        return (fields[3],)
    service, _, operation = request.action.lower().partition(":")
    if service in ONE_REGION_SERVICES and operation != "passrole":
        home = HOME_REGIONS.get(fields[1] if len(fields) == 6 else "aws")
        return (home,) if home else None
    return None


# How a principal calls settles some keys. Long-lived access keys carry nothing of a session; a workload's session has
# no second factor; a pipeline asks for its role without credentials; a service that acts by itself has no address.
NO_SESSION: Mapping[str, Values] = {"access_key": (), "ci": (), "service": ()}
NO_FACTOR: Mapping[str, Values] = {**NO_SESSION, "compute": ("false",)}
ONLY_COMPUTE: Mapping[str, Values] = {**NO_SESSION, "console": ()}
NO_SERVICE: Mapping[str, Values] = {"service": ()}

EVERY = ("*",)
TAKING_ROLES = ("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity")
FEDERATED = ("sts:assumerolewithsaml", "sts:assumerolewithwebidentity")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
CANNED = (
    "private", "public-read", "public-read-write", "aws-exec-read", "authenticated-read", "bucket-owner-read",
    "bucket-owner-full-control", "log-delivery-write",
)  # fmt: skip
LAUNCHING = ("ec2:runinstances", "ec2:requestspotinstances", "ec2:createfleet", "ec2:createlaunchtemplate")


def _principal(name: str, derive: Derive = _absent) -> Key:
    return Key(name, GLOBAL, derive, of_principal=True)


def _of_instance(name: str, values: Models | None = None) -> Key:
    """Whoever launches an instance chooses it; of one that is there it is a fact."""
    page = SERVICES + "list_amazonec2.html"
    return Key(name, page, chosen=True, values=values, on=LAUNCHING, elsewhere_unknown=True)


KEYS = {
    row.name: row
    for row in (
        _principal("aws:principalarn", _principal_arn),
        _principal("aws:principalaccount", _principal_account),
        _principal("aws:principaltype", _principal_type),
        _principal("aws:principalorgid"),
        _principal("aws:principalorgpaths"),
        _principal(PRINCIPAL_TAGS),
        _principal("aws:principalisawsservice", _is_service),
        _principal("aws:principalservicename", _service_name),
        _principal("aws:principalservicenameslist", _service_name),
        _principal("aws:username", _username),
        # A role's user id ends in its session's name: unknown unless the principal's context holds it.
        Key("aws:userid", GLOBAL, of_principal=True),
        Key(ACCOUNTS_ID, S3_NAMES, of_principal=True),
        Key("kms:calleraccount", SERVICES + "list_awskeymanagementservice.html", _account, of_principal=True),
        Key("aws:sourcearn", GLOBAL, _source),
        Key("aws:sourceaccount", GLOBAL, _source),
        Key("aws:sourceorgid", GLOBAL, _source),
        Key("aws:sourceorgpaths", GLOBAL, _source),
        Key("aws:multifactorauthpresent", GLOBAL, callers=NO_FACTOR),
        Key("aws:multifactorauthage", GLOBAL, callers={**NO_SESSION, "compute": ()}),
        Key("aws:tokenissuetime", GLOBAL, callers=NO_SESSION),
        Key("aws:federatedprovider", GLOBAL, callers={**NO_SESSION, "compute": ()}),
        Key("ec2:sourceinstancearn", GLOBAL, callers=ONLY_COMPUTE),
        Key("ec2:roledelivery", GLOBAL, callers=ONLY_COMPUTE),
        Key("lambda:sourcefunctionarn", GLOBAL, callers=ONLY_COMPUTE),
        Key("aws:ec2instancesourcevpc", GLOBAL, callers=ONLY_COMPUTE),
        Key("aws:ec2instancesourceprivateipv4", GLOBAL, callers=ONLY_COMPUTE),
        Key("aws:sourceip", GLOBAL, callers=NO_SERVICE),
        Key("aws:sourcevpc", GLOBAL, callers=NO_SERVICE),
        Key("aws:sourcevpce", GLOBAL, callers=NO_SERVICE),
        Key("aws:vpcsourceip", GLOBAL, callers=NO_SERVICE),
        Key("aws:resourceaccount", GLOBAL, _resource_account),
        Key("s3:resourceaccount", SERVICES + "list_amazons3.html", _resource_account),
        Key("aws:resourcetag/*", GLOBAL, _resource_tag),
        Key("aws:requestedregion", GLOBAL, _region, chosen=True, values=regions, always=True, on=EVERY),
        Key("aws:requesttag/*", GLOBAL, chosen=True),
        Key("aws:tagkeys", GLOBAL, chosen=True, several=True),
        Key("aws:useragent", GLOBAL, chosen=True, on=EVERY),
        Key("aws:referer", GLOBAL, chosen=True, on=EVERY),
        Key("aws:securetransport", GLOBAL, chosen=True, values=only("true", "false"), always=True, on=EVERY),
        Key("iam:passedtoservice", STS, chosen=True, values=services, always=True, on=("iam:passrole",)),
        Key("iam:policyarn", STS, chosen=True, values=managed_policies, always=True),
        Key(OWN_SESSION, STS, chosen=True, always=True, on=EVERY),
        Key("sts:rolesessionname", STS, chosen=True, always=True),
        Key("sts:sourceidentity", STS, chosen=True),
        Key("sts:durationseconds", STS, chosen=True, on=TAKING_ROLES),
        Key("sts:transitivetagkeys", STS, chosen=True, several=True),
        Key("*:aud", STS, chosen=True, always=True, on=FEDERATED),
        Key("s3:prefix", SERVICES + "list_amazons3.html", chosen=True),
        Key("s3:delimiter", SERVICES + "list_amazons3.html", chosen=True),
        Key("s3:max-keys", SERVICES + "list_amazons3.html", chosen=True),
        Key("s3:x-amz-acl", SERVICES + "list_amazons3.html", chosen=True, values=only(*CANNED)),
        Key(
            "s3:x-amz-server-side-encryption",
            SERVICES + "list_amazons3.html",
            chosen=True,
            values=only("AES256", "aws:kms", "aws:kms:dsse"),
        ),
        _of_instance("ec2:instancetype"),
        _of_instance("ec2:metadatahttptokens", only("optional", "required")),
        _of_instance("ec2:metadatahttpendpoint", only("enabled", "disabled")),
        _of_instance("ec2:metadatahttpputresponsehoplimit"),
    )
}


@lru_cache(maxsize=16_384)
def describe(name: str) -> Key | None:
    """The row of a lower-cased key, or None: every other key is unknown."""
    family, ending = name.partition("/")[0] + "/*", "*:" + name.rpartition(":")[2]
    return KEYS.get(name) or KEYS.get(family) or KEYS.get(ending)


def canonical(name: str) -> str:
    """The one name of a lower-cased key that services repeat under their own prefix: `ec2:ResourceTag/team`."""
    if name == "ec2:region":
        return "aws:requestedregion"
    service, colon, rest = name.partition(":")
    return f"aws:{rest}" if colon and service != "aws" and rest.startswith("resourcetag/") else name


@lru_cache(maxsize=16_384)
def resolve(name: str) -> tuple[str, Key | None]:
    """The one name of a lower-cased key, and its row."""
    one = canonical(name)
    return one, describe(one)


def is_of_principal(name: str) -> bool:
    """Whether a lower-cased key is a fact of the principal alone."""
    row = describe(name)
    return row is not None and row.of_principal
