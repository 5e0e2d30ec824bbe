// id = "who-uses-this-jewel"
// title = "Who uses this crown jewel by rights of its own?"
// description = "Every principal that reaches it in one step, at which levels, and which of them for certain: give the id of the resource."
// columns = ["principal", "name", "account_id", "levels", "certain"]
// [parameters]
// target = ""
MATCH (t)-[:IS_JEWEL]->(:CrownJewel)
WHERE t.id = $target
MATCH (t)<-[e:CAN_ACCESS|MAY_ACCESS]-(:AccessSet)<-[:HOLDS]-(p)
WHERE NOT p:Outcome
WITH p, e ORDER BY e.level
RETURN p.id AS principal, p.name AS name, p.account_id AS account_id, collect(DISTINCT e.level) AS levels,
       any(t IN collect(type(e)) WHERE t = 'CAN_ACCESS') AS certain
ORDER BY principal
