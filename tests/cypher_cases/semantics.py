"""Reading: null, aggregation, subqueries, time, what the drift and finding queries lean on."""

from datetime import UTC, datetime

from tests.cypher_cases.case import Case

DEV = "arn:aws:iam::111:role/Dev"

CASES = (
    Case(
        "Y01",
        "count{} in WHERE",
        "MATCH (p:AWSPrincipal) WHERE COUNT { (p)-[:CAN_ASSUME]->() } > 1 RETURN p.name AS n",
        rows=[["alice"]],
    ),
    Case(
        "Y03",
        "nested EXISTS in EXISTS",
        "MATCH (p:AWSPolicy) WHERE EXISTS { MATCH (p)<-[:HAS_POLICY]-(x) WHERE EXISTS { MATCH "
        "(x)<-[:CAN_ASSUME]-(:AWSUser) } } RETURN p.name AS n",
        rows=[["ReadS3"]],
    ),
    Case(
        "Y04",
        "anti-join with outer variable comparison",
        "MATCH (u:AWSUser), (r:AWSRole) WHERE NOT EXISTS { MATCH (u)-[x:CAN_ASSUME]->(r) WHERE x.via = 'trust' } "
        "RETURN u.name AS u, r.name AS r",
        rows=[["alice", "CI"], ["alice", "Admin"], ["bob", "CI"], ["bob", "Admin"]],
    ),
    Case(
        "Y16",
        "null semantics: <> excludes null; NOT null",
        "MATCH (n:AWSPrincipal) WHERE n.mfa <> true RETURN n.name AS n",
        rows=[["bob"]],
    ),
    Case(
        "Y17",
        "NOT (null) excluded; coalesce",
        "MATCH (n:AWSPrincipal) WHERE NOT n.mfa RETURN n.name AS n",
        rows=[["bob"]],
    ),
    Case(
        "Y18",
        "IN with null list elements -> null",
        "RETURN 3 IN [1, null] AS a, 1 IN [1,null] AS b, null = null AS c, null IS NULL AS d",
        rows=[[None, True, None, True]],
    ),
    Case(
        "Y19",
        "collect skips nulls, count(x) skips, avg/sum of empty",
        "MATCH (n:AWSPrincipal) RETURN count(n.mfa) AS a, size(collect(n.mfa)) AS b, count(*) AS c",
        rows=[[2, 2, 5]],
    ),
    Case(
        "Y20",
        "aggregation on empty gives one row",
        "MATCH (n:Nope) RETURN count(n) AS c, collect(n.x) AS l, max(n.x) AS m",
        rows=[[0, [], None]],
    ),
    Case(
        "Y21",
        "ORDER BY nulls last asc / DESC first",
        "MATCH (n:AWSPrincipal) RETURN n.name AS nm ORDER BY n.created, n.name",
        rows=[["Admin"], ["Dev"], ["CI"], ["alice"], ["bob"]],
        ordered=True,
    ),
    Case(
        "Y22",
        "integer division, float, modulo, power",
        "RETURN 7/2 AS a, 7.0/2 AS b, 7 % 3 AS c, 2^3 AS d, toFloat('1.5') AS e, abs(-2) AS f, round(2.5) AS g",
        rows=[[3, 3.5, 1, 8.0, 1.5, 2, 3.0]],
    ),
    Case(
        "Y23",
        "string + number concat",
        "RETURN 'a' + 1 AS a, 'x' + toString(1.5) AS b",
        rows=[["a1", "x1.5"]],
    ),
    Case(
        "Y24",
        "UNWIND empty list yields no rows; null list",
        "UNWIND [] AS x RETURN x AS x",
        rows=[],
    ),
    Case(
        "Y25",
        "UNION ALL keeps dups",
        "RETURN 1 AS x UNION ALL RETURN 1 AS x",
        rows=[[1], [1]],
    ),
    Case(
        "Y26",
        "list equality & contains list",
        "MATCH (s:AWSPolicyStatement) WHERE s.action = ['*'] RETURN s.id AS i",
        rows=[["s1"]],
    ),
    Case(
        "Y27",
        "properties(r), startNode/endNode",
        "MATCH (:AWSUser {name:'alice'})-[x:CAN_ASSUME {via:'sso'}]->() RETURN properties(x) AS p, startNode(x).name "
        "AS a, endNode(x).name AS b",
        rows=[[{"via": "sso", "w": 1}, "alice", "CI"]],
    ),
    Case(
        "Y28",
        "RETURN *",
        "MATCH (n:SCP) WITH n.id AS i, n.name AS nm RETURN *",
        rows=[["scp1", "DenyIAM"]],
    ),
    Case(
        "Y29",
        "list of distinct pairs & sorting lists: apoc-free sort via UNWIND",
        "UNWIND [3,1,2] AS x WITH x ORDER BY x RETURN collect(x) AS l",
        rows=[[[1, 2, 3]]],
    ),
    Case(
        "Y30",
        "toString(datetime)/date arithmetic/duration",
        "RETURN toString(date('2024-01-31')) AS a, date('2024-01-31') + duration({days:1}) = date('2024-02-01') AS "
        "b, duration('P1DT2H').hours AS h",
        rows=[["2024-01-31", True, 2]],
    ),
    Case(
        "Y31",
        "datetime() - stale by days: datetime(x) < datetime() - duration({days:90})",
        "RETURN datetime('2020-01-01T00:00:00Z') < datetime() - duration({days:90}) AS a",
        rows=[[True]],
    ),
    Case(
        "Y32",
        "datetime param from Python (aware) compare",
        "RETURN $t > datetime('2023-01-01T00:00:00Z') AS a",
        rows=[[True]],
        params={"t": datetime(2024, 5, 1, tzinfo=UTC)},
    ),
    Case(
        "Y33",
        "epochSeconds/epochMillis component",
        "RETURN datetime('2024-01-01T00:00:00Z').epochSeconds AS a, datetime('2024-01-01T00:00:00Z').epochMillis AS b",
        rows=[[1704067200, 1704067200000]],
    ),
    Case(
        "Y34",
        "CASE null, nested CASE, boolean exprs in projection",
        "MATCH (n:AWSUser) RETURN n.name AS n, CASE n.mfa WHEN true THEN 'ok' ELSE 'bad' END AS c, (n.mfa OR n.name "
        "STARTS WITH 'b') AS d",
        rows=[["alice", "ok", True], ["bob", "bad", True]],
    ),
    Case(
        "Y35",
        "WITH DISTINCT + LIMIT then expand",
        "MATCH (r:AWSRole) WITH DISTINCT r ORDER BY r.name LIMIT 2 MATCH (r)-[:CAN_ASSUME]->(x) RETURN r.name AS r, "
        "x.name AS x",
        rows=[["Admin", "Dev"], ["CI", "Admin"]],
    ),
    Case(
        "Y36",
        "cartesian + id/elementId ordering pairs",
        "MATCH (a:AWSUser),(b:AWSUser) WHERE a.name < b.name RETURN a.name AS a, b.name AS b",
        rows=[["alice", "bob"]],
    ),
    Case(
        "Y37",
        "regex with anchors is full match",
        "MATCH (n:AWSRole) WHERE n.name =~ 'De' RETURN count(n) AS c",
        rows=[[0]],
    ),
    Case(
        "Y38",
        "isEmpty, size(string), exists via IS NOT NULL",
        "MATCH (s:AWSPolicyStatement {id:'s1'}) RETURN isEmpty([]) AS a, size(s.action) AS b, s.nope IS NOT NULL AS c",
        rows=[[True, 1, False]],
    ),
    Case(
        "Y39",
        "list slicing neg & nested comprehension",
        "RETURN [1,2,3][-1] AS a, [x IN range(1,3) | [y IN range(1,x) | y]] AS b",
        rows=[[3, [[1], [1, 2], [1, 2, 3]]]],
    ),
    Case(
        "Y41",
        "map param nested list UNWIND + MATCH by key",
        "UNWIND $q AS x MATCH (n:AWSPrincipal {name:x.n}) RETURN n.name AS n, x.v AS v",
        rows=[["Dev", [1, 2]]],
        params={"q": [{"n": "Dev", "v": [1, 2]}]},
    ),
    Case(
        "Y42",
        "unlabeled prop lookup across labels",
        "MATCH (n {id:'scp1'}) RETURN labels(n) AS l",
        rows=[[["SCP"]]],
    ),
    Case(
        "Y43",
        "type disjunction with anonymous & no type",
        "MATCH (:AWSUser {name:'alice'})-->(x) RETURN count(x) AS c",
        rows=[[2]],
    ),
    Case(
        "Y44",
        "label on rel type with backticks, type(r) IN list",
        "MATCH (a:AWSRole {name:'Dev'})-[x]->(b) WHERE type(x) IN ['CAN_PASS_ROLE','HAS_POLICY'] RETURN b.name AS n",
        rows=[["Admin"], ["ReadS3"]],
    ),
    Case(
        "Y45",
        "single-row scalar subquery via CALL with LIMIT/ORDER",
        "MATCH (a:AWSAccount) CALL { WITH a MATCH (a)-[:RESOURCE]->(p) RETURN p.name AS nm ORDER BY nm LIMIT 1 } "
        "RETURN a.id AS i, nm AS nm",
        rows=[["111", "Admin"], ["222", "CI"]],
    ),
    Case(
        "Y46",
        "percentage: toFloat(count)/total via two WITH",
        "MATCH (n:AWSUser) WITH count(n) AS total MATCH (u:AWSUser {mfa:true}) WITH total, count(u) AS c RETURN "
        "toFloat(c)/total AS p",
        rows=[[0.5]],
    ),
    Case(
        "Y47",
        "ORDER BY agg alias DESC, SKIP",
        "MATCH (p)-[:HAS_POLICY]->(x) RETURN x.name AS n, count(*) AS c ORDER BY c DESC SKIP 1",
        rows=[["AdministratorAccess", 1]],
    ),
    Case(
        "Z07",
        "MATCH (n:A) WHERE n:B (index friendly form)",
        "MATCH (n:AWSPrincipal {name:'Dev'}) WHERE n:AWSRole RETURN n.arn AS a",
        rows=[[DEV]],
    ),
    Case(
        "Z09",
        "UNWIND param pairs + OPTIONAL MATCH existence (drift diff)",
        "UNWIND $e AS x OPTIONAL MATCH (a:AWSPrincipal {name:x.s})-[r:CAN_ASSUME]->(b:AWSPrincipal {name:x.d}) "
        "RETURN x.s AS s, x.d AS d, r IS NOT NULL AS present",
        rows=[["alice", "Dev", True], ["bob", "CI", False]],
        params={"e": [{"s": "alice", "d": "Dev"}, {"s": "bob", "d": "CI"}]},
    ),
    Case(
        "Z10",
        "collect distinct maps + size + ORDER in list via WITH",
        "MATCH (p:AWSPrincipal)-[:HAS_POLICY]->(x) WITH x, p ORDER BY p.name WITH x.name AS pol, collect(p.name) AS "
        "ps RETURN pol, ps, size(ps) AS n ORDER BY n DESC",
        rows=[["ReadS3", ["Dev", "bob"], 2], ["AdministratorAccess", ["Admin"], 1]],
        ordered=True,
    ),
    Case(
        "Z12",
        "parameters as label via $() dynamic label (5.26)",
        "MATCH (n:$($l)) RETURN count(n) AS c",
        rows=[[3]],
        params={"l": "AWSRole"},
    ),
    Case(
        "Z13",
        "toUpper/trim on null, coalesce chain, nullIf",
        "MATCH (n:AWSUser {name:'bob'}) RETURN toUpper(n.nope) AS a, coalesce(n.x, n.y, 'z') AS b, nullIf(1,1) AS c",
        rows=[[None, "z", None]],
    ),
    Case(
        "Z14",
        "list of labels filter: any(l IN labels(n) WHERE l IN $ls)",
        "MATCH (n) WHERE any(l IN labels(n) WHERE l IN $ls) RETURN count(n) AS c",
        rows=[[4]],
        params={"ls": ["AWSRole", "SCP"]},
    ),
    Case(
        "Z15",
        "IN on relationship types list: type(r) IN; startNode",
        "MATCH (a)-[r]->(b) WHERE type(r) IN $ts RETURN type(r) AS t, count(*) AS c",
        rows=[["CAN_PASS_ROLE", 1], ["HAS_POLICY", 3]],
        params={"ts": ["CAN_PASS_ROLE", "HAS_POLICY"]},
    ),
    Case(
        "Z16",
        "CIDR-ish string ops: split & toInteger arithmetic",
        "MATCH (r:IpRule) WITH r, split(r.ranges[0],'/') AS p RETURN r.id AS i, toInteger(p[1]) AS m, p[0] = "
        "'0.0.0.0' AS w",
        rows=[["r1", 0, True], ["r2", 8, False]],
    ),
    Case(
        "Z17",
        "range predicate port between",
        "MATCH (r:IpRule) WHERE r.fromport <= $p <= r.toport RETURN r.id AS i",
        rows=[["r2"]],
        params={"p": 22},
    ),
    Case(
        "Z18",
        "count distinct over OPTIONAL chain",
        "MATCH (a:AWSAccount) OPTIONAL MATCH (a)-[:RESOURCE]->(p)-[:HAS_POLICY]->(x) RETURN a.id AS i, "
        "count(DISTINCT p) AS p, count(DISTINCT x) AS x",
        rows=[["111", 3, 2], ["222", 0, 0]],
    ),
)
