// id = "databases-without-a-backup"
// title = "Which databases have no recovery point?"
// description = "Databases that no recovery point of a backup vault restores (an Aurora instance lives in its cluster), and how long automatic backups are kept."
// columns = ["database", "account_id", "engine", "backup_retention_days"]
MATCH (d)
WHERE (d:RDSCluster OR (d:RDSInstance AND NOT d.engine STARTS WITH 'aurora')) AND NOT EXISTS { MATCH (d)-[:BACKED_UP_BY]->(:RecoveryPoint) }
RETURN d.id AS database, d.account_id AS account_id, d.engine AS engine,
       d.backup_retention_days AS backup_retention_days
ORDER BY database
