// id = "administrator"
// title = "Administrators"
// severity = "low"
// description = "Every principal whose own policies make it administrator of its account, for certain."
// reads = ["iam.authorization", "organizations.tree", "organizations.policies"]
// columns = ["account_id", "principal", "name"]
// subject = "principal"
// sentence = "`{name}` is administrator of {account}"
// fix = "Keep administration to one permission set that is asked for and expires; give the rest what their work needs."
// references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"]
MATCH (p:AWSPrincipal)-[:HOLDS]->(:AccessSet)-[e:CAN_ESCALATE|MAY_ESCALATE]->(o:Outcome)
WHERE e.technique = 'administrator' AND o.kind = 'admin' AND p.expected IS NULL
  AND (type(e) = 'CAN_ESCALATE' OR e.stale IS NOT NULL)
RETURN DISTINCT o.account_id AS account_id, p.id AS principal, p.name AS name
ORDER BY account_id, principal
