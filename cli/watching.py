"""The verb that works on a timetable, and what it did so far."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import invocation, workspace
from cli.exits import ExitCode, UsageProblem, leave
from cli.terminal import deliver, note, paint, printable
from watch.jobs import Job

if TYPE_CHECKING:
    from rich.text import Text

    from settings import Settings
    from watch.ledger import Event
    from watch.runs import Command, Order
    from watch.setup import Plan
    from watch.watcher import Watcher

PROGRAM = Path(__file__).parents[1] / "trustdrift.py"
LINES_SHOWN = 50
LOOPBACK = ("127.", "localhost", "::1")


def watch(
    ctx: typer.Context,
    jobs: Annotated[list[Job] | None, typer.Argument(help="With --once: the jobs to do; else all.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Do the jobs now, one after the other, and end.")] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="With --once: let a load through that removes much of one type.")
    ] = False,
    history: Annotated[bool, typer.Option("--history", help="Show what was due, begun and ended, and end.")] = False,
) -> None:
    """Collect, load and report on a timetable, until it is stopped.

    Of several watchers on one store one leads; the others stand by and take over within `watch.lease_seconds`. With
    --once and another one leading nothing is done, and that is no error.
    """
    _consistent(jobs, once, confirm, history)
    settings = workspace(ctx).settings
    if history:
        _show(settings)
        return
    watcher = _watcher(settings, invocation(ctx).config)
    ended_by: list[int] = []
    _on_signals(watcher, ended_by)
    codes = _once(watcher, list(jobs or Job), confirm) if once else _serve(watcher, settings)
    if signal.SIGINT in ended_by or (once and ended_by):
        raise typer.Exit(ExitCode.INTERRUPTED)
    leave(*codes)


def _consistent(jobs: Sequence[Job] | None, once: bool, confirm: bool, history: bool) -> None:
    if history and (once or jobs or confirm):
        raise UsageProblem("`--history` only shows: leave out the rest")
    if (jobs or confirm) and not once:
        raise UsageProblem("jobs and `--confirm` are for one time: add `--once`")


def _serve(watcher: Watcher, settings: Settings) -> Sequence[ExitCode]:
    from watch.probes import serving
    from watch.setup import view

    address, log = settings.watch.address, watcher.parts.log
    if not address.startswith(LOOPBACK):
        log.warning("everybody who reaches this address sees how the watcher fares: let only a probe do", at=address)
    if not watcher.parts.triggers:
        raise UsageProblem("no job has a time: set one in `[schedule]`, or do them now with `--once`")
    with ExitStack() as stack:
        url = stack.enter_context(serving(view(watcher), address, settings.watch.port))
        log.info("watching", probes=f"{url}/readyz", jobs={str(j): str(t) for j, t in watcher.parts.triggers.items()})
        watcher.run()
    return ()


def _once(watcher: Watcher, jobs: Sequence[Job], confirm: bool) -> list[ExitCode]:
    ends = watcher.run_once(jobs, confirm)
    if not ends and watcher.parts.leader.other:
        held = ": `trustdrift load --confirm` loads what it holds back" if confirm else ""
        note(f"nothing was done: `{watcher.parts.leader.other}` leads, and does what is due{held}")
    return [code_of(end) for end in ends]


def code_of(end: Event) -> ExitCode:
    """The exit code of a run that ended so."""
    known = {"clean": ExitCode.CLEAN, "findings": ExitCode.FINDINGS, "incomplete": ExitCode.INCOMPLETE}
    return known.get(end.result or "", ExitCode.ERROR)


def _on_signals(watcher: Watcher, ended_by: list[int]) -> None:
    def end(number: int, _: object) -> None:
        ended_by.append(number)
        watcher.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def _watcher(settings: Settings, config: Path | None) -> Watcher:
    from graph.store.leader import open_leadership
    from watch.setup import make_watcher

    leadership = open_leadership(settings.store.url, settings.store.auth)
    return make_watcher(_plan(settings), command(settings, config), leadership, sys.stderr)


def _plan(settings: Settings) -> Plan:
    from watch.setup import Plan

    own = [settings.aws.external_id, *(access.external_id or "" for access in settings.organizations.values())]
    return Plan(
        folder=settings.state.path,
        schedule=settings.schedule.model_dump(),
        deadline_seconds=settings.watch.deadline_minutes * 60,
        grace_seconds=settings.watch.misfire_grace_minutes * 60,
        lease_seconds=settings.watch.lease_seconds,
        secrets=[settings.store.auth[1], *own],
    )


def command(settings: Settings, config: Path | None) -> Command:
    """The command line of a run: this program, with the same settings file."""
    program = [sys.executable, str(PROGRAM), *(["--config", str(config.absolute())] if config else [])]

    def of(order: Order) -> list[str]:
        if order.job == Job.REPORT:
            output = settings.state.path / "reports" / f"{order.run}.html"
            return [*program, "report", "--format", "html", "--output", str(output)]
        told = ["--only", order.job, "--run", order.run, "--summary", str(order.summary)]
        confirmed = ["--confirm"] if order.confirm else []
        return [*program, "run", *told, "--fencing-token", str(order.token), *confirmed]

    return of


def _show(settings: Settings) -> None:
    from rich.table import Table

    history = _plan(settings).ledger().read()
    table = Table("at", "job", "event", "result", "due", "reason", box=None, pad_edge=False)
    for event in history.events[-LINES_SHOWN:]:
        due = f"{event.due:%Y-%m-%d %H:%M}" if event.due else ""
        cells = (f"{event.at:%Y-%m-%d %H:%M:%S}", event.job, event.event, event.result or "", due, event.reason)
        table.add_row(*map(_cell, cells))
    deliver(paint(table), None)
    if history.unreadable:
        note(f"{history.unreadable} lines of the run ledger could not be read, and are left out", style="yellow")
    if len(history.events) > LINES_SHOWN:
        note(f"the last {LINES_SHOWN} of {len(history.events)} lines")


def _cell(text: str) -> Text:
    from rich.text import Text

    return Text(printable(text))
