"""Writing: merge, set, labels, deletion, constraints."""

from tests.cypher_cases.case import REFUSED, Case

ADMIN = "arn:aws:iam::111:role/Admin"
DEV = "arn:aws:iam::111:role/Dev"
BOB = "arn:aws:iam::111:user/bob"

CASES = (
    Case(
        "W01",
        "UNWIND $rows MERGE + ON CREATE SET + SET n += row.props",
        "UNWIND $rows AS row MERGE (n:AWSPrincipal {arn: row.arn}) ON CREATE SET n.firstseen = 1 SET n += row.props, "
        "n.lastupdated = $tag",
        params={
            "tag": 7,
            "rows": [
                {"arn": DEV, "props": {"extra": "x", "tags": ["a", "b"]}},
                {"arn": "arn:new", "props": {"extra": "y", "mfa": False}},
            ],
        },
        writes=True,
        check="MATCH (n:AWSPrincipal) WHERE n.lastupdated = 7 RETURN n.arn, n.extra, n.firstseen, n.tags",
        check_rows=[[DEV, "x", None, ["a", "b"]], ["arn:new", "y", 1, None]],
    ),
    Case(
        "W02",
        "add second label: SET n:AWSRole",
        "MERGE (n:AWSPrincipal {arn:'arn:z'}) SET n:AWSRole, n.name = 'z'",
        writes=True,
        check="MATCH (n:AWSRole {name:'z'}) RETURN size(labels(n))",
        check_rows=[[2]],
    ),
    Case(
        "W03",
        "UNWIND rels: MATCH a, MATCH b, MERGE rel, SET r += map",
        "UNWIND $rows AS row MATCH (a:AWSPrincipal {arn: row.src}) MATCH (b:AWSPrincipal {arn: row.dst}) MERGE "
        "(a)-[x:CAN_ASSUME]->(b) ON CREATE SET x.firstseen = 5 SET x += row.props, x.lastupdated = $tag",
        params={
            "tag": 9,
            "rows": [
                {"src": BOB, "dst": DEV, "props": {"via": "v2"}},
                {"src": BOB, "dst": ADMIN, "props": {"via": "v3"}},
            ],
        },
        writes=True,
        check="MATCH (a)-[x:CAN_ASSUME]->(b) WHERE x.lastupdated = 9 RETURN a.name, b.name, x.via, x.firstseen",
        check_rows=[["bob", "Dev", "v2", None], ["bob", "Admin", "v3", 5]],
    ),
    Case(
        "W04",
        "SET n = $map (replace), REMOVE n.prop",
        "MATCH (n:PermissionSet {id:'ps1'}) SET n = $m REMOVE n.junk",
        params={"m": {"id": "ps1", "name": "New", "junk": 1}},
        writes=True,
        check="MATCH (n:PermissionSet) RETURN n.name, n.junk",
        check_rows=[["New", None]],
    ),
    Case(
        "W05",
        "stale cleanup: WITH r LIMIT $n DELETE r",
        "MATCH (:AWSPrincipal)-[x:CAN_ASSUME]->() WHERE x.lastupdated IS NULL OR x.lastupdated <> $tag WITH x LIMIT "
        "$n DELETE x",
        params={"tag": 9, "n": 4},
        writes=True,
        check="MATCH ()-[x:CAN_ASSUME]->() RETURN count(x)",
        check_rows=[[2]],
    ),
    Case(
        "W06",
        "DETACH DELETE",
        "MATCH (n:AWSRole {name:'Dev'}) DETACH DELETE n",
        writes=True,
        check="MATCH (n:AWSPrincipal) RETURN count(n)",
        check_rows=[[4]],
    ),
    Case(
        "W07",
        "FOREACH",
        "MATCH (n:AWSRole {name:'Dev'}) FOREACH (t IN ['x','y'] | CREATE (n)-[:TAGGED]->(:Tag {k:t}))",
        writes=True,
        check="MATCH (:AWSRole)-[:TAGGED]->(t:Tag) RETURN count(t)",
        check_rows=[[2]],
    ),
    Case(
        "W08",
        "CREATE CONSTRAINT ... IF NOT EXISTS FOR ... REQUIRE ... IS UNIQUE",
        "CREATE CONSTRAINT principal_arn IF NOT EXISTS FOR (n:AWSPrincipal) REQUIRE n.arn IS UNIQUE",
        writes=True,
    ),
    Case(
        "W09",
        "CREATE INDEX name IF NOT EXISTS FOR ... ON (...)",
        "CREATE INDEX principal_name IF NOT EXISTS FOR (n:AWSPrincipal) ON (n.name)",
        writes=True,
    ),
    Case(
        "W10",
        "SET dynamic property key n[$k]",
        "MATCH (n:SCP) SET n[$k] = 1",
        params={"k": "dyn"},
        writes=True,
        check="MATCH (n:SCP) RETURN n.dyn",
        check_rows=[[1]],
    ),
    Case(
        "W11",
        "CALL {} IN TRANSACTIONS",
        "MATCH (n:Instance) CALL (n) { SET n.seen = 1 } IN TRANSACTIONS OF 2 ROWS",
        writes=True,
        check="MATCH (n:Instance) WHERE n.seen = 1 RETURN count(n)",
        check_rows=[[3]],
    ),
    Case(
        "W12",
        "store & compare datetime property",
        "MATCH (n:AWSRole {name:'Dev'}) SET n.last_used = datetime('2024-05-01T10:00:00Z')",
        writes=True,
        check="MATCH (n:AWSRole) WHERE n.last_used < datetime('2024-06-01T00:00:00Z') RETURN n.name, n.last_used.year",
        check_rows=[["Dev", 2024]],
    ),
    Case(
        "W13",
        "SHOW INDEXES after create",
        "CREATE INDEX principal_name2 IF NOT EXISTS FOR (n:AWSPrincipal) ON (n.path)",
        writes=True,
        check="SHOW INDEXES YIELD name RETURN count(name) > 0",
        check_rows=[[True]],
    ),
    Case(
        "X01",
        "cartography-shaped ingest: UNWIND MERGE + WITH + CALL{WITH.. OPTIONAL MATCH.. MERGE rel}",
        """
        UNWIND $rows AS item
        MERGE (i:AWSPrincipal {arn: item.arn})
        ON CREATE SET i.firstseen = timestamp()
        SET i.lastupdated = $lastupdated, i.name = item.name, i:AWSRole
        WITH i, item
        CALL {
          WITH i, item
          OPTIONAL MATCH (n0:AWSAccount) WHERE n0.id = item.acc
          WITH i, item, n0 WHERE n0 IS NOT NULL
          MERGE (i)<-[r0:RESOURCE]-(n0)
          ON CREATE SET r0.firstseen = timestamp()
          SET r0.lastupdated = $lastupdated
        }
        """,
        params={
            "lastupdated": 5,
            "rows": [
                {"arn": "arn:n1", "name": "n1", "acc": "111"},
                {"arn": DEV, "name": "Dev", "acc": "111"},
                {"arn": "arn:n2", "name": "n2", "acc": "999"},
            ],
        },
        writes=True,
        check=(
            "MATCH (n:AWSRole) WHERE n.lastupdated = 5 OPTIONAL MATCH (n)<-[r:RESOURCE]-(a) RETURN n.name AS n, a.id "
            "AS a, r.lastupdated AS l"
        ),
        check_rows=[["n1", "111", 5], ["Dev", "111", 5], ["n2", None, None]],
    ),
    Case(
        "X02",
        "MERGE (n:A:B {k}) multi-label merge matches existing",
        "MERGE (n:AWSPrincipal:AWSRole {arn:$a}) SET n.hit = 1",
        params={"a": DEV},
        writes=True,
        check="MATCH (n:AWSPrincipal) RETURN count(n) AS c, sum(n.hit) AS h",
        check_rows=[[5, 1]],
    ),
    Case(
        "X03",
        "MERGE rel pattern with props is matched by props",
        "MATCH (a:AWSUser {name:'alice'}),(b:AWSRole {name:'CI'}) MERGE (a)-[x:CAN_ASSUME {via:'trust'}]->(b) SET "
        "x.n = 1",
        writes=True,
        check="MATCH (:AWSUser {name:'alice'})-[x:CAN_ASSUME]->(:AWSRole {name:'CI'}) RETURN count(x) AS c",
        check_rows=[[2]],
    ),
    Case(
        "X04",
        "REMOVE n:Label",
        "MATCH (n:CrownJewel) REMOVE n:CrownJewel",
        writes=True,
        check=(
            "MATCH (n:Instance) OPTIONAL MATCH (n)-[r:MEMBER_OF]->() RETURN count(DISTINCT n) AS c, count(r) AS k, "
            "sum(CASE WHEN n:CrownJewel THEN 1 ELSE 0 END) AS j"
        ),
        check_rows=[[3, 3, 0]],
    ),
    Case(
        "X05",
        "SET label keeps relationships & props",
        "MATCH (n:AWSRole {name:'Dev'}) SET n:Tier0:Sensitive",
        writes=True,
        check="MATCH (n:Tier0:AWSRole)-[r]-() RETURN count(r) AS c, n.name AS nm, size(labels(n)) AS l",
        check_rows=[[7, "Dev", 4]],
    ),
    Case(
        "X06",
        "label added to all via WHERE + count, then match by it",
        "MATCH (s:AWSPolicyStatement)<-[:HAS_STATEMENT]-(p:AWSPolicy) WHERE '*' IN s.action SET p:AdminPolicy",
        writes=True,
        check="MATCH (p:AdminPolicy) RETURN p.name AS n",
        check_rows=[["AdministratorAccess"]],
    ),
    Case(
        "X07",
        "two UNWINDs + CREATE path + list prop from collect",
        "MATCH (p:AWSPrincipal)-[:CAN_ASSUME]->(t) WITH p, collect(t.name) AS ts SET p.targets = ts",
        writes=True,
        check="MATCH (n:AWSUser {name:'alice'}) RETURN size(n.targets) AS s",
        check_rows=[[2]],
    ),
    Case(
        "X08",
        "delete rel by type with stale tag inside CALL subquery in plain tx",
        "MATCH (a:AWSPrincipal)-[r:CAN_ASSUME]->(b) WHERE coalesce(r.lastupdated,0) < $t DELETE r",
        params={"t": 1},
        writes=True,
        check="MATCH ()-[r:CAN_ASSUME]->() RETURN count(r) AS c",
        check_rows=[[0]],
    ),
    Case(
        "X09",
        "snapshot/drift node: CREATE (:Snapshot {taken_at: datetime()}) & link all",
        "CREATE (s:Snapshot {id:'s1', taken_at: datetime()}) WITH s MATCH (n:AWSRole) CREATE (s)-[:INCLUDES]->(n)",
        writes=True,
        check="MATCH (s:Snapshot)-[:INCLUDES]->(n) RETURN count(n) AS c, s.taken_at <= datetime() AS b",
        check_rows=[[3, True]],
    ),
    Case(
        "X10",
        "null property in SET removes it",
        "MATCH (n:AWSRole {name:'Dev'}) SET n += {path: null, name:'Dev2'}",
        writes=True,
        check="MATCH (n:AWSPrincipal {name:'Dev2'}) RETURN n.path IS NULL AS a, 'path' IN keys(n) AS b",
        check_rows=[[True, False]],
    ),
    Case(
        "X11",
        "MERGE on null key must fail (Neo4j error)",
        "MERGE (n:Foo {k: $x})",
        rows=REFUSED,
        params={"x": None},
        writes=True,
        differs={"embedded": "it accepts MERGE on a null key: the store never merges on one"},
    ),
    Case(
        "X12",
        "unique constraint enforced: duplicate CREATE fails",
        "CREATE CONSTRAINT cu IF NOT EXISTS FOR (n:SCP) REQUIRE n.id IS UNIQUE",
        writes=True,
        check="CREATE (:SCP {id:'scp1'}) RETURN 1 AS x",
        check_rows=REFUSED,
    ),
    Case(
        "X13",
        "map property rejected (Neo4j error)",
        "CREATE (:Foo {m: {a:1}})",
        rows=REFUSED,
        writes=True,
    ),
    Case(
        "X14",
        "DELETE node with rels without DETACH must fail",
        "MATCH (n:AWSRole {name:'Dev'}) DELETE n",
        rows=REFUSED,
        writes=True,
    ),
    Case(
        "X16",
        "implicit grouping expression rejected (Neo4j error)",
        "MATCH (n:AWSUser) WITH count(n) AS total MATCH (u:AWSUser {mfa:true}) RETURN toFloat(count(u))/total AS p",
        rows=REFUSED,
        writes=True,
    ),
    Case(
        "X17",
        "props named type/title/label/name/labels/kind survive round trip",
        "CREATE (:Odd {id:'o', type:'T', title:'ti', label:'la', labels:['q'], source:'s', target:'t', "
        "weight:2})-[:R1 {id:'r', type:'rt', source:'x', target:'y', label:'z'}]->(:Odd {id:'o2'})",
        writes=True,
        check=(
            "MATCH (n:Odd {id:'o'})-[r]->(m) RETURN n.type AS a, n.title AS b, n.label AS c, n.labels AS d, n.source "
            "AS e, r.id AS f, r.type AS g, r.source AS h, r.target AS i, r.label AS j, type(r) AS k"
        ),
        check_rows=[["T", "ti", "la", ["q"], "s", "r", "rt", "x", "y", "z", "R1"]],
    ),
    Case(
        "X18",
        "keys()/properties() hold exactly what was set",
        "CREATE (:Odd2 {arn:'a', n:1})-[:R2 {w:1}]->(:Odd2 {arn:'b'})",
        writes=True,
        check=(
            "MATCH (n:Odd2 {arn:'a'})-[r]->(m) RETURN size(keys(n)) AS a, properties(n) AS b, keys(r) AS c, "
            "properties(r) AS d, n.id AS e, n.title AS f, n.type AS g, n.name AS h, m.n AS i"
        ),
        check_rows=[[2, {"arn": "a", "n": 1}, ["w"], {"w": 1}, None, None, None, None, None]],
    ),
    Case(
        "X19",
        "same id value on two nodes of one label allowed w/o constraint",
        "CREATE (:Dup {id:'x', v:1}), (:Dup {id:'x', v:2})",
        writes=True,
        check="MATCH (n:Dup) RETURN count(n) AS c, sum(n.v) AS s",
        check_rows=[[2, 3]],
    ),
    Case(
        "X20",
        "node w/o label, no props",
        "CREATE () CREATE ({k:1})",
        writes=True,
        check="MATCH (n) WHERE size(labels(n)) = 0 RETURN count(n) AS c",
        check_rows=[[2]],
    ),
    Case(
        "X21",
        "mixed property types per label across nodes",
        "UNWIND [1,'a',true,[1,2],2.5] AS v CREATE (:Mix {v:v})",
        writes=True,
        check="MATCH (n:Mix) RETURN n.v AS v",
        check_rows=[[1], ["a"], [True], [[1, 2]], [2.5]],
    ),
    Case(
        "X22",
        "large ints, unicode, empty string/list, newline",
        "CREATE (:Big {a:9007199254740993, b:'Ünïcødé☃', c:'', d:[], e:$nl})",
        params={"nl": "l1\nl2"},
        writes=True,
        check="MATCH (n:Big) RETURN n.a AS a, n.b AS b, n.c AS c, n.d AS d, n.e AS e",
        check_rows=[[9007199254740993, "Ünïcødé☃", "", [], "l1\nl2"]],
    ),
    Case(
        "X15",
        "SET on OPTIONAL null is no-op",
        "OPTIONAL MATCH (n:Nope) SET n.x = 1",
        writes=True,
        check="MATCH (n) WHERE n.x IS NOT NULL RETURN count(n) AS c",
        check_rows=[[0]],
    ),
    Case(
        "Z19",
        "MATCH..CREATE from param list + relationship between new/old in one stmt",
        "UNWIND $f AS f MATCH (n:AWSPrincipal {name:f.n}) CREATE (n)<-[:ABOUT {at: datetime()}]-(:Finding {id:f.id, "
        "severity:f.s})",
        params={"f": [{"n": "Dev", "id": "f1", "s": "HIGH"}, {"n": "bob", "id": "f2", "s": "LOW"}]},
        writes=True,
        check="MATCH (f:Finding)-[a:ABOUT]->(n) WHERE a.at <= datetime() RETURN f.id AS i, n.name AS n",
        check_rows=[["f1", "Dev"], ["f2", "bob"]],
    ),
    Case(
        "Z20",
        "MERGE two-node path with new endpoint",
        "MATCH (a:AWSUser {name:'bob'}) MERGE (a)-[:OWNS]->(k:AccessKey {id:'AKIA1'}) ON CREATE SET k.new = true",
        writes=True,
        check="MATCH (:AWSUser {name:'bob'})-[:OWNS]->(k) RETURN k.id AS i, k.new AS n",
        check_rows=[["AKIA1", True]],
    ),
)
