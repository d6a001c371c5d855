/** `#project` and `@label`.
 *
 * A `#` finds a project of that name, else a label; a `@` finds a label. Names of several words are found as well, and
 * case, accents and hyphens don't count. A single word at an end that names nothing yet will be made.
 */

import { caseless } from '@/ui/caseless';
import type { Line, Span } from './line';
import { leadsToNoun } from './vocabulary';

/** Something with a name; an id of null is still to be made. */
export interface Named {
  id: string | null;
  name: string;
}

export interface Names {
  projects: readonly { id: string; name: string }[];
  labels: readonly { id: string; name: string }[];
}

export interface Mark {
  kind: 'project' | 'label';
  span: Span;
  named: Named;
}

const MOST_WORDS = 8;
/** As long as a name may be. */
const LONGEST = 100;
const NEW_NAME = '\\p{L}[\\p{L}\\p{M}\\p{N}_-]*';

/** Those that there are, taken from the line: one project, and each label once. */
export function readNames(line: Line, { projects, labels }: Names): Mark[] {
  const marks: Mark[] = [];
  for (const { start, text } of line.matches('[#@](?=\\S)\\S*').reverse()) {
    const project = text.startsWith('#') ? longest(line, start, projects) : null;
    const label = project ? null : longest(line, start, labels);
    if (project) put(line, marks, { kind: 'project', ...project });
    else if (label) put(line, marks, { kind: 'label', ...label });
  }
  return marks;
}

/** One that is still to be made. It stands at an end: `Fix #header styles` and `Write to @ana` are titles. */
export function readNewName(line: Line, known: readonly Mark[]): Mark | null {
  const marks = [...known];
  for (const match of line.matches(`[#@]${NEW_NAME}`)) {
    if (!line.isAtEnd(match) && !line.isFirst(match)) continue;
    if (leadsToNoun(line.wordBefore(match.start)) || /^(?:at|by|with)$/i.test(line.wordBefore(match.start))) continue;
    if (match.text.length > LONGEST + 1) continue;
    const kind = match.text.startsWith('#') ? 'project' : 'label';
    const named = { id: null, name: line.text.slice(match.start + 1, match.end) };
    if (put(line, marks, { kind, span: match, named })) return marks.at(-1) ?? null;
  }
  return null;
}

function put(line: Line, marks: Mark[], mark: Mark): boolean {
  const { kind, span, named } = mark;
  const isTwice = (other: Mark) => kind === 'project' || folded(other.named.name) === folded(named.name);
  if (marks.some((other) => other.kind === kind && isTwice(other))) return false;
  marks.push(mark);
  line.take(span);
  return true;
}

/** The one with the longest name that stands there. */
function longest(line: Line, start: number, known: Names['projects']): { span: Span; named: Named } | null {
  const byName = new Map(known.map((one) => [folded(one.name), one]));
  for (const { end } of line.wordsFrom(start).slice(0, MOST_WORDS).reverse()) {
    const said = line.text.slice(start + 1, end);
    for (const text of [said, said.replace(/[,.;:!?)]+$/, '')]) {
      const found = text && byName.get(folded(text));
      if (found) return { span: { start, end: start + 1 + text.length }, named: { id: found.id, name: found.name } };
    }
  }
  return null;
}

function folded(name: string): string {
  return caseless(name)
    .replace(/[\s_-]+/g, ' ')
    .trim();
}
