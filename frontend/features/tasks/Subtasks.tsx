'use client';

import type { KeyboardEvent } from 'react';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import type { Task } from './board';
import { useTaskChanges } from './changes';
import { TEXT } from './text';

interface Props {
  of: Task;
  subtasks: readonly Task[];
  /** What is typed of one more. */
  title: string;
  onType: (title: string) => void;
}

/** In the editor: a task's subtasks, and one more. They are saved as they are made. */
export function Subtasks({ of, subtasks, title, onType }: Props) {
  const changes = useTaskChanges();

  function add() {
    const trimmed = title.trim();
    if (!trimmed) return;
    changes.create({ title: trimmed, project: of.project, parent: of });
    onType('');
  }

  function enter(event: KeyboardEvent) {
    if (event.key !== 'Enter' || !title.trim()) return;
    event.preventDefault(); // the task itself is not saved by that
    add();
  }

  return (
    <fieldset className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <legend className="mb-1 text-sm font-medium">{TEXT.subtasks}</legend>
      {subtasks.map((task) => (
        <label key={task.id} className="flex items-start gap-2 text-sm">
          <input
            type="checkbox"
            checked={task.completed}
            onChange={() => void changes.setCompleted(task, !task.completed)}
            className="mt-0.5 size-4 shrink-0 accent-accent"
          />
          <span dir="auto" className={task.completed ? 'text-soft line-through wrap-anywhere' : 'wrap-anywhere'}>
            {task.title}
          </span>
        </label>
      ))}
      <div className="flex items-end gap-2">
        <div className="flex-1">
          <TextField
            label={TEXT.addSubtask}
            labelHidden
            placeholder={TEXT.addSubtask}
            value={title}
            maxLength={500}
            onChange={(event) => onType(event.target.value)}
            onKeyDown={enter}
          />
        </div>
        <Button kind="outline" className="h-10" disabled={!title.trim()} onClick={add}>
          {TEXT.addIt}
        </Button>
      </div>
    </fieldset>
  );
}
