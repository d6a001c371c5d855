'use client';

import { usePathname, useRouter } from 'next/navigation';
import { TEXT as LABELS } from '@/features/labels/text';
import type { Board, Task } from '@/features/tasks/board';
import { useTaskChanges } from '@/features/tasks/changes';
import { type Draft, type Fields, fieldsOf } from '@/features/tasks/draft';
import { fieldText } from '@/features/tasks/fieldText';
import { TEXT as TASK } from '@/features/tasks/text';
import { wanted$ } from '@/features/tasks/wanted';
import { useWhen, type When } from '@/features/tasks/when';
import type { Refused } from '@/graphql/outbox/change';
import { Button } from '@/ui/Button';
import { taskIdOf, titlesOf } from './refused';
import { TEXT } from './text';

interface Props {
  refused: Refused;
  left: Draft;
  board: Board;
  onDecided: () => void;
}

const NAMES: Record<keyof Fields, string> = {
  title: TASK.title,
  description: TASK.description,
  priority: TASK.priority,
  due: TASK.dueDay,
  projectId: TASK.project,
  labelIds: LABELS.heading,
  repeats: TASK.repeats,
};

/** Both values of what was changed here and elsewhere; the editor is where they are chosen from. */
export function RefusedEdit({ refused: { change, reason }, left, board, onDecided }: Props) {
  const router = useRouter();
  const path = usePathname();
  const when = useWhen();
  const changes = useTaskChanges();
  const task = board.tasks.nodes.find(({ id }) => id === taskIdOf(change));
  const there = task && task.deletedAt === null ? task : null;

  const deleted = task && task.deletedAt !== null ? task : null;

  function review() {
    wanted$.next(taskIdOf(change) ?? null);
    if (path !== '/') router.push('/');
  }

  return (
    <>
      <p className="font-medium wrap-anywhere">{TEXT.yourEdit(there?.title ?? titlesOf(change)[0])}</p>
      <p className="text-soft wrap-anywhere">{there ? reason || TEXT.clash : TEXT.gone}</p>
      <dl className="grid gap-2">
        {names(left).map((name) => (
          <div key={name}>
            <dt className="font-medium">{NAMES[name]}</dt>
            <Value label={TEXT.mine} value={mine(name, left, board, when)} />
            {there && <Value label={TEXT.theirs} value={theirs(name, there, board, when)} />}
          </div>
        ))}
      </dl>
      <p className="flex flex-wrap gap-2">
        {there && (
          <Button kind="outline" onClick={review}>
            {TEXT.review}
          </Button>
        )}
        {deleted && (
          <Button kind="outline" onClick={() => void changes.restore(deleted)}>
            {TEXT.restore}
          </Button>
        )}
        <Button kind="outline" onClick={onDecided}>
          {there ? TEXT.takeTheirs : TEXT.dismiss}
        </Button>
      </p>
    </>
  );
}

function Value({ label, value }: { label: string; value: string }) {
  return (
    <dd dir="auto" className="max-h-40 overflow-auto whitespace-pre-wrap wrap-anywhere">
      <span className="text-soft">{label}</span> {value}
    </dd>
  );
}

function names(draft: Draft) {
  return Object.keys(draft) as (keyof Fields)[];
}

function mine(name: keyof Fields, left: Draft, { projects, labels }: Board, when: When): string {
  if (name === 'repeats') return left.repeats?.mine?.rule ?? TASK.nothing;
  return fieldText(name, left[name]?.mine, projects.nodes, labels, when);
}

function theirs(name: keyof Fields, task: Task, { projects, labels }: Board, when: When): string {
  if (name === 'repeats') return task.recurrence?.summary ?? TASK.nothing;
  return fieldText(name, fieldsOf(task)[name], projects.nodes, labels, when);
}
