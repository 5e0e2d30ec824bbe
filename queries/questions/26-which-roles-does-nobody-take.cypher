// id = "which-roles-does-nobody-take"
// title = "Which roles can nobody take?"
// description = "No principal can assume them and nothing that was seen runs with them: candidates for removal."
// columns = ["role", "name", "account_id", "last_used"]
MATCH (r:AWSRole)
WHERE NOT coalesce(r.service_linked, false)
  AND NOT EXISTS { MATCH (:AccessSet)-[:CAN_ASSUME|MAY_ASSUME]->(r) }
  AND NOT EXISTS { MATCH ()-[:RUNS_AS]->(r) }
RETURN r.id AS role, r.name AS name, r.account_id AS account_id, r.last_used AS last_used
ORDER BY role
