'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/ui/Button';
import { Select, TextArea, TextField } from '@/ui/Field';
import { Modal } from '@/ui/Modal';
import type { Project, Task } from './board';
import { useTaskChanges } from './changes';
import { localDay, localTime } from './due';
import { TEXT } from './text';

const PRIORITIES = ['NONE', 'LOW', 'MEDIUM', 'HIGH', 'URGENT'] as const;

interface Props {
  task: Task;
  projects: readonly Project[];
  onClose: () => void;
}

export function TaskEditor({ task, projects, onClose }: Props) {
  const changes = useTaskChanges();
  const instant = task.dueDate === null ? null : new Date(task.dueDate);
  const [title, setTitle] = useState(task.title);
  const [description, setDescription] = useState(task.description);
  const [day, setDay] = useState(task.dueOn ?? (instant ? localDay(instant) : ''));
  const [time, setTime] = useState(instant && !task.allDay ? localTime(instant) : '');
  const [priority, setPriority] = useState<Task['priority']>(task.priority);
  const [projectId, setProjectId] = useState(task.project?.id ?? '');

  function submit(event: FormEvent) {
    event.preventDefault();
    void changes.update(task, {
      title: title.trim(),
      description,
      priority,
      project: projects.find(({ id }) => id === projectId) ?? null,
      ...due(task, instant, day, time),
    });
    onClose();
  }

  return (
    <Modal title={TEXT.editing} closeLabel={TEXT.cancel} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <TextField
          label={TEXT.title}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          required
          pattern=".*\S.*"
          maxLength={500}
        />
        <TextArea
          label={TEXT.description}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
          rows={4}
          maxLength={20_000}
        />
        <div className="grid grid-cols-2 items-start gap-4">
          <TextField
            label={TEXT.dueDay}
            type="date"
            value={day}
            min="1970-01-01"
            max="2200-12-31"
            onChange={(event) => setDay(event.target.value)}
          />
          <TextField
            label={TEXT.dueTime}
            type="time"
            value={time}
            disabled={!day}
            hint={TEXT.dueTimeHint}
            onChange={(event) => setTime(event.target.value)}
          />
        </div>
        <div className="grid grid-cols-2 items-start gap-4">
          <Select
            label={TEXT.priority}
            value={priority}
            onChange={(event) => setPriority(event.target.value as Task['priority'])}
          >
            {PRIORITIES.map((value) => (
              <option key={value} value={value}>
                {TEXT.priorities[value]}
              </option>
            ))}
          </Select>
          <Select label={TEXT.project} value={projectId} onChange={(event) => setProjectId(event.target.value)}>
            <option value="">{TEXT.noProject}</option>
            {projects.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        </div>
        <div className="flex justify-end gap-2">
          <Button kind="outline" onClick={onClose}>
            {TEXT.cancel}
          </Button>
          <Button type="submit">{TEXT.save}</Button>
        </div>
      </form>
    </Modal>
  );
}

/** What was chosen; what was left as it is stays exactly what it was, to the second. */
function due(task: Task, instant: Date | null, day: string, time: string) {
  if (!day) return { dueDate: null, dueOn: null };
  if (!time) return { dueDate: task.dueOn === day ? task.dueDate : new Date(`${day}T00:00`).toISOString(), dueOn: day };
  const unchanged = instant && !task.allDay && localDay(instant) === day && localTime(instant) === time;
  return { dueDate: unchanged ? task.dueDate : new Date(`${day}T${time}`).toISOString(), dueOn: null };
}
