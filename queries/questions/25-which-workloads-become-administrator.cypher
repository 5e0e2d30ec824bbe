// id = "which-workloads-become-administrator"
// title = "Which workloads run with a role that becomes administrator?"
// description = "Code that runs there has the role's credentials; `may_steps` counts possible steps too."
// columns = ["workload", "account_id", "role", "steps", "may_steps"]
MATCH (w)-[:RUNS_AS]->(r:AWSRole)
WHERE r.may_hops_to_admin IS NOT NULL
RETURN w.id AS workload, w.account_id AS account_id, r.id AS role, r.hops_to_admin AS steps,
       r.may_hops_to_admin AS may_steps
ORDER BY may_steps, workload, role
