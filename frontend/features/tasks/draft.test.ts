import { expect, test } from 'vitest';
import { aProject, aTask } from '@/tests/things';
import { type Draft, divide, fieldsOf, inputOf, insist, touch, untouch, withDraft } from './draft';

const TASK = aTask();
const NOW = fieldsOf(TASK);
const NOON = '2026-03-01T12:00:00.000Z';
const DAY = '2026-03-01';

test.each([
  ['the title', { title: { was: 'Buy milk', mine: 'Oat milk' } }, { title: 'Oat milk' }],
  ['the notes', { description: { was: '', mine: 'Two' } }, { description: 'Two' }],
  ['the priority', { priority: { was: 'NONE', mine: 'HIGH' } }, { priority: 'HIGH' }],
  ['a project', { projectId: { was: null, mine: 'home' } }, { projectId: 'home' }],
  ['no project any more', { projectId: { was: 'home', mine: null } }, { projectId: null }],
  ['the labels', { labelIds: { was: ['calm'], mine: ['calm', 'urgent'] } }, { labelIds: ['calm', 'urgent'] }],
  ['a time', { due: { was: DAY, mine: NOON } }, { dueDate: NOON }],
  ['a day', { due: { was: NOON, mine: DAY } }, { dueOn: DAY }],
  ['no time any more', { due: { was: NOON, mine: null } }, { dueDate: null }],
  ['nothing', {}, {}],
] as const)('an edit of %s sends that alone', (_, draft: Draft, sent) => {
  expect(inputOf(draft)).toEqual(sent);
});

test('a day is the same in every zone, an instant in every spelling', () => {
  expect(fieldsOf(aTask({ dueOn: DAY, dueDate: '2026-02-28T23:00:00Z' })).due).toBe(DAY);
  expect(fieldsOf(aTask({ dueDate: '2026-03-01T12:00:00Z' })).due).toBe(NOON);
});

test('what is put back to what it was is not changed', () => {
  const draft = touch({}, 'title', 'Oat milk', NOW);
  expect(draft).toEqual({ title: { was: 'Buy milk', mine: 'Oat milk' } });
  expect(touch(draft, 'title', 'Buy milk', NOW)).toEqual({});
});

test('a field that others changed before it was touched is none that both changed', () => {
  const later = { ...NOW, title: 'Soy milk' };
  expect(divide(touch({}, 'title', 'Oat milk', later), later).clashing).toEqual({});
});

const DRAFT: Draft = { title: { was: 'Buy milk', mine: 'Oat milk' }, description: { was: '', mine: 'Two' } };

test.each([
  ['nothing', {}, ['title', 'description'], []],
  ['another field', { priority: 'LOW' }, ['title', 'description'], []],
  ['a field of ours', { title: 'Soy milk' }, ['description'], ['title']],
  ['a field of ours to the same', { title: 'Oat milk' }, ['description'], []],
] as const)('where others changed %s, there is this to save and this to choose', (_, theirs, save, choose) => {
  const { ours, clashing } = divide(DRAFT, { ...NOW, ...theirs });
  expect(Object.keys(ours)).toEqual(save);
  expect(Object.keys(clashing)).toEqual(choose);
});

test('who has chosen has nothing more to choose', () => {
  const now = { ...NOW, title: 'Soy milk' };
  expect(divide(insist(DRAFT, 'title', now), now)).toMatchObject({
    ours: { title: { mine: 'Oat milk' } },
    clashing: {},
  });
  expect(divide(untouch(DRAFT, 'title'), now)).toEqual({ ours: { description: DRAFT.description }, clashing: {} });
});

test('a task as it will be keeps what was not changed', () => {
  const home = aProject();
  const draft: Draft = { projectId: { was: null, mine: home.id }, due: { was: null, mine: DAY } };
  expect(withDraft(TASK, draft, { projects: [home], labels: [] })).toMatchObject({
    title: 'Buy milk',
    project: { name: 'Home' },
    dueOn: DAY,
  });
  expect(withDraft(TASK, { due: { was: null, mine: NOON } }, { projects: [], labels: [] })).toMatchObject({
    dueDate: NOON,
    allDay: false,
  });
});

test('labels that are put back in another order are not changed', () => {
  const labels = ['b', 'a'].map((id) => ({ __typename: 'Label' as const, id, name: id, color: '#059669', version: 1 }));
  const now = fieldsOf(aTask({ labels }));
  const draft = touch({}, 'labelIds', ['b'], now);
  expect(draft).toEqual({ labelIds: { was: ['a', 'b'], mine: ['b'] } });
  expect(withDraft(aTask({ labels }), draft, { projects: [], labels }).labels).toMatchObject([{ id: 'b' }]);
  expect(touch(draft, 'labelIds', ['b', 'a'].sort(), now)).toEqual({});
});
