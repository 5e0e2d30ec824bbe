"""The labels of the organization: its tree, its accounts and the policies that govern them."""

from __future__ import annotations

from graph.schema.common import UNSEEN
from graph.schema.declare import Label, Property, flag, items, number, text

# Absent where it was not seen this time: unknown, never false.
ACCOUNT_SETTINGS: tuple[Property, ...] = (
    flag("root_mfa", "its root user has an MFA device"),
    flag("root_access_key", "its root user has an access key, active or not"),
    number("account_mfa_enabled", "1 where its root user has an MFA device, else 0", "account_mfa_enabled"),
    number("account_access_keys_present", "1 where its root user has a key, else 0", "account_access_keys_present"),
    flag("root_password", "its root user has a password, which central root access can take away"),
    flag("password_policy", "it sets a password policy of its own; else AWS's default holds"),
    number("password_minimum_length", "characters that its password policy demands"),
    flag("password_symbols", "its password policy demands a symbol"),
    flag("password_numbers", "its password policy demands a digit"),
    flag("password_uppercase", "its password policy demands an upper-case letter"),
    flag("password_lowercase", "its password policy demands a lower-case letter"),
    flag("password_users_may_change", "its users may change their own passwords"),
    number("password_maximum_age", "days after which its passwords expire; absent also when they do not"),
    number("password_reuse_prevention", "earlier passwords that may not come again; absent also when any may"),
    flag("public_access_blocked", "all four public access blocks are on for all of its buckets"),
    flag("password_hard_expiry", "an expired password can be reset by an administrator only"),
)

ORGANIZATION = (
    Label("AWSOrganization", "The organization.", (text("management_account_id", "the management account"),)),
    Label(
        "AWSOrganizationalUnit",
        "An organizational unit, or the root.",
        (text("path", "names from the root, `/`-separated"), flag("root", "whether it is the root")),
    ),
    Label(
        "AWSAccount",
        "An account: of the organization, of a vendor, or unknown.",
        (
            text("relation", "`own`, `vendor` or `unknown`"),
            text("vendor", "the vendor's name from the settings"),
            text("ou_path", "names of the units above it, `/`-separated"),
            text("status", "ACTIVE, SUSPENDED, …"),
            text("env", "from the tag `env`"),
            text("team", "from the tag `team`"),
            items("tags", "tags as `key=value`"),
            flag("management", "whether it manages the organization"),
            flag("inscope", "one of ours; absent otherwise", "inscope"),
            *ACCOUNT_SETTINGS,
        ),
    ),
    Label(
        "ServiceControlPolicy",
        "A service control policy.",
        (text("arn", "the ARN"), text("document", "the policy text"), flag("aws_managed", "FullAWSAccess"), UNSEEN),
        ours=True,
    ),
    Label(
        "ResourceControlPolicy",
        "A resource control policy.",
        (text("arn", "the ARN"), text("document", "the policy text"), flag("aws_managed", "RCPFullAWSAccess"), UNSEEN),
        ours=True,
    ),
)
