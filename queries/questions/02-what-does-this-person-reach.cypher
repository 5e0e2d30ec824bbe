// id = "what-does-this-person-reach"
// title = "What does this person reach, in all accounts?"
// description = "Everything at the end of certain steps, role after role: give the sign-in name of the person."
// columns = ["account_id", "target", "name", "levels"]
// [parameters]
// user_name = ""
MATCH (p:AWSSSOUser)-[:HOLDS|CAN_ASSUME|CAN_ESCALATE*1..6]->(s:AccessSet)
WHERE p.user_name = $user_name
WITH DISTINCT s
MATCH (s)-[e:CAN_ACCESS]->(t)
WITH t, e.level AS level ORDER BY level
RETURN t.account_id AS account_id, t.id AS target, t.name AS name, collect(DISTINCT level) AS levels
ORDER BY account_id, target
