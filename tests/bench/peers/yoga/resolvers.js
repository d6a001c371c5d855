import { randomUUID } from 'node:crypto';
import DataLoader from 'dataloader';
import { createPubSub } from 'graphql-yoga';
import { position } from './rows.js';

const PRIORITIES = ['NONE', 'LOW', 'MEDIUM', 'HIGH', 'URGENT'];
const MOST = 100;

export const now = () => new Date().toISOString();
export const newId = randomUUID;

// Of one operation.
export function loaders(store, user) {
  return {
    project: new DataLoader(async (ids) => {
      const found = new Map((await store.projects(user, ids)).map((row) => [row.id, row]));
      return ids.map((id) => found.get(id) ?? null);
    }),
    labels: new DataLoader(async (ids) => {
      const found = byTask(await store.labelsOf(user, ids));
      return ids.map((id) => found.get(id) ?? []);
    }),
  };
}

function byTask(rows) {
  const found = new Map();
  for (const row of rows) {
    const those = found.get(row.task_id);
    if (those) those.push(row);
    else found.set(row.task_id, [row]);
  }
  return found;
}

export function resolvers(store) {
  const pubSub = createPubSub();
  return {
    Query: {
      cursor: () => store.lastSeq(),
      tasks: async (_, { first, after }, { user }) => {
        const limit = Math.min(first, MOST);
        const rows = await store.page(user.number, after && JSON.parse(Buffer.from(after, 'base64url')), limit + 1);
        const nodes = rows.slice(0, limit);
        const last = nodes.at(-1);
        const endCursor = last && Buffer.from(JSON.stringify([last.created_at, last.id])).toString('base64url');
        return { nodes, pageInfo: { hasNextPage: rows.length > limit, endCursor } };
      },
    },
    Mutation: {
      createTask: async (_, { input }, { user }) => {
        const title = input.title.trim();
        if (!title || title.length > 500) {
          return { errors: [{ message: 'A title has 1 to 500 characters.', field: ['title'] }] };
        }
        const at = now();
        const task = {
          id: newId(),
          user_id: user.number,
          title,
          description: input.description,
          priority: PRIORITIES.indexOf(input.priority),
          time_zone: user.timeZone,
          project_id: input.projectId ?? null,
          position: position(),
          version: 1,
          created_at: at,
          updated_at: at,
        };
        const labelIds = input.labelIds ?? [];
        const cursor = await store.create(task, labelIds);
        task.without_labels = labelIds.length === 0;
        pubSub.publish('events', user.number, { cursor, type: 'TASK_CREATED', aggregateId: task.id, task });
        return { task, cursor, errors: [] };
      },
    },
    Subscription: {
      events: {
        subscribe: (_, __, { user }) => pubSub.subscribe('events', user.number),
        resolve: (event) => event,
      },
    },
    Task: {
      completed: (task) => task.completed_at != null,
      completedAt: (task) => task.completed_at,
      priority: (task) => PRIORITIES[task.priority],
      dueDate: (task) => task.due_at,
      dueOn: (task) => task.due_on,
      allDay: (task) => task.due_on != null,
      timeZone: (task) => task.time_zone,
      createdAt: (task) => task.created_at,
      updatedAt: (task) => task.updated_at,
      deletedAt: (task) => task.deleted_at,
      project: (task, _, { loaders }) => task.project_id && loaders.project.load(task.project_id),
      labels: (task, _, { loaders }) => (task.without_labels ? [] : loaders.labels.load(task.id)),
    },
  };
}
