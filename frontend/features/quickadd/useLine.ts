import { useMemo, useState } from 'react';
import type { Label, Project } from '@/features/tasks/board';
import { useWhen } from '@/features/tasks/when';
import { type Options, parse, without } from './parse';
import type { Reading } from './readings';

interface Typed {
  text: string;
  /** What of it is to be plain words. */
  plain: readonly string[];
}

const EMPTY: Typed = { text: '', plain: [] };

/** The line as it is typed, and what it means by now. */
export function useLine(projects: readonly Project[], labels: readonly Label[]) {
  const when = useWhen();
  const [typed, setTyped] = useState(EMPTY);
  const options = useMemo(() => optionsOf(projects, labels), [projects, labels]);
  const read = (at: Date) => parse(typed.text, at, when.zone, { ...options, plain: typed.plain });

  return {
    text: typed.text,
    when,
    // biome-ignore lint/correctness/useExhaustiveDependencies: `read` is of these
    parsed: useMemo(() => read(new Date()), [typed, options, when]),
    /** What it means at this very moment. */
    readNow: () => read(new Date()),
    type: (text: string) => setTyped(({ plain }) => (text.trim() ? { text, plain } : { ...EMPTY, text })),
    /** Takes a reading back: its words become words of the title. */
    unread: (reading: Reading) =>
      setTyped(({ text, plain }) => ({ text, plain: without([reading], text, { ...options, plain }).plain ?? [] })),
    /** Empties it; what is returned puts back what was there, where nothing is typed meanwhile. */
    clear() {
      setTyped(EMPTY);
      return () => setTyped((current) => (current.text.trim() ? current : typed));
    },
  };
}

function optionsOf(projects: readonly Project[], labels: readonly Label[]): Options {
  // Of two with one name, the one that is not archived.
  const sorted = [...projects].sort((one, other) => Number(other.archived) - Number(one.archived));
  return { projects: sorted, labels, dayFirst: isDayFirst() };
}

/** Whether the browser's language writes the day before the month. */
function isDayFirst(): boolean {
  const order = new Intl.DateTimeFormat().formatToParts(new Date()).map(({ type }) => type);
  return order.indexOf('day') < order.indexOf('month');
}
