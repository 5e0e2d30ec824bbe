"""Properties that many labels share."""

from __future__ import annotations

from graph.schema.declare import Property, flag, items, number, text, time

# Written by the store on every node; not part of an artefact.
STORE_PROPERTIES: tuple[Property, ...] = (
    time("firstseen", "the promotion that first held this node"),
    time("lastupdated", "the promotion at which its content last changed"),
)
COMMON: tuple[Property, ...] = (
    text("id", "the ARN where AWS has one; the key of every node"),
    text("name", "what people call it"),
    text("account_id", "the account it belongs to"),
    text("region", "the region, where it has one"),
    text("stale", "set on facts that were not seen this time: when they were last seen"),
)
OWNED: tuple[Property, ...] = (
    text("arn", "the ARN", "arn"),
    text("env", "environment of its account or from its tags"),
    text("team", "owning team, from tags or the mapping in the settings"),
    items("tags", "tags as `key=value`"),
    text("declared", "declared in code: `yes`, `no` or `unknown`"),
)
PRINCIPAL: tuple[Property, ...] = (
    *OWNED,
    time("createdate", "creation time", "createdate"),
    text("path", "IAM path", "path"),
    number("hops_to_admin", "certain steps to an administrator; absent when there is no certain path"),
    number("hops_to_jewel", "certain steps to a crown jewel"),
    number("may_hops_to_admin", "steps to an administrator when possible steps count too"),
    number("may_hops_to_jewel", "steps to a crown jewel when possible steps count too"),
)

UNSEEN = flag("unseen", "something names it, but its own facts or its policy text could not be read")
POLICY = (text("policy", "its resource policy"), flag("policy_unseen", "the resource policy could not be read"))
