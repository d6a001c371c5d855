'use client';

import { later } from '@/ui/later';
import type { Board, Task } from './board';
import type { Edits } from './useEdits';

const TaskEditor = later(() => import('./TaskEditor').then(({ TaskEditor }) => TaskEditor));

interface Props {
  board: Board;
  subtasks: ReadonlyMap<string, readonly Task[]>;
  series: ReadonlyMap<string, Task>;
  edits: Edits;
}

/** The editor, where something is in it. */
export function EditedTask({ board, subtasks, series, edits }: Props) {
  const { edit } = edits;
  if (!edit) return null;
  const task = board.tasks.nodes.find(({ id }) => id === edit.task.id) ?? gone(edit.task);
  return (
    <TaskEditor
      key={edit.key}
      task={task}
      begun={edit.unsaved}
      projects={board.projects.nodes}
      labels={board.labels}
      subtasks={subtasks.get(task.id) ?? []}
      series={task.spawnedFrom ? series.get(task.spawnedFrom.id) : undefined}
      allDayTime={board.viewer.allDayReminderTime}
      onSave={(unsaved, counting) => void edits.save(task, unsaved, counting)}
      onOpen={edits.open}
      onRemove={() => edits.remove(task)}
      onClose={edits.close}
    />
  );
}

/** A task of which there is no trace any more. */
function gone(task: Task): Task {
  return { ...task, deletedAt: task.updatedAt };
}
