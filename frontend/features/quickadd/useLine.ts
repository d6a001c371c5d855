import { useEffect, useMemo, useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import type { Label, Project } from '@/features/tasks/board';
import { NO_LINE } from '@/features/tasks/drafts';
import { useWhen } from '@/features/tasks/when';
import { type Options, parse, without } from './parse';
import type { Reading } from './readings';

/** What is longer is no line: it is not read. */
const LONGEST = 2_000;

/** The line as it is typed, and what it means by now. */
export function useLine(projects: readonly Project[], labels: readonly Label[]) {
  const when = useWhen();
  const { drafts } = useHere().store;
  const [typed, setTyped] = useState(drafts.line);
  useEffect(() => {
    drafts.line = typed;
  }, [drafts, typed]);
  const options = useMemo(() => optionsOf(projects, labels), [projects, labels]);
  const read = (at: Date) =>
    typed.text.length > LONGEST
      ? { ...parse('', at, when.zone, options), title: typed.text.trim() }
      : parse(typed.text, at, when.zone, { ...options, plain: typed.plain });

  return {
    text: typed.text,
    when,
    // biome-ignore lint/correctness/useExhaustiveDependencies: `read` is of these
    parsed: useMemo(() => read(new Date()), [typed, options, when]),
    /** What it means at this very moment. */
    readNow: () => read(new Date()),
    type: (text: string) => setTyped(({ plain }) => (text.trim() ? { text, plain } : { ...NO_LINE, text })),
    /** Takes a reading back: its words become words of the title. */
    unread: (reading: Reading) =>
      setTyped(({ text, plain }) => ({ text, plain: without([reading], text, { ...options, plain }).plain ?? [] })),
    clear: () => setTyped(NO_LINE),
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
