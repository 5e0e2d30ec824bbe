"""SageMaker: notebook instances, and Studio's domains and user profiles, each with the role that its code has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import NotebookInstance, Record, StudioDomain, StudioProfile
from ingest.sources.answers import Answers
from ingest.sources.declare import Ask, Asks, Call, Response, Shape, Source, account_in, each, region_in


class NotebookShape(Shape, frozen=True):
    notebook_instance_name: str
    notebook_instance_arn: str
    notebook_instance_status: str = ""
    notebook_instance_lifecycle_config_name: str | None = None


class Notebooks(Response, frozen=True):
    notebook_instances: list[NotebookShape]

    def told(self) -> Iterable[str]:
        return (notebook.notebook_instance_arn for notebook in self.notebook_instances)


class DescribedNotebook(Response, frozen=True):
    notebook_instance_arn: str
    role_arn: str

    def told(self) -> Iterable[str]:
        return (self.notebook_instance_arn,)

    def argument(self) -> str:
        return self.notebook_instance_arn


class DomainShape(Shape, frozen=True):
    domain_arn: str
    domain_id: str
    domain_name: str = ""


class Domains(Response, frozen=True):
    domains: list[DomainShape]

    def told(self) -> Iterable[str]:
        return (domain.domain_arn for domain in self.domains)


class UserSettings(Shape, frozen=True):
    execution_role: str = ""


class DescribedDomain(Response, frozen=True):
    domain_arn: str
    domain_id: str
    default_user_settings: UserSettings
    auth_mode: str = ""

    def told(self) -> Iterable[str]:
        return (self.domain_arn,)

    def argument(self) -> str:
        return self.domain_id


class ProfileShape(Shape, frozen=True):
    domain_id: str
    user_profile_name: str


class Profiles(Response, frozen=True):
    user_profiles: list[ProfileShape]


class DescribedProfile(Response, frozen=True):
    domain_id: str
    user_profile_arn: str
    user_profile_name: str
    user_settings: UserSettings = UserSettings()

    def told(self) -> Iterable[str]:
        return (self.user_profile_arn,)

    def argument(self) -> str:
        return f"{self.domain_id} {self.user_profile_name}"


def _each_profile(answers: Answers) -> Iterator[Ask]:
    for one in (p for page in answers.all(LIST_PROFILES) for p in page.user_profiles):
        parameters = {"DomainId": one.domain_id, "UserProfileName": one.user_profile_name}
        yield Ask(parameters, f"{one.domain_id} {one.user_profile_name}")


LIST_NOTEBOOKS = Call("sagemaker", "list-notebook-instances", Notebooks)
DESCRIBE_NOTEBOOK = Call(
    "sagemaker",
    "describe-notebook-instance",
    DescribedNotebook,
    takes="notebook instance",
    asks=each(
        LIST_NOTEBOOKS, lambda page: (n.notebook_instance_name for n in page.notebook_instances), "NotebookInstanceName"
    ),
    per=NotebookInstance,
)
LIST_DOMAINS = Call("sagemaker", "list-domains", Domains)
DESCRIBE_DOMAIN = Call(
    "sagemaker",
    "describe-domain",
    DescribedDomain,
    takes="domain",
    asks=each(LIST_DOMAINS, lambda page: (domain.domain_id for domain in page.domains), "DomainId"),
    per=StudioDomain,
)
LIST_PROFILES = Call("sagemaker", "list-user-profiles", Profiles)
DESCRIBE_PROFILE = Call(
    "sagemaker",
    "describe-user-profile",
    DescribedProfile,
    takes="user profile",
    asks=Asks(_each_profile, lambda: (LIST_PROFILES,)),
    per=StudioProfile,
)


def notebooks(answers: Answers) -> Iterator[NotebookInstance]:
    for one in (n for page in answers.all(LIST_NOTEBOOKS) for n in page.notebook_instances):
        arn = one.notebook_instance_arn
        yield NotebookInstance(
            arn=arn,
            name=one.notebook_instance_name,
            account_id=account_in(arn),
            region=region_in(arn),
            role_arn=answers.detail(DESCRIBE_NOTEBOOK, [arn], lambda page: page.role_arn),
            state=one.notebook_instance_status,
            lifecycle_config=one.notebook_instance_lifecycle_config_name,
        )


def domains(answers: Answers) -> Iterator[Record]:
    for domain in (d for page in answers.all(LIST_DOMAINS) for d in page.domains):
        names = [domain.domain_id]
        yield StudioDomain(
            arn=domain.domain_arn,
            name=domain.domain_name or domain.domain_id,
            account_id=account_in(domain.domain_arn),
            region=region_in(domain.domain_arn),
            id=domain.domain_id,
            role_arn=answers.detail(DESCRIBE_DOMAIN, names, lambda page: page.default_user_settings.execution_role)
            or None,
            auth_mode=answers.detail(DESCRIBE_DOMAIN, names, lambda page: page.auth_mode),
        )
    for profile in (p for page in answers.all(LIST_PROFILES) for p in page.user_profiles):
        yield _profile(answers, profile)


def _profile(answers: Answers, profile: ProfileShape) -> StudioProfile:
    """A profile without a role of its own has its domain's."""
    name, domain = profile.user_profile_name, profile.domain_id
    return StudioProfile(
        arn=answers.arn("sagemaker", f"user-profile/{domain}/{name}"),
        name=name,
        account_id=answers.account,
        region=answers.region,
        domain_id=domain,
        role_arn=answers.detail(DESCRIBE_PROFILE, [f"{domain} {name}"], lambda page: page.user_settings.execution_role)
        or None,
    )


SOURCES = (
    Source("sagemaker.notebooks", notebooks, required=(LIST_NOTEBOOKS,), details=(DESCRIBE_NOTEBOOK,)),
    Source(
        "sagemaker.domains",
        domains,
        required=(LIST_DOMAINS, LIST_PROFILES),
        details=(DESCRIBE_DOMAIN, DESCRIBE_PROFILE),
    ),
)
