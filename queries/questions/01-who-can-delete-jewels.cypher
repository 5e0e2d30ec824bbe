// id = "who-can-delete-jewels"
// title = "Who can delete crown jewels, for certain?"
// description = "Principals whose own rights allow it; a role in the list is as good as whoever can take it."
// columns = ["tier", "jewel", "principal", "name", "account_id"]
MATCH (j:CrownJewel)<-[:IS_JEWEL]-(t)<-[e:CAN_ACCESS]-(:AccessSet)<-[:HOLDS]-(p)
WHERE e.level = 'delete' AND NOT p:Outcome
RETURN DISTINCT j.tier AS tier, t.id AS jewel, p.id AS principal, p.name AS name, p.account_id AS account_id
ORDER BY tier, jewel, principal
