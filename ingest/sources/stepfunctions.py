"""Step Functions: state machines and their roles; a machine's definition is never asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import StateMachine
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Response, Shape, Source, account_in, each, region_in


class MachineShape(Shape, frozen=True, rename="camel"):
    state_machine_arn: str
    name: str


class Machines(Response, frozen=True, rename="camel"):
    state_machines: list[MachineShape]

    def told(self) -> Iterable[str]:
        return (machine.state_machine_arn for machine in self.state_machines)


class DescribedMachine(Response, frozen=True, rename="camel"):
    state_machine_arn: str
    role_arn: str

    def told(self) -> Iterable[str]:
        return (self.state_machine_arn,)

    def argument(self) -> str:
        return self.state_machine_arn


LIST_MACHINES = Call("stepfunctions", "list-state-machines", Machines)
DESCRIBE_MACHINE = Call(
    "stepfunctions",
    "describe-state-machine",
    DescribedMachine,
    takes="state machine",
    asks=each(
        LIST_MACHINES,
        lambda page: (machine.state_machine_arn for machine in page.state_machines),
        "stateMachineArn",
        includedData="METADATA_ONLY",
    ),
    per=StateMachine,
)


def machines(answers: Answers) -> Iterator[StateMachine]:
    for one in (m for page in answers.all(LIST_MACHINES) for m in page.state_machines):
        arn = one.state_machine_arn
        yield StateMachine(
            arn=arn,
            name=one.name,
            account_id=account_in(arn),
            region=region_in(arn),
            role_arn=answers.detail(DESCRIBE_MACHINE, [arn], lambda page: page.role_arn),
        )


SOURCES = (Source("stepfunctions.state_machines", machines, required=(LIST_MACHINES,), details=(DESCRIBE_MACHINE,)),)
