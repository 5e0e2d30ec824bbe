// id = "who-has-the-most-techniques"
// title = "Who has the most ways to escalate?"
// description = "Principals that are not administrators already, by the number of techniques that are certain for them."
// columns = ["principal", "account_id", "techniques", "names"]
// [parameters]
// min_techniques = 1
MATCH (p)-[:HOLDS]->(:AccessSet)-[e:CAN_ESCALATE]->()
WHERE NOT p:Outcome AND e.technique <> 'administrator'
WITH p, e.technique AS technique ORDER BY technique
WITH p, collect(DISTINCT technique) AS names
WHERE size(names) >= $min_techniques
RETURN p.id AS principal, p.account_id AS account_id, size(names) AS techniques, names AS names
ORDER BY techniques DESC, principal
