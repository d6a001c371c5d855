/** The title: what is left of a line. */

import type { Span } from './line';

/** What would be left of it where only readings stand before or after: a comma, a colon, a dash. */
const LEADING = /^\s*(?:[,:;]|[-–—](?=\s))/;
const TRAILING = /(?:\s*[,:;]|\s[-–—])\s*$/;

/** The readings in the order of the text, each with the marks that would be left of it. */
export function absorbed<Reading extends Span>(text: string, readings: readonly Reading[]): Reading[] {
  const sorted = [...readings].sort((one, other) => one.start - other.start);
  const isBlank = (from: number, to: number) => text.slice(from, to).trim() === '';
  let isFirst = true;
  for (let index = 0; index < sorted.length; index++) {
    const reading = sorted[index] as Reading;
    const from = sorted[index - 1]?.end ?? 0;
    const to = sorted[index + 1]?.start ?? text.length;
    let { start, end } = reading;
    if (start > from && end < to && text[start - 1] === '(' && text[end] === ')') {
      start--;
      end++;
    }
    isFirst &&= isBlank(from, start);
    const after = text.slice(end, to);
    end += isFirst ? (LEADING.exec(after)?.[0].length ?? 0) : after.startsWith(',') ? 1 : 0;
    sorted[index] = { ...reading, start, end };
  }
  for (let index = sorted.length - 1; index >= 0; index--) {
    const reading = sorted[index] as Reading;
    if (!isBlank(reading.end, sorted[index + 1]?.start ?? text.length)) break;
    const before = TRAILING.exec(text.slice(sorted[index - 1]?.end ?? 0, reading.start));
    sorted[index] = { ...reading, start: reading.start - (before?.[0].length ?? 0) };
  }
  return sorted;
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

/** Whether there is more to it than marks. */
export function isTitle(title: string): boolean {
  return /[^\s\p{P}]/u.test(title);
}
