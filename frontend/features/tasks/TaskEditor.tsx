'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/ui/Button';
import { Select, TextArea, TextField } from '@/ui/Field';
import { Modal } from '@/ui/Modal';
import { useBeforeUnload } from '@/ui/useBeforeUnload';
import type { Project, Task } from './board';
import { ClashNote } from './ClashNote';
import { DueFields } from './DueFields';
import { type Draft, divide, type Fields, fieldsOf, insist, isEmpty, touch, untouch } from './draft';
import { Subtasks } from './Subtasks';
import { TEXT } from './text';

const PRIORITIES = ['NONE', 'LOW', 'MEDIUM', 'HIGH', 'URGENT'] as const;

interface Props {
  /** The task as it is by now. */
  task: Task;
  /** What was changed of it already, and could not be saved. */
  begun: Draft;
  projects: readonly Project[];
  subtasks: readonly Task[];
  onSave: (draft: Draft) => void;
  onClose: () => void;
}

/** What was not touched here shows what others make of it, while they do. */
export function TaskEditor({ task, begun, projects, subtasks, onSave, onClose }: Props) {
  const [draft, setDraft] = useState(begun);
  useBeforeUnload(!isEmpty(draft));
  const now = fieldsOf(task);
  const { clashing } = divide(draft, now);
  const deleted = task.deletedAt !== null;
  const title = draft.title ? draft.title.mine : now.title;
  const projectId = draft.projectId ? draft.projectId.mine : now.projectId;
  const set = <Name extends keyof Fields>(name: Name, value: Fields[Name]) =>
    setDraft((known) => touch(known, name, value, now));
  const note = (name: keyof Fields) =>
    clashing[name] && (
      <ClashNote
        name={name}
        theirs={now}
        projects={projects}
        onMine={() => setDraft(insist(draft, name, now))}
        onTheirs={() => setDraft(untouch(draft, name))}
      />
    );

  function submit(event: FormEvent) {
    event.preventDefault();
    onSave(touch(draft, 'title', title.trim(), now));
  }

  return (
    <Modal title={TEXT.editing} onClose={onClose} holds={!isEmpty(draft)}>
      {deleted && (
        <p role="alert" className="mb-4 rounded-lg border border-warn px-3 py-2 text-sm">
          {TEXT.deletedElsewhere}
        </p>
      )}
      <form onSubmit={submit} className="grid gap-4">
        <div>
          <TextField
            label={TEXT.title}
            value={title}
            onChange={(event) => set('title', event.target.value)}
            required
            pattern=".*\S.*"
            maxLength={500}
          />
          {note('title')}
        </div>
        <div>
          <TextArea
            label={TEXT.description}
            value={draft.description ? draft.description.mine : now.description}
            onChange={(event) => set('description', event.target.value)}
            rows={4}
            maxLength={20_000}
          />
          {note('description')}
        </div>
        <div>
          <DueFields due={draft.due ? draft.due.mine : now.due} onChange={(due) => set('due', due)} />
          {note('due')}
        </div>
        <div className="grid grid-cols-2 items-start gap-4">
          <div>
            <Select
              label={TEXT.priority}
              value={draft.priority ? draft.priority.mine : now.priority}
              onChange={(event) => set('priority', event.target.value as Task['priority'])}
            >
              {PRIORITIES.map((value) => (
                <option key={value} value={value}>
                  {TEXT.priorities[value]}
                </option>
              ))}
            </Select>
            {note('priority')}
          </div>
          <div>
            <Select
              label={TEXT.project}
              value={projectId ?? ''}
              onChange={(event) => set('projectId', event.target.value || null)}
            >
              <option value="">{TEXT.noProject}</option>
              {projects
                .filter((project) => !project.archived || project.id === projectId)
                .map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
            </Select>
            {note('projectId')}
          </div>
        </div>
        {!deleted && <Subtasks of={task} subtasks={subtasks} />}
        <div className="flex justify-end gap-2">
          <Button kind="outline" onClick={onClose}>
            {TEXT.cancel}
          </Button>
          <Button type="submit" disabled={!isEmpty(clashing)}>
            {deleted ? TEXT.restoreAndSave : TEXT.save}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
