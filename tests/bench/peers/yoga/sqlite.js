// better-sqlite3: every statement is prepared once. A commit is on the disk when it returns, as with TaskFlow.
import Database from 'better-sqlite3';
import { columns, eventOf, seeds, tables } from './rows.js';

export async function open(file, newId, now) {
  const db = new Database(file);
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON']) db.pragma(pragma);
  db.exec(tables({ id: 'text', time: 'text', json: 'text', serial: 'integer PRIMARY KEY AUTOINCREMENT' }));
  const insert = Object.fromEntries(
    Object.entries(columns).map(([table, names]) => [
      table,
      db.prepare(`INSERT INTO ${table} (${names}) VALUES (${names.map(() => '?')})`),
    ]),
  );
  db.transaction(() => {
    for (const [table, values] of seeds(newId, now)) insert[table].run(values);
  })();
  const outbox = db.prepare(
    `INSERT INTO outbox (user_id, type, aggregate_id, data, created_at) VALUES (?, 'task.created', ?, ?, ?)`,
  );
  const create = db.transaction((task, labelIds) => {
    insert.tasks.run(columns.tasks.map((name) => task[name]));
    for (const id of labelIds) insert.task_labels.run(task.id, id);
    return outbox.run(task.user_id, task.id, eventOf(task, labelIds), task.created_at).lastInsertRowid;
  });
  const lastSeq = db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM outbox');
  const page = db.prepare(
    `SELECT * FROM tasks WHERE user_id = ? AND deleted_at IS NULL AND (created_at, id) > (?, ?)
     ORDER BY created_at, id LIMIT ?`,
  );
  const byIds = (sql) => {
    const statement = db.prepare(sql);
    return async (user, ids) => statement.all(user, JSON.stringify(ids));
  };
  return {
    lastSeq: async () => lastSeq.get().seq,
    create: async (task, labelIds) => create.immediate(task, labelIds),
    page: async (user, after, limit) => page.all(user, after?.[0] ?? '', after?.[1] ?? '', limit),
    projects: byIds('SELECT * FROM projects WHERE user_id = ? AND id IN (SELECT value FROM json_each(?))'),
    labelsOf: byIds(
      `SELECT l.*, t.task_id FROM task_labels t JOIN labels l ON l.id = t.label_id
       WHERE l.user_id = ? AND t.task_id IN (SELECT value FROM json_each(?)) ORDER BY l.name, l.id`,
    ),
  };
}
