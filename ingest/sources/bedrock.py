"""Bedrock: agents with their roles, and the code interpreters of AgentCore that customers made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import BedrockAgent, CodeInterpreter
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Response, Shape, Source, account_in, each, region_in

CUSTOM = ":code-interpreter-custom/"  # AWS's own interpreters have no role


class AgentSummary(Shape, frozen=True, rename="camel"):
    agent_id: str
    agent_name: str
    agent_status: str = ""


class Agents(Response, frozen=True, rename="camel"):
    agent_summaries: list[AgentSummary]


class AgentShape(Shape, frozen=True, rename="camel"):
    agent_id: str
    agent_arn: str
    agent_resource_role_arn: str = ""


class DescribedAgent(Response, frozen=True, rename="camel"):
    agent: AgentShape

    def told(self) -> Iterable[str]:
        return (self.agent.agent_arn,)

    def argument(self) -> str:
        return self.agent.agent_id


class InterpreterSummary(Shape, frozen=True, rename="camel"):
    code_interpreter_id: str
    code_interpreter_arn: str
    name: str = ""
    status: str = ""


class Interpreters(Response, frozen=True, rename="camel"):
    code_interpreter_summaries: list[InterpreterSummary]

    def told(self) -> Iterable[str]:
        return (one.code_interpreter_arn for one in self.custom())

    def custom(self) -> Iterable[InterpreterSummary]:
        return (one for one in self.code_interpreter_summaries if CUSTOM in one.code_interpreter_arn)


class DescribedInterpreter(Response, frozen=True, rename="camel"):
    code_interpreter_id: str
    code_interpreter_arn: str
    execution_role_arn: str = ""

    def told(self) -> Iterable[str]:
        return (self.code_interpreter_arn,)

    def argument(self) -> str:
        return self.code_interpreter_id


LIST_AGENTS = Call("bedrock-agent", "list-agents", Agents)
GET_AGENT = Call(
    "bedrock-agent",
    "get-agent",
    DescribedAgent,
    takes="agent",
    asks=each(LIST_AGENTS, lambda page: (agent.agent_id for agent in page.agent_summaries), "agentId"),
    per=BedrockAgent,
)
LIST_INTERPRETERS = Call("bedrock-agentcore-control", "list-code-interpreters", Interpreters)
GET_INTERPRETER = Call(
    "bedrock-agentcore-control",
    "get-code-interpreter",
    DescribedInterpreter,
    takes="code interpreter",
    asks=each(LIST_INTERPRETERS, lambda page: (i.code_interpreter_id for i in page.custom()), "codeInterpreterId"),
    per=CodeInterpreter,
)


def agents(answers: Answers) -> Iterator[BedrockAgent]:
    for one in (a for page in answers.all(LIST_AGENTS) for a in page.agent_summaries):
        yield BedrockAgent(
            arn=answers.arn("bedrock", f"agent/{one.agent_id}"),
            name=one.agent_name,
            account_id=answers.account,
            region=answers.region,
            role_arn=answers.detail(GET_AGENT, [one.agent_id], lambda page: page.agent.agent_resource_role_arn) or None,
            state=one.agent_status,
        )


def interpreters(answers: Answers) -> Iterator[CodeInterpreter]:
    for one in (i for page in answers.all(LIST_INTERPRETERS) for i in page.custom()):
        arn = one.code_interpreter_arn
        yield CodeInterpreter(
            arn=arn,
            name=one.name or one.code_interpreter_id,
            account_id=account_in(arn),
            region=region_in(arn),
            role_arn=answers.detail(GET_INTERPRETER, [one.code_interpreter_id], lambda page: page.execution_role_arn)
            or None,
            state=one.status,
        )


SOURCES = (
    Source("bedrock.agents", agents, required=(LIST_AGENTS,), details=(GET_AGENT,)),
    Source("bedrock.code_interpreters", interpreters, required=(LIST_INTERPRETERS,), details=(GET_INTERPRETER,)),
)
