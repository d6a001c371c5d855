import { expect, test } from 'vitest';
import { aProject, aTask } from '@/tests/things';
import { differences, type TaskEdit } from './changes';

const NONE: TaskEdit = {
  title: 'Buy milk',
  description: '',
  priority: 'NONE',
  dueDate: null,
  dueOn: null,
  project: null,
};
const AT_NOON = { dueDate: '2026-03-01T12:00:00Z', dueOn: null };
const ALL_DAY = { dueDate: '2026-03-01T00:00:00Z', dueOn: '2026-03-01' };
const HOME = aProject();

test.each([
  ['nothing', {}, {}, {}],
  ['the title', {}, { title: 'Oat milk' }, { title: 'Oat milk' }],
  ['the notes', {}, { description: 'Two' }, { description: 'Two' }],
  ['the priority', {}, { priority: 'HIGH' }, { priority: 'HIGH' }],
  ['a project', {}, { project: HOME }, { projectId: 'home' }],
  ['no project any more', { project: HOME }, {}, { projectId: null }],
  ['the same project', { project: HOME }, { project: HOME }, {}],
  ['a time', {}, AT_NOON, { dueDate: AT_NOON.dueDate }],
  ['the same time', AT_NOON, AT_NOON, {}],
  ['a day', {}, ALL_DAY, { dueOn: ALL_DAY.dueOn }],
  ['the same day, seen from another zone', ALL_DAY, { ...ALL_DAY, dueDate: '2026-02-28T23:00:00Z' }, {}],
  ['a day in place of a time', AT_NOON, ALL_DAY, { dueOn: ALL_DAY.dueOn }],
  ['a time in place of a day', ALL_DAY, AT_NOON, { dueDate: AT_NOON.dueDate }],
  ['no day any more', ALL_DAY, {}, { dueDate: null }],
  ['no time any more', AT_NOON, {}, { dueDate: null }],
] as const)('an edit of %s sends that alone', (_, task, edit, sent) => {
  expect(differences(aTask(task), { ...NONE, ...edit })).toEqual(sent);
});
