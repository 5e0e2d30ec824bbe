// id = "which-rights-make-most-administrators"
// title = "Which shared rights make most principals administrator?"
// description = "Access sets that lead to administrator in one step: mending one mends all its members."
// columns = ["access_set", "account_id", "members", "techniques", "policies"]
MATCH (p)-[:HOLDS]->(s:AccessSet)-[e:CAN_ESCALATE]->(o:Outcome)
WHERE NOT p:Outcome
WITH s, o, p, e.technique AS technique ORDER BY technique
RETURN s.id AS access_set, o.account_id AS account_id, count(DISTINCT p) AS members,
       collect(DISTINCT technique) AS techniques, coalesce(s.policies, []) AS policies
ORDER BY members DESC, access_set, account_id
