"""Many open grants and presentations like those that are there: seed.py DATABASE fill|expire COUNT

The service must not run. `expire` lets the time of all of them have passed.
"""

import sqlite3
import sys

database, what, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
connection = sqlite3.connect(database, isolation_level=None)
connection.execute("PRAGMA cache_size = -400000")
connection.execute("BEGIN")
RANDOM = {
    "id": "lower(hex(randomblob(11)))", "handle": "lower(hex(randomblob(11)))",
    "request_state": "lower(hex(randomblob(16)))", "device_code": "randomblob(32)", "user_code": "randomblob(32)",
}
for table in ("grants", "presentations"):
    if what == "expire":
        connection.execute(f"UPDATE {table} SET forget_at = 1000")
        continue
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    values = [RANDOM.get(column, f"one.{column}") for column in columns]
    (only,) = connection.execute(f"SELECT min(rowid) FROM {table}").fetchone()
    connection.execute(
        f"WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?) "
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
        f"FROM number CROSS JOIN {table} AS one WHERE one.rowid = ?", (count, only))
connection.execute("COMMIT")
connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
