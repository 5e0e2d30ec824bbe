"""Queries that nobody may get through, with the reason that each engine gives for refusing them."""

from __future__ import annotations

from typing import NamedTuple


class Hostile(NamedTuple):
    """A query and, by engine, the reason of its refusal: a key of REASONS, or two where versions differ.

    None: it only reads there.
    """

    query: str
    neo4j: str
    embedded: str | None


REASONS = {
    "write": r"queries here only read, and this one would write, change the schema or load a file: leave",
    "clause": r"queries here only read the graph, and `\w+` does more: leave that clause out",
    "server": r"queries here only read the graph, and this one is about the server: leave that to its operator",
    "procedure": r"procedure `[\w.]+` is not for questions: call one of db\.info, db\.labels",
    "unknown": r"calls a procedure or function that does not exist|only procedures and functions that exist",
    "hidden": r"loads a file or calls a procedure in a subquery inside an expression, where its plan cannot be checked",
    "plan": r"EXPLAIN and PROFILE answer with a plan and not with rows: leave them out",
    "option": r"has an option or argument that the engine does not take: check it, and leave PROFILE out",
    "syntax": r"the query is not valid Cypher: check its brackets",
    "sense": r"the query does not make sense to the engine: check",
}

HOSTILE = (
    # What writes.
    Hostile("CREATE (:AWSUser {id: 'x'})", "write", "write"),
    Hostile("CREATE (:Unheard {id: 'x'})", "write", "write"),
    Hostile("MERGE (n:AWSUser {id: 'x'}) RETURN n", "write", "write"),
    Hostile("MERGE (a:AWSUser {id: 'x'})-[:HOLDS]->(b:AccessSet {id: 'y'})", "write", "write"),
    Hostile("MATCH (n:AWSUser) SET n.name = 'x'", "write", "write"),
    Hostile("MATCH (n:AWSUser) SET n += {name: 'x'} RETURN n", "write", "write"),
    Hostile("MATCH (n:AWSUser) SET n = {} RETURN n", "write", "write"),
    Hostile("MATCH (n:AWSUser) SET n:AWSRole", "write", "write"),
    Hostile("MATCH (n:AWSUser) REMOVE n.name", "write", "write"),
    Hostile("MATCH (n:AWSUser) REMOVE n:AWSPrincipal", "write", "write"),
    Hostile("MATCH (n:S3Bucket) DELETE n", "write", "write"),
    Hostile("MATCH (n) DETACH DELETE n", "write", "write"),
    Hostile("MATCH ()-[r]->() DELETE r", "write", "write"),
    Hostile("MATCH (a:AWSUser), (b:AWSRole) CREATE (a)-[:CAN_ASSUME]->(b)", "write", "write"),
    Hostile("FOREACH (i IN range(1, 3) | CREATE (:AWSUser {id: toString(i)}))", "write", "write"),
    Hostile("UNWIND range(1, 3) AS i CREATE (:AWSUser {id: toString(i)})", "write", "write"),
    Hostile("MATCH (p:Promotion) SET p.state = 'loading'", "write", "write"),
    Hostile("MATCH (p:Promotion {id: 'current'}) DELETE p", "write", "write"),
    Hostile("CALL { CREATE (n:AWSUser {id: 'x'}) RETURN n } RETURN n", "write", "write"),
    Hostile("MATCH (n) CALL { WITH n DETACH DELETE n } RETURN 1 AS one", "write", "write"),
    Hostile("MATCH (n:S3Bucket) CALL (n) { SET n.seen = 1 } IN TRANSACTIONS OF 10 ROWS", "write", "write"),
    Hostile(
        "MATCH (n:S3Bucket) CALL (n) { DETACH DELETE n } IN 3 CONCURRENT TRANSACTIONS OF 10 ROWS", "write", "write"
    ),
    Hostile("CALL { MATCH (n:S3Bucket) RETURN n } IN TRANSACTIONS RETURN n", "clause", None),
    Hostile("MATCH (n:AWSUser) RETURN n UNION CREATE (n:AWSUser {id: 'x'}) RETURN n", "write", "write"),
    Hostile("INSERT (:AWSUser {id: 'x'})", "write", "write"),
    # What changes the schema.
    Hostile("CREATE INDEX mine IF NOT EXISTS FOR (n:AWSUser) ON (n.path)", "write", "write"),
    Hostile("CREATE FULLTEXT INDEX mine FOR (n:AWSUser) ON EACH [n.name]", "write", "syntax"),
    Hostile("CREATE CONSTRAINT mine IF NOT EXISTS FOR (n:AWSUser) REQUIRE n.name IS UNIQUE", "write", "write"),
    Hostile("DROP INDEX AWSPrincipal_name", "write", "write"),
    Hostile("DROP CONSTRAINT AWSUser_id", "write", "write"),
    # What is about the server.
    Hostile("CREATE USER mallory SET PASSWORD 'changeme'", "server", "write"),
    Hostile("ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'", "server", "syntax"),
    Hostile("ALTER USER neo4j SET PASSWORD 'changeme'", "server", "write"),
    Hostile("DROP USER neo4j", "server", "write"),
    Hostile("CREATE ROLE mallory", "server", "syntax"),
    Hostile("GRANT ROLE admin TO mallory", "server", "syntax"),
    Hostile("GRANT TRAVERSE ON GRAPH * TO mallory", "server", "syntax"),
    Hostile("DENY READ {*} ON GRAPH * TO mallory", "server", "syntax"),
    Hostile("CREATE DATABASE mine", "server", "syntax"),
    Hostile("DROP DATABASE neo4j", "server", "syntax"),
    Hostile("STOP DATABASE neo4j", "server", "syntax"),
    Hostile("ALTER DATABASE neo4j SET ACCESS READ ONLY", "server", "syntax"),
    Hostile("ALTER DATABASE `arcadedb.command.timeout` 0", "syntax", "syntax"),
    Hostile("CREATE ALIAS mine FOR DATABASE neo4j", "server", "syntax"),
    Hostile("ENABLE SERVER 'mine'", "server", "syntax"),
    # What looks at others, or ends what they run.
    Hostile("SHOW USERS", "server", "write"),
    Hostile("SHOW CURRENT USER", "server", "server"),
    Hostile("SHOW DATABASES", "server", "syntax"),
    Hostile("SHOW PRIVILEGES", "server", "syntax"),
    Hostile("SHOW SETTINGS", "clause", "syntax"),
    Hostile("SHOW SETTINGS YIELD name, value WHERE name CONTAINS 'password' RETURN value", "clause", "syntax"),
    Hostile("SHOW TRANSACTIONS", "clause", "server"),
    Hostile("SHOW TRANSACTIONS YIELD transactionId, currentQuery RETURN currentQuery", "clause", "server"),
    Hostile("TERMINATE TRANSACTIONS 'neo4j-transaction-1'", "clause", "server"),
    Hostile(
        "SHOW TRANSACTIONS YIELD transactionId AS t TERMINATE TRANSACTIONS t YIELD message RETURN message",
        "clause",
        "server",
    ),
    # What loads a file or an address, also where no plan shows it.
    Hostile("LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line", "clause", "write"),
    Hostile("LOAD CSV FROM '/etc/passwd' AS line RETURN line", "clause", "write"),
    Hostile(
        "LOAD CSV WITH HEADERS FROM 'http://169.254.169.254/latest/meta-data/' AS line RETURN line", "clause", "write"
    ),
    Hostile("LOAD/**/CSV FROM 'file:///etc/passwd' AS line RETURN line", "clause", "write"),
    Hostile("CALL () { LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line } RETURN line", "clause", "write"),
    Hostile("RETURN COLLECT { LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line } AS lines", "clause", "write"),
    Hostile(
        "RETURN [x IN [1] | COLLECT { LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line }] AS lines",
        "hidden",
        "write",
    ),
    Hostile(
        "RETURN reduce(s = 0, x IN [1] | s + COUNT { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l }) AS lines",
        "hidden",
        "write",
    ),
    Hostile(
        "MATCH (n:AWSUser) WHERE any(x IN [1] WHERE EXISTS { LOAD CSV FROM '/etc/passwd' AS l RETURN l }) RETURN n",
        "hidden",
        "write",
    ),
    Hostile(
        "RETURN CASE WHEN true THEN COUNT { LOAD/**/ CSV FROM 'file:///etc/passwd' AS line RETURN line } END AS lines",
        "hidden",
        "write",
    ),
    Hostile(
        "RETURN [x IN [1] | COLLECT { CALL db.index.fulltext.queryNodes('x', 'y') YIELD node RETURN node }] AS nodes",
        "hidden",
        "sense",
    ),
    # What calls procedures.
    Hostile("CALL dbms.listConfig()", "procedure", "unknown"),
    Hostile("CALL dbms.queryJmx('*:*')", "procedure", "unknown"),
    Hostile("CALL dbms.killConnections(['bolt-1'])", "procedure", "unknown"),
    Hostile("CALL dbms.security.createUser('mallory', 'changeme', false)", "unknown", "unknown"),
    Hostile("CALL db.clearQueryCaches()", "procedure", "unknown"),
    Hostile("CALL db.createLabel('Mine')", "procedure", "unknown"),
    Hostile("CALL db.awaitIndexes(1)", "procedure", "unknown"),
    Hostile("CALL db.`awaitIndexes`(1)", "procedure", "unknown"),
    Hostile("CALL db.index.fulltext.queryNodes('mine', 'x')", "procedure", "sense"),
    Hostile("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()", "procedure", "unknown"),
    Hostile("CALL tx.setMetaData({user: 'mallory'})", "procedure", "unknown"),
    Hostile("CALL apoc.load.json('file:///etc/passwd') YIELD value RETURN value", "unknown", "unknown"),
    Hostile("CALL apoc.cypher.runWrite('CREATE (:AWSUser)', {})", "unknown", "unknown"),
    # Prefixes, comments, escapes, several statements.
    Hostile("EXPLAIN MATCH (n) RETURN n", "plan", "syntax"),
    Hostile("EXPLAIN CREATE (:AWSUser {id: 'x'})", "write", "syntax"),
    Hostile("PROFILE MATCH (n) RETURN n", "option", "syntax"),
    Hostile("PROFILE CREATE (:AWSUser {id: 'x'})", "option", "syntax"),
    Hostile("/* harmless */ PROFILE CREATE (:AWSUser {id: 'x'})", "option", "syntax"),
    Hostile("// harmless\nPROFILE CREATE (:AWSUser {id: 'x'})", "option", "syntax"),
    Hostile("// harmless\nCREATE (:AWSUser {id: 'x'})", "write", "write"),
    Hostile("/* MATCH (n) RETURN n */ CREATE (:AWSUser {id: 'x'})", "write", "write"),
    Hostile("CYPHER 5 CREATE (:AWSUser {id: 'x'})", "write", "syntax"),
    Hostile("CYPHER runtime=slotted CREATE (:AWSUser {id: 'x'})", "write", "syntax"),
    Hostile("CYPHER 5 PROFILE MATCH (n) DETACH DELETE n", "option", "syntax"),
    Hostile("\\u0043REATE (:AWSUser {id: 'x'})", "syntax|write", "syntax"),
    Hostile("\\u0043\\u0052\\u0045ATE (:AWSUser {id: 'x'})", "syntax|write", "syntax"),
    Hostile("\\u0050ROFILE MATCH (n) DETACH DELETE n", "option", "syntax"),
    Hostile("\\u0045XPLAIN MATCH (n) RETURN n", "plan", "syntax"),
    Hostile("\\u0020\\u0020LOAD CSV FROM '/etc/passwd' AS l RETURN l UNION RETURN [] AS l", "clause", "syntax"),
    Hostile("MATCH (n) \\u0044ETACH DELETE n", "write", "syntax"),
    Hostile(
        "RETURN [x IN [1] | COLLECT { \\u004COAD CSV FROM 'file:///etc/passwd' AS line RETURN line }] AS lines",
        "hidden",
        "syntax",
    ),
    Hostile("RETURN 1 AS one; CREATE (:AWSUser {id: 'x'})", "syntax", "syntax"),
    Hostile("RETURN 1 AS one; MATCH (n) DETACH DELETE n;", "syntax", "syntax"),
    Hostile("USE system SHOW USERS", "syntax", "syntax"),
    Hostile("USE system MATCH (n) RETURN n", "sense", "syntax"),
    Hostile("USE graph.byName('system') MATCH (n) RETURN n", "syntax", "syntax"),
    Hostile(":use system", "syntax", "syntax"),
    Hostile("BEGIN", "syntax", "syntax"),
    Hostile("COMMIT", "syntax", "unknown"),
)

# What only reads passes on every engine.
HARMLESS = (
    "MATCH (n) RETURN count(n) AS n",
    "MATCH (n:AWSUser) RETURN n.id AS id ORDER BY id LIMIT 3",
    "MATCH p = (u:AWSUser)-[:HOLDS|CAN_ASSUME*1..3]->(r:AWSRole) RETURN p",
    "MATCH (u:AWSUser), (r:AWSRole) MATCH p = shortestPath((u)-[:HOLDS|CAN_ASSUME*..6]->(r)) RETURN length(p) AS hops",
    "MATCH (n:AWSUser) WHERE EXISTS { MATCH (n)-[:HOLDS]->(s) } RETURN n.name AS name",
    "MATCH (n:AWSUser) RETURN COUNT { (n)--() } AS degree",
    "MATCH (n:AWSUser) RETURN [(n)-[:HOLDS]->(s) | s.id] AS held",
    "MATCH (n:AWSUser) RETURN [x IN [1, 2] WHERE EXISTS { MATCH (n)-[:HOLDS]->(s) } | x] AS hidden",
    "CALL { MATCH (n:S3Bucket) RETURN n LIMIT 2 } RETURN n.id AS id",
    "MATCH (n:AWSUser) OPTIONAL MATCH (n)-[r:CAN_ASSUME]->(m) RETURN n.id AS id, m.id AS m",
    "MATCH (n:AWSRole) RETURN n.id AS id UNION MATCH (n:AWSUser) RETURN n.id AS id",
    "UNWIND range(1, 10) AS i WITH i WHERE i % 2 = 0 RETURN collect(i) AS even",
    "MATCH (n:S3Bucket) WITH n ORDER BY n.id SKIP 5 LIMIT 2 RETURN n.name AS name",
    "MATCH (n:AWSUser {id: 'CREATE (n) DETACH DELETE n // LOAD CSV'}) RETURN n",
    "RETURN 'LOAD CSV FROM x' AS text",
    "MATCH (n:AWSUser) WHERE n.name CONTAINS 'SET n.x = 1; DROP INDEX x' RETURN n",
    "// a comment\nMATCH (n:AWSUser) RETURN n.id AS id /* and another */",
    "MATCH (n:S3Bucket) WHERE n.id STARTS WITH 'bucket:00' AND n.id IN ['bucket:0001'] RETURN n.id AS id",
    "CALL db.labels() YIELD label RETURN label ORDER BY label LIMIT 3",
    "CALL db.relationshipTypes()",
    "MATCH (a:AWSUser), (b:S3Bucket) RETURN count(*) AS pairs",
    "MATCH (n:S3Bucket) RETURN substring(n.id, 7, 1) AS digit, count(*) AS n ORDER BY n DESC LIMIT 1",
    "MATCH (n:AWSUser) RETURN n.id AS id;",
)
