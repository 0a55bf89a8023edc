"""The database's own refusal of UPDATE, DELETE and TRUNCATE, created together with the table.

It stops mistakes and ordinary accounts. The owner of the table can still drop the guard: that is what the
hash chain is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from audit_service.models import AuditRow

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

_SQLITE = (
    """
    CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'audit_log is append-only: UPDATE refused'); END
    """,
    """
    CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'audit_log is append-only: DELETE refused'); END
    """,
    # REPLACE removes the row in its way without asking the DELETE trigger.
    """
    CREATE TRIGGER audit_log_no_replace BEFORE INSERT ON audit_log
    WHEN EXISTS (
      SELECT 1 FROM audit_log WHERE id = NEW.id OR prev_hash = NEW.prev_hash OR hash = NEW.hash
    )
    BEGIN SELECT RAISE(ABORT, 'audit_log is append-only: the entry or its predecessor is taken'); END
    """,
)

_POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION USING
        MESSAGE = 'audit_log is append-only: ' || TG_OP || ' refused',
        ERRCODE = 'restrict_violation';
    END
    $$
    """,
    """
    CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()
    """,
)


_STATEMENTS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
TABLE = AuditRow.metadata.tables[AuditRow.__tablename__]


@event.listens_for(TABLE, "after_create")
def _install(table: Table, connection: Connection, **_: Any) -> None:
    del table
    for statement in _STATEMENTS.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)
