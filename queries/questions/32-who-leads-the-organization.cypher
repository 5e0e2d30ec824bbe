// id = "who-leads-the-organization"
// title = "Who becomes administrator of the organization?"
// description = "The last certain or possible step to it: by whom, how, and what is open about it."
// columns = ["principal", "account_id", "technique", "step", "conditions"]
MATCH (p)-[:HOLDS]->(:AccessSet)-[e:CAN_ESCALATE|MAY_ESCALATE]->(o:Outcome)
WHERE o.kind = 'org_admin' AND NOT p:Outcome
RETURN p.id AS principal, p.account_id AS account_id, e.technique AS technique, type(e) AS step,
       coalesce(e.conditions, []) AS conditions
ORDER BY principal, technique, step
