/** The title: what is left of a line. */

import type { Span } from './line';

/** The readings in the order of the text, each with the comma or the brackets that would be left of it. */
export function absorbed<Reading extends Span>(text: string, readings: readonly Reading[]): Reading[] {
  const sorted = [...readings].sort((one, other) => one.start - other.start);
  return sorted.map((reading, index) => {
    let { start, end } = reading;
    const from = sorted[index - 1]?.end ?? 0;
    const to = sorted[index + 1]?.start ?? text.length;
    if (text[start - 1] === '(' && text[end] === ')' && start > from && end < to) {
      start--;
      end++;
    }
    if (text[end] === ',' && end < to) end++;
    const before = /,\s*$/.exec(text.slice(from, start));
    if (before && text.slice(end).trim() === '') start = from + before.index;
    return { ...reading, start, end };
  });
}

export function titleOf(text: string, spans: readonly Span[]): string {
  let title = '';
  let from = 0;
  for (const { start, end } of [...spans].sort((one, other) => one.start - other.start)) {
    title += text.slice(from, start) + (end - start > 1 ? ' ' : '');
    from = end;
  }
  return `${title}${text.slice(from)}`
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.;:!?)]+(?: |$))/g, '')
    .trim();
}
