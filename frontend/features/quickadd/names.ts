/** `#project` and `@label`.
 *
 * A `#` finds a project of that name, else a label; a `@` finds a label. Names of several words are found as well, and
 * case, accents and hyphens don't count. A single word that names nothing yet will be made.
 */

import type { Line, Span } from './line';

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
const NEW_NAME = '\\p{L}[\\p{L}\\p{M}\\p{N}_-]*';

/** All of them, taken from the line: one project, and each label once. */
export function readNames(line: Line, { projects, labels }: Names): Mark[] {
  const marks: Mark[] = [];
  const put = (kind: Mark['kind'], span: Span, named: Named) => {
    const isOther = (mark: Mark) => kind === 'label' && folded(mark.named.name) !== folded(named.name);
    if (marks.some((mark) => mark.kind === kind && !isOther(mark))) return;
    marks.push({ kind, span, named });
    line.take(span);
  };
  for (const { start, text } of line.matches('[#@](?=\\S)\\S*').reverse()) {
    const isProject = text.startsWith('#');
    const project = isProject ? longest(line, start, projects) : null;
    const label = project ? null : longest(line, start, labels);
    if (project) put('project', project.span, project.named);
    else if (label) put('label', label.span, label.named);
    else {
      const made = line.at(`[#@]${NEW_NAME}`, start);
      if (made) put(isProject ? 'project' : 'label', made, { id: null, name: line.text.slice(start + 1, made.end) });
    }
  }
  return marks;
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
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
}
