// id = "who-talks-to-the-databases"
// title = "What can open a connection to a database?"
// description = "Workloads whose packets get through to a database's interface, and on which ports."
// columns = ["workload", "database", "ports", "step"]
MATCH (w)-[:SENDS_AS]->(:NetworkClass)-[e:CAN_CONNECT|MAY_CONNECT]->(:NetworkClass)
      -[:DELIVERS_TO]->(:NetworkInterface)-[:EXPOSES]->(d)
WHERE d:RDSCluster OR d:RDSInstance
RETURN DISTINCT w.id AS workload, d.id AS database, e.ports AS ports, type(e) AS step
ORDER BY workload, database, ports
