// id = "external-trust-without-external-id"
// title = "Foreign accounts let in without an ExternalId"
// severity = "high"
// description = "Whoever can make the other company's service act reaches the role (the confused deputy)."
// reads = ["iam.authorization", "organizations.tree"]
// columns = ["account_id", "role", "name", "accounts", "vendors"]
// subject = "role"
// sentence = "role `{name}` lets in a foreign account without an ExternalId"
// fix = "Ask for `sts:ExternalId` in the trust policy, with the value that the other company gave for you."
// references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"]
MATCH (p:AWSPrincipal)-[:HOLDS]->(:AccessSet)-[e:CAN_ASSUME|MAY_ASSUME]->(r:AWSRole)
MATCH (a:AWSAccount {id: p.account_id})
WHERE a.relation <> 'own' AND none(c IN coalesce(e.conditions, []) WHERE toLower(c) CONTAINS 'sts:externalid')
WITH r, a ORDER BY a.id
RETURN r.account_id AS account_id, r.id AS role, r.name AS name,
       collect(DISTINCT a.id) AS accounts, collect(DISTINCT a.vendor) AS vendors
ORDER BY account_id, role
