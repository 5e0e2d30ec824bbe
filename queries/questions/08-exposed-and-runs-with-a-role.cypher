// id = "exposed-and-runs-with-a-role"
// title = "What is exposed to the internet and runs with a role?"
// description = "A break-in there hands out the role's credentials; `hops_to_admin` says how far they go."
// columns = ["workload", "ports", "role", "hops_to_admin", "certain"]
MATCH (:Internet)-[e:CAN_CONNECT|MAY_CONNECT]->(:NetworkClass)-[:DELIVERS_TO]->(:NetworkInterface)
      -[:EXPOSES]->(w)-[:RUNS_AS]->(r:AWSRole)
WITH w, r, e ORDER BY e.ports
RETURN w.id AS workload, collect(DISTINCT e.ports) AS ports, r.id AS role, r.hops_to_admin AS hops_to_admin,
       any(t IN collect(type(e)) WHERE t = 'CAN_CONNECT') AS certain
ORDER BY workload, role
