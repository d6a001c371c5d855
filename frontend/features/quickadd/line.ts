/** The line that is typed, and which parts of it are understood already.
 *
 * What is in quotes, after a backslash or turned back into plain words is hidden from every reading.
 */

/** Stands for each character of what is understood, and of what must not be. */
const TAKEN = '\uE001';
const HIDDEN = '\uE000';
const BEFORE = `(?<=^|[\\s(,;${TAKEN}])`;
const AFTER = `(?=[,.;:!?)]*(?:\\s|$|${TAKEN}))`;
const QUOTED = /"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|`[^`]*`/g;
const ESCAPED = /(?<=^|\s)\\(?=[^\s\\])\S+/g;
/** Title words before which a day or a time may end. */
const GOES_ON = /^\s(?:about|after|because|before|with)(?:\s|$)/i;
const BEGINS_PART = /^\s(?:at|by|for|from|if|in|near|on|so|then|to|via|when)\s/i;
const ASKS = /^\s*(?:please\s+)?remind\s+me\s/i;
const FREE = new RegExp(`^[,.;:!?)]*\\s*(?:$|${TAKEN})`);

export interface Span {
  start: number;
  end: number;
}

export interface Match extends Span {
  text: string;
  groups: Readonly<Record<string, string | undefined>>;
}

const patterns = new Map<string, RegExp>();

export class Line {
  /** Of the same length as the text. */
  private mask: string;
  /** The backslashes, which are no part of the title. */
  readonly escapes: readonly Span[];

  constructor(
    readonly text: string,
    plain: readonly string[],
  ) {
    this.mask = text.replace(/[\uE000\uE001]/g, HIDDEN).replace(/\s/g, ' ');
    this.escapes = [...text.matchAll(ESCAPED)].map(({ index }) => ({ start: index, end: index + 1 }));
    for (const pattern of [QUOTED, ESCAPED]) {
      for (const { 0: found, index } of text.matchAll(pattern)) this.hide(index, found.length, HIDDEN);
    }
    for (const words of plain.filter(Boolean)) {
      for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) {
        if (isCut(text, at) && isCut(text, at + words.length)) this.hide(at, words.length, HIDDEN);
      }
    }
  }

  /** Whole words that are not taken, the last first. */
  matches(source: string): Match[] {
    return [...this.mask.matchAll(compiled(BEFORE + source + AFTER, 'giu'))].map(matchOf).reverse();
  }

  /** What stands right there. */
  at(source: string, index: number): Match | null {
    const pattern = compiled(source + AFTER, 'iuy');
    pattern.lastIndex = index;
    const found = pattern.exec(this.mask);
    return found && matchOf(found);
  }

  take({ start, end }: Span) {
    this.hide(start, end - start, TAKEN);
  }

  /** Whether no word of the title depends on what ends here: `Sunday` in `Sunday paper` is no day. */
  isFree(span: Span): boolean {
    const { end } = span;
    const after = this.mask.slice(end, end + 12);
    if (this.isAtEnd(span) || GOES_ON.test(after)) return true;
    if (this.isFirst(span) && after.startsWith(': ')) return true;
    return ASKS.test(this.text) && /^\sto\s/i.test(after);
  }

  /** Whether nothing of the title follows. */
  isAtEnd({ end }: Span): boolean {
    return FREE.test(this.mask.slice(end));
  }

  /** Whether a word follows that begins another part of the sentence. */
  goesOn({ end }: Span): boolean {
    return BEGINS_PART.test(this.mask.slice(end, end + 12));
  }

  isFirst({ start }: Span): boolean {
    return this.mask.slice(0, start).trim() === '';
  }

  /** Whether what is understood ends right before this, or begins right after it. */
  touches({ start, end }: Span): boolean {
    return this.follows(start) || new RegExp(`^,?\\s*${TAKEN}`).test(this.mask.slice(end));
  }

  follows(start: number): boolean {
    return new RegExp(`${TAKEN},?\\s*$`).test(this.mask.slice(0, start));
  }

  /** The word before, of the title. */
  wordBefore(start: number): string {
    return /([^\s,;.:(\uE000\uE001]+)\s*$/.exec(this.mask.slice(0, start))?.[1] ?? '';
  }

  wordAfter(end: number): string {
    return /^\s*([^\s,;.:\uE000\uE001]+)/.exec(this.mask.slice(end))?.[1] ?? '';
  }

  /** The words from here to where the first one is hidden or taken, each with where it ends. */
  wordsFrom(start: number): { end: number }[] {
    const [visible = ''] = /^[^\uE000\uE001]*/.exec(this.mask.slice(start)) ?? [];
    return [...visible.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ end: start + index + word.length }));
  }

  private hide(start: number, length: number, by: string) {
    this.mask = this.mask.slice(0, start) + by.repeat(length) + this.mask.slice(start + length);
  }
}

/** Whether no word goes on there: `@a` is not the beginning of `@apple`. */
function isCut(text: string, index: number): boolean {
  return !/^[\p{L}\p{N}]{2}/u.test(text.slice(Math.max(0, index - 1), index + 1)) || index === 0;
}

function compiled(source: string, flags: string): RegExp {
  const key = flags + source;
  const known = patterns.get(key) ?? new RegExp(source, flags);
  patterns.set(key, known);
  return known;
}

function matchOf({ 0: text, index, groups = {} }: RegExpExecArray | RegExpMatchArray): Match {
  const start = index ?? 0;
  return { text, start, end: start + text.length, groups };
}
