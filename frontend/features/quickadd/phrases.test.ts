import { expect, test } from 'vitest';
import { wallOf } from '@/features/tasks/zone';
import type { Named } from './names';
import { parse } from './parse';
import phrases from './phrases.golden.json';

/** A line, and what it means on Wednesday, 11 March 2026, at ten in the morning in Vienna. */
interface Phrase {
  text: string;
  title: string;
  /** A day, or a day and what the clocks there show then. */
  due?: string;
  rule?: string;
  /** Counted from when the last one was done. */
  afterDone?: boolean;
  priority?: string;
  /** With a plus before it, where it is to be made. */
  project?: string;
  labels?: string[];
  reminders?: string[];
}

const NOW = new Date('2026-03-11T09:00:00Z');
const ZONE = 'Europe/Vienna';
const PROJECTS = ['Home', 'Work', 'Side Project', 'Café'].map((name) => ({ id: name, name }));
const LABELS = ['errand', 'phone', 'waiting for'].map((name) => ({ id: name, name }));

function said({ id, name }: Named): string {
  return id === null ? `+${name}` : name;
}

function meaning(text: string): Phrase {
  const parsed = parse(text, NOW, ZONE, { projects: PROJECTS, labels: LABELS, dayFirst: true });
  const { title, due, repeats, priority, project, labels, reminders } = parsed;
  return {
    text,
    title,
    ...(due && { due: due.includes('T') ? wallOf(new Date(due), ZONE).slice(0, 16).replace('T', ' ') : due }),
    ...(repeats && { rule: repeats.rule }),
    ...(repeats?.mode === 'COMPLETION' && { afterDone: true }),
    ...(priority && { priority }),
    ...(project && { project: said(project) }),
    ...(labels.length > 0 && { labels: labels.map(said) }),
    ...(reminders.length > 0 && { reminders: [...reminders] }),
  };
}

test.each(phrases as Phrase[])('$text', (phrase) => {
  expect(meaning(phrase.text)).toEqual(phrase);
});
