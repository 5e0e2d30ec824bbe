// id = "blast-radius"
// title = "What falls with this principal?"
// description = "Resources within six certain relationships of it, counted by account and level: give an ARN."
// columns = ["account_id", "level", "resources"]
// [parameters]
// principal = ""
MATCH (p:AWSPrincipal {id: $principal})-[:HOLDS|CAN_ASSUME|CAN_ESCALATE*1..6]->(s:AccessSet)
WITH DISTINCT s
MATCH (s)-[e:CAN_ACCESS]->(t)
RETURN t.account_id AS account_id, e.level AS level, count(DISTINCT t) AS resources
ORDER BY account_id, level
