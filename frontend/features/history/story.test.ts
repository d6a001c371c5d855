import { expect, test } from 'vitest';
import type { Happened } from './operations';
import { storyOf } from './story';

const NOW = { now: new Date('2026-03-01T12:00:00Z'), zone: 'UTC' };
const NAMES = { projects: new Map([['home', 'Home']]), labels: new Map([['calm', 'Calm']]) };
const MILK = { title: 'Buy milk', description: '', priority: 'NONE', position: 'a0', labelIds: [], recurrence: null };

function happened(...events: [Happened['type'], object][]): Happened[] {
  let data = MILK;
  return events.map(([type, fields], index) => {
    data = { ...data, ...fields };
    return { __typename: 'Event', id: `${index}`, type, timestamp: `2026-01-0${index + 1}T10:00:00Z`, data };
  });
}

const told = (...events: [Happened['type'], object][]) =>
  storyOf(happened(...events), NAMES, NOW).map(({ what, changes }) =>
    [what, ...changes.map(({ field, was, is }) => (was === null ? field : `${field}: ${was} → ${is}`))].join(' | '),
  );

test('what happened is told, the newest first, with what was and what is', () => {
  expect(
    told(
      ['TASK_CREATED', {}],
      ['TASK_UPDATED', { title: 'Oat milk', priority: 'HIGH' }],
      ['TASK_UPDATED', { projectId: 'home', labelIds: ['calm', 'lost'] }],
      ['TASK_COMPLETED', { completed: true }],
      ['TASK_DELETED', {}],
    ),
  ).toEqual([
    'Deleted',
    'Completed',
    'Changed | Project:  → Home | Labels:  → (deleted since), Calm',
    'Changed | Title: Buy milk → Oat milk | Priority: None → High',
    'Created',
  ]);
});

test('a day is told as one, and what has no words only by its name', () => {
  expect(
    told(
      ['TASK_CREATED', { dueOn: '2026-03-01', dueDate: '2026-02-28T23:00:00Z' }],
      ['TASK_UPDATED', { position: 'a1' }],
      ['TASK_UPDATED', { dueOn: null, dueDate: null }],
    ),
  ).toEqual(['Changed | Due: Today → ', 'Changed | Place in its list', 'Created']);
});

test('what only moves a series on is left out, and so is what is of another kind', () => {
  const series = { recurrence: { rule: 'FREQ=DAILY', nextOccurrence: '2026-03-02T09:00:00Z' } };
  const next = { recurrence: { rule: 'FREQ=DAILY', nextOccurrence: '2026-03-03T09:00:00Z' } };
  expect(told(['TASK_CREATED', {}], ['RECURRENCE_SET', series], ['TASK_UPDATED', next], ['USER_UPDATED', {}])).toEqual([
    'Set to repeat | How it repeats',
    'Created',
  ]);
});
