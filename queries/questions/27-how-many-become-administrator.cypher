// id = "how-many-become-administrator"
// title = "How many principals become administrator, by account?"
// description = "Those that need one certain step at most, and all that have a certain way."
// columns = ["account_id", "account", "one_step", "with_a_way", "principals"]
MATCH (a:AWSAccount)-[:RESOURCE]->(p:AWSPrincipal)
WHERE a.relation = 'own'
RETURN a.id AS account_id, a.name AS account,
       count(CASE WHEN p.hops_to_admin <= 1 THEN 1 END) AS one_step,
       count(p.hops_to_admin) AS with_a_way, count(p) AS principals
ORDER BY with_a_way DESC, account_id
