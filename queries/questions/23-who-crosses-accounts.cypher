// id = "who-crosses-accounts"
// title = "Between which accounts can roles be taken?"
// description = "Pairs of accounts with the roles of the second that principals of the first can take, for certain or possibly."
// columns = ["source", "target", "roles", "certain"]
MATCH (p)-[:HOLDS]->(:AccessSet)-[e:CAN_ASSUME|MAY_ASSUME]->(r:AWSRole)
WHERE NOT p:Outcome AND p.account_id <> r.account_id
RETURN p.account_id AS source, r.account_id AS target, count(DISTINCT r) AS roles,
       count(DISTINCT CASE WHEN type(e) = 'CAN_ASSUME' THEN r END) AS certain
ORDER BY source, target
