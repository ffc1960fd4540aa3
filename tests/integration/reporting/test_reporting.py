"""Reports outside Outfall: a role that sees the views of the schema reporting, and dashboards that ask for nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from deploy import stack as local
from deploy.reporting import DATABASE_PASSWORD, GRAFANA_PASSWORD, ROLE, provide
from store.apply import apply_sites
from store.clock import now
from store.errors import SchemaError, StoreError
from store.factors import name_of
from store.sitesfile import read_sites_file
from store.texts import has, text
from tests.fixtures.database import with_database

ROOT = Path(__file__).resolve().parents[3]
GRAFANA = ROOT / "deploy" / "grafana"
SITES_FILE = ROOT / "deploy" / "sites" / "huangzhong.yaml"
IN_PUBLIC = (
    "select c.oid::regclass::text from pg_class c"
    " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'p', 'm')"
)
DASHBOARDS = sorted((GRAFANA / "dashboards").glob("*.json"))


def targets() -> list[tuple[str, str]]:
    """Every statement of the dashboards with the place that it stands at."""
    found = []
    for file in DASHBOARDS:
        board = json.loads(file.read_text(encoding="utf-8"))
        found += [(f"{file.stem}: {one['name']}", one["query"]) for one in board["templating"]["list"]]
        found += [
            (f"{file.stem}: {panel['title']}", target["rawSql"])
            for panel in board["panels"]
            for target in panel["targets"]
        ]
    return found


def as_grafana_sends_it(statement: str) -> str:
    """The macros filled in as Grafana's PostgreSQL data source does."""
    until = now()
    filled = re.sub(
        r"\$__timeFilter\((\w+)\)",
        lambda found: (
            f"{found[1]} BETWEEN '{(until - timedelta(days=30)).isoformat()}' AND '{until.isoformat()}'"
        ),
        statement,
    )
    return filled.replace("${site:sqlstring}", "'qilianshan-cement','jiangyuan-wwtp'")


@pytest.fixture
def reader(
    stack: local.StackAddress, database: str, tmp_path: Path
) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection as the reporting role to a database with the sample sites."""
    with psycopg.connect(database) as connection:
        sites = read_sites_file(SITES_FILE.read_text(encoding="utf-8"))
        apply_sites(connection, sites, actor="test", at=now() - timedelta(days=30))
    name = database.rsplit("/", 1)[1]
    provide(with_database(stack.admin_database_url, name), tmp_path)
    password = (tmp_path / DATABASE_PASSWORD).read_text(encoding="utf-8")
    with psycopg.connect(
        host="127.0.0.1",
        port=stack.database_port,
        dbname=name,
        user=ROLE,
        password=password,
        autocommit=True,
    ) as connection:
        yield connection


@pytest.mark.parametrize(("place", "statement"), targets(), ids=[place for place, _ in targets()])
def test_every_statement_of_the_dashboards_runs_as_the_role_and_gives_columns(
    reader: psycopg.Connection[tuple[Any, ...]], place: str, statement: str
) -> None:
    filled = as_grafana_sends_it(statement)
    assert "$" not in filled, "a macro that this test does not know"
    found = reader.execute(filled.encode())
    assert found.description
    names = [column.name for column in found.description]
    assert len(names) == len(set(names))


def test_a_time_series_has_the_columns_that_grafana_draws() -> None:
    for file in DASHBOARDS:
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]:
            for target in panel["targets"]:
                if target["format"] == "time_series":
                    assert re.search(r" as time, .* as metric, .* as value from ", target["rawSql"]), panel[
                        "title"
                    ]


def test_the_views_show_the_units_and_the_role_sees_none_of_the_tables(
    reader: psycopg.Connection[tuple[Any, ...]],
) -> None:
    (count,) = reader.execute("select count(*) from reporting.outlet").fetchone() or (0,)
    assert count == 7
    tables = reader.execute(IN_PUBLIC.encode()).fetchall()
    assert len(tables) > 50
    readable = reader.execute(
        f"{IN_PUBLIC} and has_table_privilege(c.oid, 'select, insert, update, delete, truncate')".encode()
    ).fetchall()
    assert readable == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("select password_hash from public.app_user")


@pytest.mark.parametrize(
    "statement",
    [
        "insert into reporting.gateway (gateway) values ('x')",
        "delete from public.alert",
        "create table reporting.mine (a integer)",
        "create table public.mine (a integer)",
    ],
)
def test_the_role_writes_nothing_even_when_it_switches_its_own_guard_off(
    reader: psycopg.Connection[tuple[Any, ...]], statement: str
) -> None:
    refused = (
        psycopg.errors.ReadOnlySqlTransaction,
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.ObjectNotInPrerequisiteState,
    )
    with pytest.raises(refused):
        reader.execute(statement.encode())
    reader.execute("set default_transaction_read_only = off")
    with pytest.raises(refused[1:]):
        reader.execute(statement.encode())


def test_the_role_is_bounded_and_no_superuser(reader: psycopg.Connection[tuple[Any, ...]]) -> None:
    row = reader.execute(
        "select rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolconnlimit from pg_roles where rolname = current_user"
    ).fetchone()
    assert row == (False, False, False, False, 10)
    assert reader.execute("show statement_timeout").fetchone() == ("15s",)
    assert reader.execute("show timezone").fetchone() == ("Asia/Shanghai",)


def test_no_view_has_a_column_with_a_person_a_secret_or_free_text(database: str) -> None:
    forbidden = re.compile(
        r"password|secret|key$|_by$|^actor|assigned|handler|reason_text|statement|origin|display|payload|^raw|note|detail|title"
    )
    with psycopg.connect(database) as connection:
        columns = connection.execute(
            "select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid"
            " where c.relnamespace = 'reporting'::regnamespace and a.attnum > 0"
        ).fetchall()
    assert len(columns) > 60
    # outlet_key joins the views among each other and is a number without a meaning; a gateway's heard_at is no person's.
    odd = [
        column
        for column in columns
        if forbidden.search(column[1]) and column[1] not in ("outlet_key", "key_unit")
    ]
    assert odd == []


def test_the_names_of_the_factors_are_those_of_the_console(database: str) -> None:
    with psycopg.connect(database) as connection:
        rows = connection.execute("select code, name from reporting.factor").fetchall()
    assert len(rows) > 90
    for code, name in rows:
        key = f"console.factor.{code}"
        assert name == (text(key) if has(key) else name_of(code)), code


def test_passwords_are_made_once_are_private_and_stay(
    stack: local.StackAddress, database: str, tmp_path: Path
) -> None:
    url = with_database(stack.admin_database_url, database.rsplit("/", 1)[1])
    provide(url, tmp_path / "secrets")
    before = {
        name: (tmp_path / "secrets" / name).read_text() for name in (DATABASE_PASSWORD, GRAFANA_PASSWORD)
    }
    provide(url, tmp_path / "secrets")
    for name, password in before.items():
        file = tmp_path / "secrets" / name
        assert file.read_text() == password
        assert len(password) >= 32
        assert file.stat().st_mode & 0o777 == 0o600
    assert before[DATABASE_PASSWORD] != before[GRAFANA_PASSWORD]


def test_without_a_superuser_or_without_the_views_the_way_out_is_named(
    stack: local.StackAddress, database: str, empty_database: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreError) as refused:
        provide(database, tmp_path)
    assert refused.value.code == "role_refused"
    assert "--admin-url" in refused.value.message
    with pytest.raises(SchemaError) as missing:
        provide(empty_database, tmp_path)
    assert "outfall migrate" in missing.value.message


def test_the_provisioning_names_the_role_and_takes_the_password_from_a_file() -> None:
    source = yaml.safe_load(
        (GRAFANA / "provisioning" / "datasources" / "outfall.yaml").read_text(encoding="utf-8")
    )["datasources"][0]
    assert source["user"] == ROLE
    assert source["editable"] is False
    assert source["secureJsonData"] == {"password": f"$__file{{/run/reporting/{DATABASE_PASSWORD}}}"}
    boards = [json.loads(file.read_text(encoding="utf-8")) for file in DASHBOARDS]
    assert len(boards) == 2
    for board in boards:
        ids = [panel["id"] for panel in board["panels"]]
        assert len(ids) == len(set(ids))
        assert {panel["datasource"]["uid"] for panel in board["panels"]} == {source["uid"]}
