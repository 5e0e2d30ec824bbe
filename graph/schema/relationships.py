"""Every relationship type, declared once. The verdict of a derived step is in its type: CAN_ certain, MAY_ possible."""

from __future__ import annotations

from graph.schema.compute import COMPUTE, RUNNING
from graph.schema.declare import Property, Relationship, items, number, text, time
from graph.schema.labels import JEWEL_LABELS, RESOURCE_LABELS

STORE_PROPERTIES: tuple[Property, ...] = (
    time("firstseen", "the promotion that first held this relationship"),
    time("lastupdated", "the promotion at which its content last changed"),
)
DERIVED: tuple[Property, ...] = (
    text("proof", "id of the Proof node"),
    items("conditions", "what must hold for a possible step"),
    text("stale", "set when it rests on facts not seen this time: when they were last seen"),
)
PRINCIPALS = (
    "AWSUser",
    "AWSRole",
    "AWSGroup",
    "AWSRootPrincipal",
    "AWSServicePrincipal",
    "AWSFederatedPrincipal",
    "AWSExternalPrincipal",
    "AWSSSOUser",
    "AWSSSOGroup",
)
POLICIES = ("AWSManagedPolicy", "AWSInlinePolicy")
RULES = ("IpPermissionInbound", "IpPermissionEgress")
NODES_OF_TREE = ("AWSOrganizationalUnit", "AWSAccount")
WORKLOADS = ("EC2Instance", "AWSLambda")
TARGETS = tuple(name for name in RESOURCE_LABELS)


def _ends(sources: tuple[str, ...] | str, targets: tuple[str, ...] | str) -> tuple[tuple[str, str], ...]:
    sources = (sources,) if isinstance(sources, str) else sources
    targets = (targets,) if isinstance(targets, str) else targets
    return tuple((s, t) for s in sources for t in targets)


def _pair(
    verb: str, doc: str, ends: tuple[tuple[str, str], ...], properties: tuple[Property, ...] = (), key: str = ""
) -> tuple[Relationship, Relationship]:
    both = (*DERIVED, *properties)
    return (
        Relationship(f"CAN_{verb}", f"{doc}, for certain.", ends, "step", both, key, ours=True),
        Relationship(f"MAY_{verb}", f"{doc}, if its open conditions hold.", ends, "step", both, key, ours=True),
    )


STEPS = (
    *_pair("ASSUME", "Who holds the set can take the role", _ends("AccessSet", "AWSRole")),
    *_pair(
        "ESCALATE",
        "Who holds the set gains the target's rights, or becomes administrator, by the technique",
        _ends("AccessSet", ("AWSRole", "AWSUser", "AWSGroup", "Outcome")),
        (text("technique", "id of the technique"),),
        key="technique",
    ),
    *_pair(
        "ACCESS",
        "Who holds the set can use the resource at this level",
        _ends("AccessSet", TARGETS),
        (text("level", "read, write, permissions or delete"), items("actions", "the actions that are allowed")),
        key="level",
    ),
    *_pair(
        "CONNECT",
        "Packets get through on these ports",
        _ends(("NetworkClass", "Internet"), "NetworkClass"),
        (
            text("ports", "`protocol/from-to`"),
            text("protocol", "tcp, udp, icmp, a number or all"),
            number("from_port", "first port"),
            number("to_port", "last port"),
            items("rules", "ids of the rules that let them through"),
        ),
        key="ports",
    ),
)
STRUCTURE = (
    Relationship(
        "EXPOSES",
        "The interface reaches what runs behind it.",
        _ends("NetworkInterface", ("EC2Instance", "RDSInstance", "RDSCluster")),
        "structural",
        ours=True,
    ),
    Relationship(
        "SENDS_AS",
        "What the workload sends leaves as this class.",
        _ends(WORKLOADS, "NetworkClass"),
        "structural",
        ours=True,
    ),
    Relationship(
        "RUNS_AS",
        "What runs here has the role's credentials.",
        _ends((*WORKLOADS, *RUNNING), "AWSRole"),
        "structural",
        ours=True,
    ),
    Relationship(
        "HOLDS",
        "The principal has the rights of the set.",
        _ends((*PRINCIPALS, "Outcome"), "AccessSet"),
        "joint",
        ours=True,
    ),
    Relationship(
        "DELIVERS_TO",
        "The interface belongs to the class.",
        _ends("NetworkClass", "NetworkInterface"),
        "joint",
        ours=True,
    ),
    Relationship("IS_JEWEL", "What must never be lost.", _ends(JEWEL_LABELS, "CrownJewel"), "joint", ours=True),
)
FACTS = (
    Relationship(
        "RESOURCE",
        "The account or unit holds it.",
        _ends(
            "AWSAccount",
            (
                *PRINCIPALS[:6],
                *POLICIES,
                *TARGETS,
                *(label.name for label in COMPUTE),
                "AWSInstanceProfile",
                "AWSVpc",
                "EC2Subnet",
                "EC2SecurityGroup",
                "NetworkInterface",
                "EC2Instance",
                "AWSPermissionSet",
                "AWSPeeringConnection",
                "AWSPrefixList",
            ),
        )
        + _ends("AWSOrganization", NODES_OF_TREE)
        + _ends("AWSOrganizationalUnit", NODES_OF_TREE),
    ),
    Relationship(
        "POLICY",
        "The policy is attached to it or written into it.",
        _ends(("AWSUser", "AWSRole", "AWSGroup"), POLICIES),
    ),
    Relationship(
        "STATEMENT",
        "The policy contains the statement.",
        _ends((*POLICIES, "ServiceControlPolicy", "ResourceControlPolicy"), "AWSPolicyStatement"),
        properties=(text("sid", "Sid there"), number("position", "position there, from 0")),
        key="position",
    ),
    Relationship(
        "TRUSTS_STATEMENT",
        "The role's trust policy contains the statement.",
        _ends("AWSRole", "AWSPolicyStatement"),
        properties=(text("sid", "Sid there"), number("position", "position there, from 0")),
        key="position",
        ours=True,
    ),
    Relationship("MEMBER_AWS_GROUP", "The user belongs to the group.", _ends("AWSUser", "AWSGroup")),
    Relationship("MEMBER_OF_SSO_GROUP", "The person belongs to the group.", _ends("AWSSSOUser", "AWSSSOGroup")),
    Relationship("MEMBER_OF", "The same, as Cartography spells it.", _ends("AWSSSOUser", "AWSSSOGroup")),
    Relationship(
        "TRUSTS_AWS_PRINCIPAL",
        "An Allow of the role's trust policy names the principal.",
        _ends("AWSRole", ("AWSUser", "AWSRole", "AWSRootPrincipal", "AWSServicePrincipal", "AWSExternalPrincipal")),
    ),
    Relationship(
        "STS_ASSUMEROLE_ALLOW",
        "An Allow of the role's trust policy names it, or it runs as the role; the verdict is CAN_ASSUME.",
        _ends(("AWSUser", "AWSRole", *WORKLOADS, *RUNNING), "AWSRole"),
    ),
    Relationship(
        "HAS_PERMISSION_SET",
        "The person or group is assigned the permission set somewhere.",
        _ends(("AWSSSOUser", "AWSSSOGroup"), "AWSPermissionSet"),
    ),
    Relationship(
        "HAS_ROLE", "The same, as Cartography spells it.", _ends(("AWSSSOUser", "AWSSSOGroup"), "AWSPermissionSet")
    ),
    Relationship("ASSIGNED_TO_ROLE", "The permission set became this role.", _ends("AWSPermissionSet", "AWSRole")),
    Relationship(
        "ALLOWED_BY", "The role may be taken by this person or group.", _ends("AWSRole", ("AWSSSOUser", "AWSSSOGroup"))
    ),
    Relationship(
        "AWS_ACCESS_KEY", "The user's access key.", _ends(("AWSUser", "AWSRootPrincipal"), "AccountAccessKey")
    ),
    Relationship("MFA_DEVICE", "The user's MFA device.", _ends("AWSUser", "AWSMfaDevice")),
    Relationship(
        "INSTANCE_PROFILE",
        "The instance has the profile, or those that are started from it have.",
        _ends(("EC2Instance", "LaunchTemplate", "LaunchConfiguration"), "AWSInstanceProfile"),
    ),
    Relationship("HAS_SERVICE", "The cluster runs the service.", _ends("ECSCluster", "ECSService")),
    Relationship("HAS_TASK", "The cluster runs the task.", _ends("ECSCluster", "ECSTask")),
    Relationship(
        "HAS_TASK_DEFINITION",
        "What it runs, and with which role.",
        _ends(("ECSService", "ECSTask"), "ECSTaskDefinition"),
    ),
    Relationship(
        "HAS_CONTAINER_INSTANCE",
        "The instance offers itself to the cluster.",
        _ends("ECSCluster", "ECSContainerInstance"),
    ),
    Relationship("IS_INSTANCE", "The same machine.", _ends("ECSContainerInstance", "EC2Instance")),
    Relationship(
        "HAS_LAUNCH_TEMPLATE",
        "The group starts instances from the template.",
        _ends("AutoScalingGroup", "LaunchTemplate"),
    ),
    Relationship(
        "HAS_LAUNCH_CONFIG",
        "The group starts instances from the configuration.",
        _ends("AutoScalingGroup", "LaunchConfiguration"),
    ),
    Relationship("ASSOCIATED_WITH", "The profile carries the role.", _ends("AWSInstanceProfile", "AWSRole")),
    Relationship(
        "GOVERNED_BY",
        "The policy is attached to the root, unit or account.",
        _ends(NODES_OF_TREE, ("ServiceControlPolicy", "ResourceControlPolicy")),
        ours=True,
    ),
    Relationship(
        "PROTECTED_BY",
        "The policy really denies these actions on it to everyone else than excepted.",
        _ends(TARGETS, ("ServiceControlPolicy", "ResourceControlPolicy")),
        properties=(items("actions", "actions denied"), items("except", "who is excepted")),
        ours=True,
    ),
    Relationship(
        "BOUNDED_BY", "The permissions boundary.", _ends(("AWSUser", "AWSRole"), "AWSManagedPolicy"), ours=True
    ),
    Relationship(
        "BACKED_UP_BY",
        "The recovery point restores it.",
        _ends(("RDSInstance", "RDSCluster", "S3Bucket", "EC2Instance"), "RecoveryPoint"),
        ours=True,
    ),
    Relationship(
        "PART_OF_CLUSTER",
        "These nodes or pods belong to the cluster.",
        _ends(("EKSNodegroup", "EKSPodIdentityAssociation"), "EKSCluster"),
        ours=True,
    ),
    Relationship("HAS_ACCESS_ENTRY", "The cluster lets it in.", _ends("EKSCluster", "EKSAccessEntry")),
    Relationship(
        "GRANTED_ACCESS_TO", "The entry names the principal.", _ends(("AWSUser", "AWSRole"), "EKSAccessEntry")
    ),
    Relationship("CONTAINS", "The domain has the profile.", _ends("AWSSageMakerDomain", "AWSSageMakerUserProfile")),
    Relationship(
        "HAS_INFORMATION", "Systems Manager manages the instance.", _ends("EC2Instance", "SSMInstanceInformation")
    ),
    Relationship("KEPT_IN", "The recovery point lies in the vault.", _ends("RecoveryPoint", "BackupVault"), ours=True),
    Relationship("LOGS_TO", "The trail writes to the bucket.", _ends("CloudTrailTrail", "S3Bucket"), ours=True),
    Relationship("DECIDED_BY", "The statement decided.", _ends("Proof", "AWSPolicyStatement"), ours=True),
    Relationship(
        "MEMBER_OF_EC2_SECURITY_GROUP",
        "The interface or workload is in the group.",
        _ends(("NetworkInterface", "EC2Instance", "AWSLambda", "RDSInstance", "RDSCluster"), "EC2SecurityGroup"),
    ),
    Relationship(
        "MEMBER_OF_IP_RULE",
        "The range, group or list is the rule's peer.",
        _ends(("IpRange", "EC2SecurityGroup", "AWSPrefixList"), RULES),
    ),
    Relationship(
        "RULE_OF_EC2_SECURITY_GROUP", "The rule belongs to the group.", _ends(RULES, "EC2SecurityGroup"), ours=True
    ),
    Relationship(
        "MEMBER_OF_AWS_VPC",
        "It lies in the VPC.",
        _ends(("EC2Subnet", "EC2SecurityGroup", "EC2Instance", "NetworkInterface"), "AWSVpc"),
    ),
    Relationship("PART_OF_SUBNET", "It lies in the subnet.", _ends(("NetworkInterface", "EC2Instance"), "EC2Subnet")),
    Relationship("NETWORK_INTERFACE", "The instance's interface.", _ends("EC2Instance", "NetworkInterface")),
    Relationship("PEERS", "The peering joins the VPC.", _ends("AWSPeeringConnection", "AWSVpc"), ours=True),
    Relationship("COVERAGE_OF", "The row speaks of the account.", _ends("Coverage", "AWSAccount"), ours=True),
)

RELATIONSHIPS: dict[str, Relationship] = {r.name: r for r in (*STEPS, *STRUCTURE, *FACTS)}
