/** Changes that were made in another tab, or before this page was loaded: on screen here as well, and so their answers. */

import type { ApolloCache } from '@apollo/client';
import { putReminder, writeReminder } from '@/features/reminders/keep';
import type { BoardCache } from '@/graphql/cache';
import type { Change, Data } from '@/graphql/outbox/change';
import { putLabel, putProject, putTask, putViewer, removeLabel, removeProject } from './apply';
import type { Payload } from './payload';

export class Shown {
  constructor(
    private readonly cache: BoardCache,
    /** What of an answer is newer than what is here. */
    private readonly news: (data: Data) => Data,
  ) {}

  /** Above all else, until it is answered. */
  show({ id, name, variables, shown }: Change) {
    if (!shown) return;
    this.cache.removeOptimistic(id);
    const there = this.cache.board$.value !== null;
    this.cache.batch({ optimistic: id, update: (cache) => put(cache, name, variables, shown) });
    // Made by a program that knew less of things than this one: it is sent all the same.
    if (there && this.cache.board$.value === null) this.cache.removeOptimistic(id);
  }

  /** The answer in the place of what was shown. */
  answered({ id, name, variables }: Change, data: Data | null | undefined) {
    const news = data && this.news(data);
    this.cache.batch({
      optimistic: false,
      removeOptimistic: id,
      update: (cache) => news && put(cache, name, variables, news),
    });
  }
}

/** Answers hold nothing of what is gone. */
const GONE: Record<string, (cache: ApolloCache, id: string) => void> = {
  DeleteProject: removeProject,
  DeleteLabel: removeLabel,
};

/** Each thing that a mutation's payload holds, where it belongs. */
function put(cache: ApolloCache, name: string, variables: Change['variables'], data: Data) {
  const { input } = variables as { input?: { id?: string; taskId?: string } };
  for (const payload of Object.values(data) as Payload[]) {
    if (!payload) continue;
    const { task, tasks = [], reminder, project, label, user, errors = [] } = payload;
    const remove = GONE[name];
    if (remove) {
      const id = input?.id;
      if (id && errors.length === 0) remove(cache, id);
      continue;
    }
    for (const each of task ? [task, ...tasks] : tasks) if (each) putTask(cache, each);
    if (reminder && input?.taskId) putReminder(cache, input.taskId, reminder);
    else if (reminder) writeReminder(cache, reminder);
    if (project) putProject(cache, project);
    if (label) putLabel(cache, label);
    if (user) putViewer(cache, user);
  }
}
