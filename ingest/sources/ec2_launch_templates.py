"""EC2 launch templates and the instance profiles of their default and latest versions; user data is never read."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.snapshot import LaunchTemplate, Unseen
from ingest.sources.answers import Answers
from ingest.sources.declare import Ask, Asks, Call, Response, Shape, Source, Tag, tags_of


class TemplateShape(Shape, frozen=True):
    launch_template_id: str
    launch_template_name: str = ""
    default_version_number: int = 0
    latest_version_number: int = 0
    tags: list[Tag] = []


class Templates(Response, frozen=True):
    launch_templates: list[TemplateShape]


class Profile(Shape, frozen=True):
    arn: str = ""
    name: str = ""


class Data(Shape, frozen=True):
    iam_instance_profile: Profile = Profile()


class VersionShape(Shape, frozen=True):
    launch_template_id: str
    version_number: int
    launch_template_data: Data = Data()


class Versions(Response, frozen=True):
    launch_template_versions: list[VersionShape]


DESCRIBE_TEMPLATES = Call("ec2", "describe-launch-templates", Templates)
# Without a template's name it answers about all of them.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html
DESCRIBE_VERSIONS = Call(
    "ec2",
    "describe-launch-template-versions",
    Versions,
    asks=Asks(lambda answers: [Ask({"Versions": ["$Default", "$Latest"]})]),
)


def launch_templates(answers: Answers) -> Iterator[LaunchTemplate]:
    profiles = {
        (version.launch_template_id, version.version_number): _profile(version)
        for page in answers.all(DESCRIBE_VERSIONS)
        for version in page.launch_template_versions
    }
    refused = answers.listed(DESCRIBE_VERSIONS, [], lambda page: ())
    unseen = refused if isinstance(refused, Unseen) else Unseen()
    for one in (template for page in answers.all(DESCRIBE_TEMPLATES) for template in page.launch_templates):
        yield LaunchTemplate(
            id=one.launch_template_id,
            arn=answers.arn("ec2", f"launch-template/{one.launch_template_id}"),
            name=one.launch_template_name or one.launch_template_id,
            account_id=answers.account,
            region=answers.region,
            tags=tags_of(one.tags),
            default_profile=profiles.get((one.launch_template_id, one.default_version_number), unseen),
            latest_profile=profiles.get((one.launch_template_id, one.latest_version_number), unseen),
        )


def _profile(version: VersionShape) -> str | None:
    profile = version.launch_template_data.iam_instance_profile
    return profile.arn or profile.name or None


SOURCES = (
    Source("ec2.launch_templates", launch_templates, required=(DESCRIBE_TEMPLATES,), details=(DESCRIBE_VERSIONS,)),
)
