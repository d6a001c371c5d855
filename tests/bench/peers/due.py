"""10,000 reminders that come due at one moment among a million that wait, on PostgreSQL."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.post import BenchFailed
from tests.bench.target import TaskFlow, taskflow
from tests.services import postgres

USERS, TASKS_EACH, REMINDERS_EACH = 1_000, 100, 10
WAITING = USERS * TASKS_EACH * REMINDERS_EACH
DUE = 10_000
#: From when they are made due, so that the server is there and has nothing else to do.
AHEAD_SECONDS = 5
LIMIT_SECONDS = 120
POLL_SECONDS = 0.1
AIM_SECONDS = 1.0

FILL = f"""
SET synchronous_commit = off;
INSERT INTO users (id, email, email_key, password_hash, name, time_zone, all_day_reminder_time, version, created_at)
  SELECT gen_random_uuid(), n || '@example.org', n || '@example.org', '', '', 'UTC', '09:00', 1, now()
  FROM generate_series(1, {USERS}) n;
INSERT INTO user_stream (user_id, epoch, cursor_key, last_seq, min_seq, task_count)
  SELECT id, 1, '\\x00', 0, 1, {TASKS_EACH} FROM users WHERE email LIKE '%@example.org';
INSERT INTO tasks (id, user_id, title, description, priority, time_zone, recurring, position, search_text, version,
    created_at, updated_at)
  SELECT gen_random_uuid(), u.id, 'Task', '', 0, 'UTC', false, 'a' || n, 'task', 1, now(), now()
  FROM users u, generate_series(1, {TASKS_EACH}) n WHERE u.email LIKE '%@example.org';
INSERT INTO reminders (id, user_id, task_id, remind_at, status, late, version, created_at)
  SELECT gen_random_uuid(), t.user_id, t.id, now() + interval '1 day' * (1 + n), 'PENDING', false, 1, now()
  FROM tasks t, generate_series(1, {REMINDERS_EACH}) n WHERE t.title = 'Task' AND t.project_id IS NULL;
ANALYZE;
"""
#: As many of each user; their moment is answered, in seconds since 1970.
MAKE_DUE = f"""
WITH moment AS (SELECT now() + interval '{AHEAD_SECONDS} s' AS at),
chosen AS (
  SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY id) AS nth FROM reminders) each
  WHERE nth <= {DUE // USERS}
), made AS (
  UPDATE reminders SET remind_at = moment.at FROM moment, chosen WHERE reminders.id = chosen.id RETURNING 1
)
SELECT extract(epoch FROM moment.at), (SELECT count(*) FROM made) FROM moment
"""
RUNG = "SELECT count(*), count(DISTINCT aggregate_id) FROM event_log WHERE type = 'reminder.triggered'"


@dataclass(frozen=True, slots=True)
class Ringing:
    #: From their moment until all of them had rung.
    seconds: float
    #: Of each reminder, how often it rang beyond once, together.
    doubled: int


def ring_all(folder: Path) -> Ringing:
    """Raises BenchFailed where they have not all rung in time."""
    with postgres.postgresql(durable=True) as url:
        # The first run makes the tables.
        with taskflow(folder / "empty", 1, TaskFlow, DATABASE_URL=url):
            pass
        _sql(url, FILL)
        with taskflow(folder / "full", 1, TaskFlow, DATABASE_URL=url):
            at, made = _sql(url, MAKE_DUE).split("|")
            if int(made) != DUE:
                raise BenchFailed(f"{made} reminders came due")
            moment = float(at)
            while (rung := _sql(url, RUNG).split("|"))[1] != str(DUE):
                if time.time() > moment + LIMIT_SECONDS:
                    raise BenchFailed(f"of {DUE} reminders {rung[1]} rang within {LIMIT_SECONDS} s")
                time.sleep(POLL_SECONDS)
            return Ringing(time.time() - moment, int(rung[0]) - DUE)


def _sql(url: str, text: str) -> str:
    command = [str(postgres.BIN / "psql"), url, "-qtAX", "-v", "ON_ERROR_STOP=1", "-c", text]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout.strip()
