// id = "what-could-not-be-read"
// title = "What could not be read?"
// description = "Every answer about these accounts is unknown where it rests on these sources."
// columns = ["account_id", "account", "region", "source", "state", "reason", "last_seen"]
MATCH (c:Coverage)
WHERE c.state <> 'seen'
OPTIONAL MATCH (a:AWSAccount {id: c.account_id})
RETURN c.account_id AS account_id, a.name AS account, c.region AS region, c.source AS source, c.state AS state,
       c.reason AS reason, c.at AS last_seen
ORDER BY account_id, source, region
