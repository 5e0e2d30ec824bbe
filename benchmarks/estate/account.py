"""An account that is being filled: its identifiers, and the principals and policies of its authorization details."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.estate.aws_managed import aws_managed
from benchmarks.estate.documents import Json, document
from benchmarks.estate.names import REGIONS, account_id, root_of
from benchmarks.estate.params import Params

BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
PROFILE_FIELDS = ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")


class Account:
    """What one account holds so far. Every random choice comes from `rng`, so the order of calls is the content."""

    def __init__(self, params: Params, index: int) -> None:
        self.params, self.index, self.id = params, index, account_id(index)
        self.rng = params.stream(f"{index}")
        self.regions = REGIONS[: params.regions]
        self.policies: dict[str, Json] = {}  # entries of the authorization details, by ARN
        self.roles: dict[str, Json] = {}
        self.users: dict[str, Json] = {}
        self.groups: dict[str, Json] = {}
        self.reserved: dict[int, str] = {}  # role that Identity Center made, by number of the permission set
        self.functions: list[Json] = []
        self.instances: list[Json] = []
        self.sgs: list[Json] = []
        self.buckets: dict[str, Json] = {}
        self.chains: list[Json] = []

    @property
    def root(self) -> str:
        return root_of(self.id)

    @property
    def vpc(self) -> str:
        return f"vpc-{self.index:017x}"

    @property
    def network(self) -> str:
        """The first two bytes of its addresses."""
        return f"10.{self.index % 250}"

    def subnet(self, i: int) -> str:
        return f"subnet-{self.index:08x}{i:09x}"

    def arn(self, kind: str, name: str, path: str = "/") -> str:
        return f"arn:aws:iam::{self.id}:{kind}{path}{name}"

    def hexid(self, digits: int = 17) -> str:
        return f"{self.rng.getrandbits(4 * digits):0{digits}x}"

    def unique_id(self, prefix: str) -> str:
        return prefix + "".join(self.rng.choices(BASE32, k=17))

    def date(self) -> str:
        r = self.rng
        day = f"20{r.randint(18, 24)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}"
        return f"{day}T{r.randint(0, 23):02}:{r.randint(0, 59):02}:{r.randint(0, 59):02}+00:00"

    def add_policy(self, name: str, body: Json, versions: int = 1) -> str:
        """A customer managed policy; each earlier version lacks the last statement."""
        arn = self.arn("policy", name)
        self.policies[arn] = self._policy(arn, name, body, versions)
        return arn

    def _policy(self, arn: str, name: str, body: Json, versions: int = 1) -> Json:
        earlier = document(*body["Statement"][:-1] or body["Statement"])
        history = [self._version(earlier, i, False) for i in range(versions - 1, 0, -1)]
        return {
            "PolicyName": name,
            "PolicyId": self.unique_id("ANPA"),
            "Arn": arn,
            "Path": "/",
            "DefaultVersionId": f"v{versions}",
            "AttachmentCount": 0,
            "PermissionsBoundaryUsageCount": 0,
            "IsAttachable": True,
            "CreateDate": self.date(),
            "UpdateDate": self.date(),
            "PolicyVersionList": [self._version(body, versions, True), *history],
        }

    def _version(self, body: Json, number: int, default: bool) -> Json:
        return {
            "Document": body,
            "VersionId": f"v{number}",
            "IsDefaultVersion": default,
            "CreateDate": self.date(),
        }

    def attach(self, arn: str, field: str = "AttachmentCount") -> Json:
        """Counts one attachment and returns its reference; a policy of AWS's own appears when first used."""
        if arn not in self.policies and arn.startswith("arn:aws:iam::aws:"):
            name = arn.rsplit("/", 1)[1]
            self.policies[arn] = self._policy(arn, name, aws_managed()[name])
        self.policies[arn][field] += 1
        return {"PolicyName": self.policies[arn]["PolicyName"], "PolicyArn": arn}

    def add_role(
        self,
        name: str,
        trusted: Json,
        attached: Iterable[str] = (),
        inline: Json | None = None,
        path: str = "/",
        boundary: str | None = None,
        tags: dict[str, str] | None = None,
        profile: bool = False,
    ) -> str:
        """A role, with an instance profile of its name where `profile` is set."""
        arn = self.arn("role", name, path)
        role = {
            "Path": path,
            "RoleName": name,
            "RoleId": self.unique_id("AROA"),
            "Arn": arn,
            "CreateDate": self.date(),
            "AssumeRolePolicyDocument": trusted,
            "InstanceProfileList": [],
            "RolePolicyList": _inline(inline),
            "AttachedManagedPolicies": [self.attach(a) for a in attached],
            "Tags": _tags(tags),
            "RoleLastUsed": {},
        }
        if self.rng.random() < 0.7:
            role["RoleLastUsed"] = {"LastUsedDate": self.date(), "Region": self.rng.choice(self.regions)}
        self._bound(role, boundary)
        if profile:
            role["InstanceProfileList"] = [self._profile(role)]
        self.roles[arn] = role
        return arn

    def _profile(self, role: Json) -> Json:
        return {
            "Path": role["Path"],
            "InstanceProfileName": role["RoleName"],
            "InstanceProfileId": self.unique_id("AIPA"),
            "Arn": self.arn("instance-profile", role["RoleName"], role["Path"]),
            "CreateDate": self.date(),
            "Roles": [{k: role[k] for k in PROFILE_FIELDS}],
        }

    def _bound(self, principal: Json, boundary: str | None) -> None:
        if boundary:
            self.attach(boundary, "PermissionsBoundaryUsageCount")
            principal["PermissionsBoundary"] = {
                "PermissionsBoundaryType": "Policy",
                "PermissionsBoundaryArn": boundary,
            }

    def add_user(
        self,
        name: str,
        groups: Iterable[str] = (),
        attached: Iterable[str] = (),
        inline: Json | None = None,
        tags: dict[str, str] | None = None,
    ) -> str:
        arn = self.arn("user", name)
        self.users[arn] = {
            "Path": "/",
            "UserName": name,
            "UserId": self.unique_id("AIDA"),
            "Arn": arn,
            "CreateDate": self.date(),
            "UserPolicyList": _inline(inline),
            "GroupList": list(groups),
            "AttachedManagedPolicies": [self.attach(a) for a in attached],
            "Tags": _tags(tags),
        }
        return arn

    def add_group(self, name: str, attached: Iterable[str] = ()) -> str:
        arn = self.arn("group", name)
        self.groups[arn] = {
            "Path": "/",
            "GroupName": name,
            "GroupId": self.unique_id("AGPA"),
            "Arn": arn,
            "CreateDate": self.date(),
            "GroupPolicyList": [],
            "AttachedManagedPolicies": [self.attach(a) for a in attached],
        }
        return arn


def _inline(policies: Json | None) -> list[Json]:
    return [{"PolicyName": name, "PolicyDocument": body} for name, body in (policies or {}).items()]


def _tags(tags: dict[str, str] | None) -> list[Json]:
    return [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
