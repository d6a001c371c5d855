// pg: ten pooled connections, as many as TaskFlow has, and named statements, which each connection prepares once.
// The task, its labels and the outbox's row are one statement, so one way there and back, and one transaction.
import pg from 'pg';
import { columns, eventOf, seeds, tables } from './rows.js';

const TIMESTAMPTZ = 1184;

export async function open(url, newId, now) {
  pg.types.setTypeParser(TIMESTAMPTZ, (text) => new Date(text).toISOString());
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  await pool.query(
    tables({
      id: 'uuid',
      time: 'timestamptz',
      json: 'json',
      serial: 'bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY',
    }),
  );
  for (const [table, values] of seeds(newId, now)) {
    const places = values.map((_, i) => `$${i + 1}`);
    await pool.query(`INSERT INTO ${table} (${columns[table]}) VALUES (${places})`, values);
  }
  const create = `
    WITH task AS (INSERT INTO tasks (${columns.tasks}) VALUES (${columns.tasks.map((_, i) => `$${i + 1}`)})),
    labels AS (INSERT INTO task_labels (task_id, label_id) SELECT $1, unnest($11::uuid[]))
    INSERT INTO outbox (user_id, type, aggregate_id, data, created_at) VALUES ($2, 'task.created', $1, $12, $9) RETURNING seq`;
  const run = async (name, text, values) => (await pool.query({ name, text, values })).rows;
  return {
    lastSeq: async () => (await run('last', 'SELECT coalesce(max(seq), 0) AS seq FROM outbox', []))[0].seq,
    create: async (task, labelIds) => {
      const values = columns.tasks.map((name) => task[name]);
      return (await run('create', create, [...values, labelIds, eventOf(task, labelIds)]))[0].seq;
    },
    page: (user, after, limit) =>
      after
        ? run(
            'page after',
            `SELECT * FROM tasks WHERE user_id = $1 AND deleted_at IS NULL AND (created_at, id) > ($2, $3)
             ORDER BY created_at, id LIMIT $4`,
            [user, ...after, limit],
          )
        : run(
            'page',
            `SELECT * FROM tasks WHERE user_id = $1 AND deleted_at IS NULL ORDER BY created_at, id LIMIT $2`,
            [user, limit],
          ),
    projects: (user, ids) =>
      run('projects', 'SELECT * FROM projects WHERE user_id = $1 AND id = ANY($2::uuid[])', [user, ids]),
    labelsOf: (user, ids) =>
      run(
        'labels',
        `SELECT l.*, t.task_id FROM task_labels t JOIN labels l ON l.id = t.label_id
         WHERE l.user_id = $1 AND t.task_id = ANY($2::uuid[]) ORDER BY l.name, l.id`,
        [user, ids],
      ),
  };
}
