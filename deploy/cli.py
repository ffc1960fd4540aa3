"""The command ``outfall``: the common front of every process and tool.

Exit codes: 0 done, 1 the answer is no (a frame was bad, a check failed), 2 a setting or a file is wrong, 3 the local
stack failed, 4 the database is away.
"""

from __future__ import annotations

import os
import sys

import typer
from rich.console import Console

from deploy.commands import (
    audit,
    backtest,
    channels,
    decode,
    evidence,
    handover,
    leads,
    log,
    marks,
    people,
    registry,
    replay,
    reporting,
    retention,
    run,
    services,
    settings,
    simulate,
    stack,
    tasks,
)
from store.errors import OutfallError

app = typer.Typer(
    name="outfall",
    help="Watch pollution sources: receive, judge, alert. 排口——污染源自动监测与预警。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(stack.app, name="stack")
app.add_typer(registry.app, name="sites")
app.add_typer(channels.app, name="channels")
app.add_typer(people.user_app, name="user")
app.add_typer(people.token_app, name="token")
app.add_typer(marks.mark_app, name="mark")
app.add_typer(marks.check_app, name="check")
app.add_typer(tasks.task_app, name="task")
app.add_typer(tasks.sample_app, name="sample")
app.add_typer(leads.lead_app, name="lead")
app.add_typer(leads.law_app, name="law")
app.add_typer(retention.app, name="retention")
app.add_typer(reporting.app, name="reporting")
app.add_typer(handover.app, name="handover")
app.add_typer(evidence.app, name="evidence")
app.add_typer(log.app, name="log")
app.command("migrate")(services.migrate)
app.command("assets")(services.assets)
app.command("ingest")(services.ingest)
app.command("alerts")(services.alerts)
app.command("api")(services.api)
app.command("simulate")(simulate.simulate)
app.command("decode")(decode.decode)
app.command("replay")(replay.replay)
app.command("audit")(audit.audit)
app.command("backtest")(backtest.backtest)
app.command("settings")(settings.settings)
app.command("run")(run.run)
app.command("up")(run.up)
app.command("down")(run.down)


def main() -> None:
    """Run the command line; an OutfallError becomes one message on standard error and its exit code."""
    try:
        app()
    except OutfallError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"outfall: {error}", markup=False)
        if os.environ.get("OUTFALL_LOG_LEVEL") == "DEBUG":
            raise
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader (head, less) has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
