import { TEXT } from './text';

/** What a project or a label can be given; one from elsewhere may have another. */
export const COLORS = Object.keys(TEXT.colors) as (keyof typeof TEXT.colors)[];

/** The next one that none has yet, as far as there is one. */
export function nextColor(used: readonly string[]): string {
  const [, ...bright] = COLORS;
  return bright.find((color) => !used.includes(color)) ?? bright[used.length % bright.length] ?? COLORS[0] ?? '#64748b';
}
