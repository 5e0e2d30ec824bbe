// id = "what-only-a-condition-holds"
// title = "Where does only a condition stand before administrator or a jewel?"
// description = "Possible last steps with what is open about them; somebody who meets it is through."
// columns = ["principal", "step", "target", "conditions"]
MATCH (p)-[:HOLDS]->(:AccessSet)-[e:MAY_ESCALATE|MAY_ACCESS]->(t)
WHERE NOT p:Outcome AND (t:Outcome OR EXISTS { MATCH (t)-[:IS_JEWEL]->(:CrownJewel) })
RETURN p.id AS principal, coalesce(e.technique, e.level) AS step, t.id AS target,
       coalesce(e.conditions, []) AS conditions
ORDER BY principal, step, target
