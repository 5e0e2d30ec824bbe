// id = "same-rights-other-reach"
// title = "Where do the same rights reach further?"
// description = "Access sets of one shape in several accounts that lead to administrator by different techniques."
// columns = ["shape", "accounts", "ways"]
MATCH (p)-[:HOLDS]->(s:AccessSet)
WHERE NOT p:Outcome AND NOT coalesce(s.own, false)
OPTIONAL MATCH (s)-[e:CAN_ESCALATE]->(:Outcome)
WITH s.shape AS shape, p.account_id AS account_id, e.technique AS technique ORDER BY account_id, technique
WITH shape, account_id, collect(DISTINCT technique) AS techniques
WITH shape, collect(account_id) AS accounts, collect(DISTINCT techniques) AS ways
WHERE size(ways) > 1
RETURN shape AS shape, accounts AS accounts, size(ways) AS ways
ORDER BY shape
