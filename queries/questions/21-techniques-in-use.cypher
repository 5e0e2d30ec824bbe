// id = "techniques-in-use"
// title = "Which escalation techniques work here?"
// description = "Each technique with the principals that can use it and how many of them can for certain."
// columns = ["technique", "principals", "certain", "targets"]
MATCH (p)-[:HOLDS]->(:AccessSet)-[e:CAN_ESCALATE|MAY_ESCALATE]->(t)
WHERE NOT p:Outcome
RETURN e.technique AS technique, count(DISTINCT p) AS principals,
       count(DISTINCT CASE WHEN type(e) = 'CAN_ESCALATE' THEN p END) AS certain, count(DISTINCT t) AS targets
ORDER BY principals DESC, technique
