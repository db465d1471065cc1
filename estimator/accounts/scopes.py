"""Roles that go along with tables: a clinic that goes on under another id keeps its people."""

from sqlalchemy import Connection, insert, select

from estimator.store.account_tables import grants


def copy_roles_in(connection: Connection, before: str, after: str) -> None:
    """Give everybody the roles at `after` that they have at `before`, as a part of somebody's transaction."""
    there = select(grants.c.account_id, grants.c.role)
    held = set(map(tuple, connection.execute(there.where(grants.c.scope == after))))
    rows = [
        {"account_id": one, "role": role, "scope": after}
        for one, role in connection.execute(there.where(grants.c.scope == before))
        if (one, role) not in held
    ]
    if rows:
        connection.execute(insert(grants), rows)
