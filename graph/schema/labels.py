"""Every node label, declared once: constraints, loading and docs/SCHEMA.md come from here."""

from __future__ import annotations

from graph.schema.common import OWNED, POLICY, PRINCIPAL, UNSEEN
from graph.schema.compute import COMPUTE
from graph.schema.declare import Label, flag, items, number, text, time
from graph.schema.organization import ORGANIZATION
from graph.schema.stores import STORES

IDENTITY = (
    Label(
        "AWSUser",
        "An IAM user.",
        (
            *PRINCIPAL,
            text("userid", "AWS's unique id", "userid"),
            flag("password", "can sign in to the console"),
            flag("mfa", "has an MFA device; absent when unseen"),
            time("password_lastused", "last console sign-in"),
            time("passwordlastused", "last console sign-in", "passwordlastused"),
            time("passwordlastused_dt", "last console sign-in, as Cartography's rules read it", "passwordlastused_dt"),
            number("active_keys", "active access keys; absent when unseen"),
            UNSEEN,
        ),
        also=("AWSPrincipal",),
    ),
    Label(
        "AWSRole",
        "An IAM role.",
        (
            *PRINCIPAL,
            text("roleid", "AWS's unique id", "roleid"),
            text("trust", "the trust policy"),
            time("last_used", "last use that IAM knows of"),
            flag("service_linked", "made and used by one AWS service"),
            flag("sso", "made by Identity Center for a permission set"),
            text("expected", "why the settings expect this role everywhere"),
            UNSEEN,
        ),
        also=("AWSPrincipal",),
    ),
    Label(
        "AWSGroup", "An IAM group.", (*PRINCIPAL, text("groupid", "AWS's unique id", "groupid")), also=("AWSPrincipal",)
    ),
    Label(
        "AWSRootPrincipal",
        "The root user of an account; in a trust policy, the whole account.",
        (
            *PRINCIPAL,
            flag("mfa", "root has MFA; absent when unseen"),
            flag("access_keys", "root has an access key; absent when unseen"),
            flag("password", "root has a password, which central root access can take away; absent when unseen"),
        ),
        also=("AWSPrincipal",),
    ),
    Label("AWSServicePrincipal", "An AWS service that may take a role.", PRINCIPAL, also=("AWSPrincipal",)),
    Label(
        "AWSFederatedPrincipal",
        "Those whom an identity provider vouches for, narrowed by the subject a trust asks for.",
        (
            *PRINCIPAL,
            text("provider", "ARN of the provider"),
            text("kind", "`saml` or `oidc`"),
            text("subject", "the subject pattern that the trust accepts; `*` when it asks for none"),
            flag("ci", "the provider runs pipelines (GitHub, GitLab, …)"),
        ),
        also=("AWSPrincipal",),
    ),
    Label(
        "AWSExternalPrincipal",
        "Anyone with an AWS account: a trust that names `*`.",
        PRINCIPAL,
        also=("AWSPrincipal",),
        ours=True,
    ),
    Label(
        "AWSManagedPolicy",
        "A managed policy.",
        (
            text("arn", "the ARN", "arn"),
            text("version", "default version"),
            text("type", "`aws` or `customer`"),
            UNSEEN,
        ),
        also=("AWSPolicy",),
    ),
    Label(
        "AWSInlinePolicy",
        "A policy written into one user, group or role.",
        (text("type", "`inline`"), UNSEEN),
        also=("AWSPolicy",),
    ),
    Label(
        "AWSPolicyStatement",
        "A statement; equal statements stand once, however often and in whatever order written.",
        (
            text("effect", "Allow or Deny", "effect"),
            items("action", "actions", "action"),
            items("notaction", "actions excepted", "notaction"),
            items("resource", "resources", "resource"),
            items("notresource", "resources excepted", "notresource"),
            text("principal", "principals, as JSON"),
            text("condition", "conditions, as JSON", "condition"),
            text("sid", "the first Sid seen", "sid"),
        ),
    ),
    Label("AWSInstanceProfile", "An instance profile.", (text("arn", "the ARN", "arn"),)),
    Label(
        "AccountAccessKey",
        "An access key of a user.",
        (
            text("accesskeyid", "the key id", "accesskeyid"),
            text("status", "Active or Inactive", "status"),
            time("createdate", "creation time", "createdate"),
            time("lastuseddate", "last use", "lastuseddate"),
            time("createdate_dt", "creation time, as Cartography's rules read it", "createdate_dt"),
            time("lastuseddate_dt", "last use, as Cartography's rules read it", "lastuseddate_dt"),
        ),
        also=("AWSAccountAccessKey",),
    ),
    Label(
        "AWSMfaDevice",
        "An MFA device of a user; one without a serial number stands for what the credential report says.",
        (text("serialnumber", "serial number or ARN", "serialnumber"),),
    ),
    Label(
        "AWSPermissionSet",
        "A permission set of Identity Center.",
        (text("arn", "the ARN", "arn"), text("session_duration", "ISO 8601 duration")),
    ),
    Label("AWSSSOUser", "A person in Identity Center.", (*PRINCIPAL, text("user_name", "sign-in name"), UNSEEN)),
    Label(
        "AWSSSOGroup",
        "A group in Identity Center.",
        (*PRINCIPAL, text("display_name", "its name", "display_name"), UNSEEN),
    ),
    Label(
        "AccessSet",
        "What several principals hold alike: those that no policy can tell apart share one.",
        (
            text(
                "shape", "its key with the account number taken out: equal shapes are the same power in other accounts"
            ),
            flag("own", "rights that belong to one principal alone"),
            number("members", "principals that hold it"),
            items("policies", "names of the policies in it"),
        ),
        ours=True,
    ),
    Label("Outcome", "What an escalation ends in.", (text("kind", "`admin` or `org_admin`"),), ours=True),
    Label(
        "Proof",
        "Why an edge is there: interned by content.",
        (
            text("verdict", "`certain` or `possible`"),
            text("text", "the reasoning in sentences"),
            text("technique", "id of the technique"),
            items("layers", "result of each layer, `layer=truth`"),
            items("statements", "ids of the deciding statements"),
            items("conditions", "what must hold besides"),
            items("choices", "what the caller has to choose, `key=value`"),
        ),
        ours=True,
    ),
)

RULE = (
    text("protocol", "tcp, udp, icmp, a number, or all", "protocol"),
    number("fromport", "first port", "fromport"),
    number("toport", "last port", "toport"),
    text("peer", "CIDR, security group or prefix list"),
)
NETWORK = (
    Label("AWSVpc", "A VPC.", (items("cidrs", "its address ranges"), flag("is_default", "the default VPC"))),
    Label(
        "EC2Subnet",
        "A subnet.",
        (items("cidrs", "its address ranges"), text("zone", "availability zone")),
        also=("AWSEC2Subnet",),
    ),
    Label(
        "EC2SecurityGroup",
        "A security group.",
        (
            text("groupid", "its id", "groupid"),
            text("vpc_id", "its VPC"),
            text("description", "description"),
            *OWNED[1:],  # they go by their id
        ),
        also=("AWSEC2SecurityGroup",),
    ),
    Label(
        "IpPermissionInbound",
        "One ingress rule, one protocol and port range, one peer.",
        RULE,
        also=("AWSIpPermissionInbound", "IpRule", "AWSIpRule"),
    ),
    Label(
        "IpPermissionEgress",
        "One egress rule, one protocol and port range, one peer.",
        RULE,
        also=("AWSIpPermissionEgress", "IpRule", "AWSIpRule"),
    ),
    Label("IpRange", "An address range that rules name.", (text("range", "CIDR", "range"),), also=("AWSIpRange",)),
    Label(
        "AWSPrefixList", "A prefix list that rules name.", (items("cidrs", "its address ranges; absent when unseen"),)
    ),
    Label(
        "NetworkInterface",
        "A network interface.",
        (
            items("private_ips", "private addresses"),
            text("public_ip", "public address"),
            text("interface_type", "what kind"),
            text("description", "description"),
            flag("derived", "stands for one that no describe call listed"),
        ),
        also=("AWSNetworkInterface",),
    ),
    Label(
        "NetworkClass",
        "Interfaces that no rule can tell apart, once as those who send and once as those who receive.",
        (
            text("side", "`sends` or `receives`"),
            text("vpc_id", "their VPC"),
            items("groups", "their security groups"),
            number("members", "interfaces in it"),
            flag("public", "they have public addresses"),
        ),
        ours=True,
    ),
    Label("AWSPeeringConnection", "A VPC peering.", (text("status", "its status"),)),
    Label(
        "EC2Instance",
        "An instance.",
        (
            *OWNED,
            text("state", "running, stopped, …", "state"),
            text("public_ip", "public address"),
            flag("imds_v2_required", "metadata needs a token"),
            text("instanceid", "its id", "instanceid"),
        ),
        also=("AWSEC2Instance",),
    ),
    Label("Internet", "Every address outside.", (), ours=True),
)

RESOURCES = (
    Label("AWSLambda", "A Lambda function.", (*OWNED, text("runtime", "runtime", "runtime"))),
    Label(
        "S3Bucket",
        "An S3 bucket.",
        (
            *OWNED,
            *POLICY,
            flag("public_blocked", "all four public access blocks are on; absent when unseen"),
        ),
        also=("AWSS3Bucket",),
    ),
    Label(
        "RDSInstance",
        "A database instance.",
        (
            *OWNED,
            text("engine", "engine", "engine"),
            flag("publicly_accessible", "has a public address", "publicly_accessible"),
            flag("deletion_protection", "deletion protection", "deletion_protection"),
            number("backup_retention_days", "days automatic backups are kept"),
        ),
        also=("AWSRDSInstance",),
    ),
    Label(
        "RDSCluster",
        "A database cluster.",
        (
            *OWNED,
            text("engine", "engine", "engine"),
            flag("deletion_protection", "deletion protection", "deletion_protection"),
            number("backup_retention_days", "days automatic backups are kept"),
        ),
        also=("AWSRDSCluster",),
    ),
    Label(
        "BackupVault",
        "A backup vault.",
        (*OWNED, *POLICY, flag("locked", "vault lock is on")),
        ours=True,
    ),
    Label(
        "RecoveryPoint",
        "A recovery point in a vault.",
        (*OWNED, text("vault_arn", "its vault"), text("resource_arn", "what it restores")),
        ours=True,
    ),
    Label(
        "KMSKey",
        "A KMS key.",
        (*OWNED, *POLICY, text("manager", "CUSTOMER or AWS"), text("state", "Enabled, …")),
        also=("AWSKMSKey",),
    ),
    Label(
        "SecretsManagerSecret",
        "A secret; its value is never read.",
        (*OWNED, *POLICY, flag("rotation_enabled", "rotated automatically")),
        also=("AWSSecretsManagerSecret",),
    ),
    Label(
        "CloudTrailTrail",
        "A CloudTrail trail.",
        (*OWNED, text("bucket", "the bucket it writes to"), flag("organization_trail", "covers the organization")),
    ),
    *STORES,
    Label(
        "CrownJewel",
        "A tier of what must never be lost; the resource points to it.",
        (number("tier", "0 is the most precious"),),
        ours=True,
    ),
)

UPKEEP = (
    Label(
        "Coverage",
        "What was seen of one account, region and source.",
        (
            text("source", "the collector"),
            text("state", "seen, partial, denied, failed or skipped"),
            text("reason", "why not"),
            text("detail", "one line for people"),
            text("at", "when it was last seen"),
        ),
    ),
    Label(
        "Promotion",
        "What the store holds now; written by the store.",
        (
            text("state", "`loading` or `current`"),
            text("graph", "id of the graph artefact"),
            text("snapshot", "id of the snapshot"),
            time("at", "when"),
        ),
        ours=True,
    ),
)

LABELS: dict[str, Label] = {
    label.name: label for label in (*ORGANIZATION, *IDENTITY, *NETWORK, *RESOURCES, *COMPUTE, *UPKEEP)
}
SECONDARY_LABELS: tuple[str, ...] = tuple(sorted({also for label in LABELS.values() for also in label.also}))
JEWEL_LABELS = (
    "S3Bucket",
    "RDSInstance",
    "RDSCluster",
    "BackupVault",
    "RecoveryPoint",
    "KMSKey",
    "SecretsManagerSecret",
    "CloudTrailTrail",
    *(label.name for label in STORES),
    "AWSLambda",
    "EC2Instance",
    "AWSRole",
    "AWSUser",
    "Outcome",
)
RESOURCE_LABELS = tuple(label.name for label in RESOURCES if label.name != "CrownJewel")
