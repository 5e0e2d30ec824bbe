// id = "why-is-this-allowed"
// title = "Why does this principal have access to that resource?"
// description = "The reasoning of each level, and the statements that decide it. Give both ids."
// columns = ["level", "verdict", "reasoning", "conditions", "statements"]
// [parameters]
// principal = ""
// target = ""
MATCH (p:AWSPrincipal {id: $principal})-[:HOLDS]->(:AccessSet)-[e:CAN_ACCESS|MAY_ACCESS]->(t)
WHERE t.id = $target
MATCH (proof:Proof {id: e.proof})
OPTIONAL MATCH (proof)-[:DECIDED_BY]->(s:AWSPolicyStatement)
WITH e, proof, s ORDER BY s.id
RETURN e.level AS level, proof.verdict AS verdict, proof.text AS reasoning,
       coalesce(proof.conditions, []) AS conditions, collect(s.id) AS statements
ORDER BY level
