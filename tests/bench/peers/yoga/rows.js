// What both databases keep alike.

export const USERS = 50;
export const PROJECTS = 5;
export const LABELS = 5;
export const TASKS = 200;

// The last user has tasks with projects and labels, for whoever reads a list.
export function* seeds(newId, now) {
  const user = USERS - 1;
  const projects = Array.from({ length: PROJECTS }, (_, i) => ({
    id: newId(),
    name: `Project ${i}`,
    position: `a${i}`,
  }));
  const labels = Array.from({ length: LABELS }, (_, i) => ({ id: newId(), name: `Label ${i}` }));
  for (const { id, name, position } of projects) yield ['projects', [id, user, name, '#64748b', position]];
  for (const { id, name } of labels) yield ['labels', [id, user, name, '#64748b']];
  for (let i = 0; i < TASKS; i++) {
    const id = newId();
    yield ['tasks', [id, user, `Task ${i}`, '', 0, 'UTC', projects[i % PROJECTS].id, position(), now(), now()]];
    yield ['task_labels', [id, labels[i % LABELS].id]];
    yield ['task_labels', [id, labels[(i + 1) % LABELS].id]];
  }
}

let last = 0;

// Sorts as text, and each one behind the one before.
export function position() {
  last = Math.max(last + 1, Date.now() * 1000);
  return last.toString(36);
}

export const columns = {
  projects: ['id', 'user_id', 'name', 'color', 'position'],
  labels: ['id', 'user_id', 'name', 'color'],
  tasks: [
    'id',
    'user_id',
    'title',
    'description',
    'priority',
    'time_zone',
    'project_id',
    'position',
    'created_at',
    'updated_at',
  ],
  task_labels: ['task_id', 'label_id'],
};

// An event's text in the outbox: the whole task as it is after it.
export function eventOf(task, labelIds) {
  return JSON.stringify({ ...task, label_ids: labelIds });
}

export function tables(types) {
  return `
    CREATE TABLE projects (id ${types.id} PRIMARY KEY, user_id int NOT NULL, name text NOT NULL, color text NOT NULL,
      archived boolean NOT NULL DEFAULT false, position text NOT NULL, version int NOT NULL DEFAULT 1);
    CREATE TABLE labels (id ${types.id} PRIMARY KEY, user_id int NOT NULL, name text NOT NULL, color text NOT NULL,
      version int NOT NULL DEFAULT 1);
    CREATE TABLE tasks (id ${types.id} PRIMARY KEY, user_id int NOT NULL, title text NOT NULL, description text NOT NULL,
      priority smallint NOT NULL, completed_at ${types.time}, due_at ${types.time}, due_on text, time_zone text NOT NULL,
      project_id ${types.id} REFERENCES projects, position text NOT NULL, version int NOT NULL DEFAULT 1,
      created_at ${types.time} NOT NULL, updated_at ${types.time} NOT NULL, deleted_at ${types.time});
    CREATE INDEX tasks_created ON tasks (user_id, created_at, id);
    CREATE INDEX tasks_position ON tasks (user_id, position, id);
    CREATE INDEX tasks_project ON tasks (project_id);
    CREATE TABLE task_labels (task_id ${types.id} NOT NULL REFERENCES tasks, label_id ${types.id} NOT NULL REFERENCES labels,
      PRIMARY KEY (task_id, label_id));
    CREATE TABLE outbox (seq ${types.serial}, user_id int NOT NULL, type text NOT NULL, aggregate_id ${types.id} NOT NULL,
      data ${types.json} NOT NULL, created_at ${types.time} NOT NULL, published_at ${types.time});
    CREATE INDEX outbox_waiting ON outbox (created_at) WHERE published_at IS NULL;`;
}
