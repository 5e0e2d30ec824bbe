"""A generated estate behind AWS's API, for measuring how an organization is collected."""
