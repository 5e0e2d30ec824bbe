// id = "which-scps-stand-over-jewels"
// title = "Which service control policies stand over which crown jewels?"
// description = "Policies attached to the jewel's account or to a unit above it."
// columns = ["jewel", "account_id", "policy", "attached_to"]
MATCH (t)-[:IS_JEWEL]->(:CrownJewel)
WITH DISTINCT t
MATCH (a:AWSAccount {id: t.account_id})
MATCH (above)-[:RESOURCE*0..8]->(a)
MATCH (above)-[:GOVERNED_BY]->(s:ServiceControlPolicy)
RETURN DISTINCT t.id AS jewel, t.account_id AS account_id, s.name AS policy, above.name AS attached_to
ORDER BY jewel, policy, attached_to
