'use client';

import { Trash2 } from 'lucide-react';
import type { FormEvent } from 'react';
import { History } from '@/features/history/History';
import { useLabelChanges } from '@/features/labels/changes';
import { LabelPicker } from '@/features/labels/LabelPicker';
import { MovedNote } from '@/features/recurrence/MovedNote';
import { RecurrenceForm } from '@/features/recurrence/RecurrenceForm';
import { frameOf } from '@/features/recurrence/repeats';
import { refit } from '@/features/recurrence/rule';
import { SeriesNote } from '@/features/recurrence/SeriesNote';
import type { Counting } from '@/features/reminders/edits';
import { withOwn } from '@/features/reminders/own';
import { Reminders } from '@/features/reminders/Reminders';
import { Button, IconButton } from '@/ui/Button';
import { TextArea, TextField } from '@/ui/Field';
import { Modal } from '@/ui/Modal';
import type { Label, Project, Task } from './board';
import { ClashNote } from './ClashNote';
import { DueDatePicker } from './DueDatePicker';
import { divide, type Fields, fieldsOf, insist, isEmpty, touch, untouch } from './draft';
import type { Unsaved } from './drafts';
import { Subtasks } from './Subtasks';
import { PrioritySelect, ProjectSelect } from './selects';
import { TEXT } from './text';
import { useUnsaved } from './useUnsaved';

interface Props {
  /** The task as it is by now. */
  task: Task;
  /** What was changed of it already, and could not be saved. */
  begun: Unsaved;
  projects: readonly Project[];
  labels: readonly Label[];
  subtasks: readonly Task[];
  /** What it was spawned from, where that is known. */
  series: Task | undefined;
  /** When all-day tasks remind. */
  allDayTime: string;
  onSave: (unsaved: Unsaved, counting: Counting) => void;
  /** Opens another task in the place of this one. */
  onOpen: (task: Task) => void;
  onRemove: () => void;
  onClose: () => void;
}

/** What was not touched here shows what others make of it, while they do. */
export function TaskEditor({
  task,
  begun,
  projects,
  labels,
  subtasks,
  series,
  allDayTime,
  onSave,
  onOpen,
  onRemove,
  onClose,
}: Props) {
  const { unsaved, touched, type, redraft, set } = useUnsaved(task, begun);
  const labelChanges = useLabelChanges();
  const { draft, reminders } = unsaved;
  const now = fieldsOf(task);
  const { clashing } = divide(draft, now);
  const deleted = task.deletedAt !== null;
  const title = draft.title ? draft.title.mine : now.title;
  const projectId = draft.projectId ? draft.projectId.mine : now.projectId;
  const due = draft.due ? draft.due.mine : now.due;
  const repeats = draft.repeats ? draft.repeats.mine : now.repeats;
  const counting = { due, timeZone: task.timeZone, allDayTime };
  const note = (name: keyof Fields) =>
    clashing[name] && (
      <ClashNote
        name={name}
        theirs={now}
        recurs={task.recurrence?.summary}
        projects={projects}
        labels={labels}
        onMine={() => redraft((known) => insist(known, name, now))}
        onTheirs={() => redraft((known) => untouch(known, name))}
      />
    );

  /** What was changed of how it recurs goes along. */
  function setDue(next: string | null) {
    set('due', next);
    const mine = draft.repeats?.mine;
    if (mine) set('repeats', { ...mine, rule: refit(mine.rule, frameOf(task, due), frameOf(task, next)) });
  }

  function moveSeries() {
    if (!repeats) return;
    const rule = refit(repeats.rule, frameOf(task, now.due), frameOf(task, due));
    set('repeats', { ...repeats, rule, start: null });
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fault = event.currentTarget.querySelector<HTMLElement>('[aria-invalid=true]');
    if (fault) {
      disclose(fault);
      return fault.focus();
    }
    const chosen = draft.labelIds?.mine ?? now.labelIds;
    const named = unsaved.label.trim() && labelChanges.named(unsaved.label.trim()).id;
    const labelIds = named && !chosen.includes(named) ? [...chosen, named].sort() : chosen;
    const whole = touch(touch(draft, 'title', title.trim(), now), 'labelIds', labelIds, now);
    onSave({ ...unsaved, draft: whole, reminders: withOwn(reminders, unsaved.reminder, counting) }, counting);
  }

  return (
    <Modal title={TEXT.editing} onClose={onClose} holds={touched}>
      {deleted && (
        <p role="alert" className="mb-4 rounded-lg border border-warn px-3 py-2 text-sm">
          {TEXT.deletedElsewhere}
        </p>
      )}
      <form
        onSubmit={submit}
        onInvalidCapture={({ target }) => disclose(target)}
        className="grid grid-cols-[minmax(0,1fr)] gap-4"
      >
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
          <DueDatePicker due={due} timeZone={task.timeZone} onChange={setDue} />
          {note('due')}
        </div>
        {task.spawnedFrom && <SeriesNote series={series} onOpen={touched ? undefined : onOpen} />}
        <div>
          <RecurrenceForm task={task} repeats={repeats} due={due} onChange={(repeats) => set('repeats', repeats)} />
          {note('repeats')}
          {draft.due && repeats && !draft.repeats && <MovedNote onMove={moveSeries} />}
        </div>
        <Reminders
          reminders={task.reminders}
          edits={reminders}
          counting={counting}
          own={unsaved.reminder}
          onChange={(reminders, reminder = unsaved.reminder) => type({ reminders, reminder })}
        />
        <div className="grid grid-cols-2 items-start gap-4">
          <div>
            <PrioritySelect
              priority={draft.priority ? draft.priority.mine : now.priority}
              onChange={(priority) => set('priority', priority)}
            />
            {note('priority')}
          </div>
          <div>
            <ProjectSelect projects={projects} id={projectId} onChange={(id) => set('projectId', id)} />
            {note('projectId')}
          </div>
        </div>
        <div>
          <LabelPicker
            labels={labels}
            chosen={draft.labelIds ? draft.labelIds.mine : now.labelIds}
            name={unsaved.label}
            onType={(label) => type({ label })}
            onChange={(chosen) => set('labelIds', chosen.sort())}
          />
          {note('labelIds')}
        </div>
        {!deleted && (
          <Subtasks of={task} subtasks={subtasks} title={unsaved.subtask} onType={(subtask) => type({ subtask })} />
        )}
        {task.version > 0 && <History task={task} projects={projects} labels={labels} />}
        <div className="sticky -bottom-5 -mx-5 -mb-5 flex justify-end gap-2 border-t border-line bg-card px-5 py-3">
          {!deleted && (
            <IconButton label={TEXT.remove(now.title)} className="mr-auto" onClick={onRemove}>
              <Trash2 aria-hidden className="size-4" />
            </IconButton>
          )}
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

/** What is at fault has to be seen. */
function disclose(field: EventTarget) {
  const hidden = field instanceof Element && field.closest('details');
  if (hidden) hidden.open = true;
}
