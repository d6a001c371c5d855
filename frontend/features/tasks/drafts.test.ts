import { beforeEach, expect, test } from 'vitest';
import { aTask } from '@/tests/things';
import { fieldsOf, touch } from './draft';
import { Drafts, isUntouched, NO_LINE, UNTOUCHED } from './drafts';

const MILK = aTask();
const BREAD = aTask({ id: 'bread', title: 'Bread' });
const noted = { ...UNTOUCHED, draft: touch({}, 'description', 'Two litres', fieldsOf(MILK)) };
const line = { text: 'Call mum tomorrow', plain: ['tomorrow'] };

beforeEach(() => {
  const drafts = new Drafts('ana');
  drafts.keep(MILK, noted);
  drafts.line = line;
});

test('what is being written is there for whoever wrote it, in a page that is loaded anew', () => {
  const drafts = new Drafts('ana');
  expect(drafts.of('milk')).toEqual(noted);
  expect(drafts.latest()).toEqual({ task: MILK, unsaved: noted });
  expect(drafts.line).toEqual(line);
});

test('nothing of it is there for who comes next, nor stays on the device', () => {
  const drafts = new Drafts('bob');
  expect(drafts.latest()).toBeUndefined();
  expect(drafts.line).toEqual(NO_LINE);
  expect(sessionStorage).toHaveLength(0);
});

test('the one that was written in last is the latest, until it is given up or as it was', () => {
  const drafts = new Drafts('ana');
  drafts.keep(BREAD, { ...UNTOUCHED, subtask: 'Rye' });
  expect(drafts.latest()?.task.id).toBe('bread');
  drafts.keep(MILK, { ...noted, label: 'shop' });
  expect(drafts.latest()?.task.id).toBe('milk');
  drafts.drop('milk');
  expect(drafts.latest()?.task.id).toBe('bread');
  drafts.keep(BREAD, UNTOUCHED);
  expect(drafts.latest()).toBeUndefined();
});

test('who logs out leaves none', () => {
  new Drafts('ana').clear();
  expect(sessionStorage).toHaveLength(0);
});

test.each([
  { ...UNTOUCHED, subtask: 'Rye' },
  { ...UNTOUCHED, label: 'shop' },
  { ...UNTOUCHED, reminder: { ...UNTOUCHED.reminder, amount: 3 } },
  { ...UNTOUCHED, reminder: { ...UNTOUCHED.reminder, wall: '2031-05-01T09:00' } },
  noted,
])('%o is worth keeping', (unsaved) => expect(isUntouched(unsaved)).toBe(false));
