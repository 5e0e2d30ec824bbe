// id = "cross-account-trust"
// title = "Trust from one account into another"
// severity = "info"
// description = "The doors between accounts of the organization: who holds one account may stand in the other."
// reads = ["iam.authorization", "organizations.tree"]
// columns = ["account_id", "role", "name", "from_accounts", "principals"]
// subject = "role"
// sentence = "role `{name}` can be taken from another account of the organization"
// fix = "Keep the trusts that a team can explain; name roles instead of whole accounts."
// references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_cross-account-with-roles.html"]
MATCH (p:AWSPrincipal)-[:HOLDS]->(:AccessSet)-[:CAN_ASSUME|MAY_ASSUME]->(r:AWSRole)
MATCH (a:AWSAccount {id: p.account_id})
WHERE a.relation = 'own' AND p.account_id <> r.account_id AND r.expected IS NULL
WITH r, p ORDER BY p.account_id, p.id
RETURN r.account_id AS account_id, r.id AS role, r.name AS name,
       collect(DISTINCT p.account_id) AS from_accounts, count(DISTINCT p.id) AS principals
ORDER BY account_id, role
