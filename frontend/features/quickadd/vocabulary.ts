/** The words that are understood, as parts of patterns. */

import { WEEKDAYS, type Weekday } from '@/features/recurrence/rule';

const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

export const WEEKDAY =
  '(?:monday|mon|tuesday|tues|tue|wednesday|wed|thursday|thurs|thur|thu|friday|fri|saturday|sat|sunday|sun)';
export const MONTH =
  '(?:january|jan|february|feb|march|mar|april|apr|may|june|jun|july|jul|august|aug|september|sept|sep|october|oct|november|nov|december|dec)';
export const NUMBER = `(?:[1-9]\\d{0,3}|${NUMBERS.join('|')})`;
/** Which of several. */
export const ORDINAL = `(?:1st|2nd|3rd|4th|5th|${ORDINALS.join('|')}|last)`;
/** A day of a month that says that it is one. */
export const NTH_DAY = '(?:1st|2nd|3rd|21st|22nd|23rd|31st|1[0-9]th|20th|2[4-9]th|30th|[4-9]th)';
/** A day of a month beside the name of that month. */
export const MONTH_DAY = `(?:${NTH_DAY}|0?[1-9]|[12][0-9]|3[01])`;
export const YEAR = '(?:20\\d\\d)';
export const PART_OF_DAY = '(?:morning|afternoon|evening|night)';

/** When a part of the day begins for who says no more than that. */
export const PART_TIMES = { morning: '09:00', afternoon: '15:00', evening: '19:00', night: '21:00' } as const;
export type PartOfDay = keyof typeof PART_TIMES;

/** Weekdays, also with nothing but a space or a slash between. */
export const WEEKDAY_LIST = `(?:${WEEKDAY}s?(?:(?:\\s*,\\s*(?:and\\s+)?|\\s+and\\s+|\\s*[&/+]\\s*|\\s+)${WEEKDAY}s?)*)`;

/** One or more, with commas or `and` between. */
export function listOf(item: string): string {
  return `${item}(?:(?:\\s*,\\s*(?:and\\s+)?|\\s+and\\s+|\\s*&\\s*)${item})*`;
}

export function numberOf(word: string): number {
  const index = NUMBERS.indexOf(word.toLowerCase());
  if (index >= 0) return index + 1;
  return /^(?:an?|the)$/i.test(word) ? 1 : Number(word);
}

/** -1 is the last. */
export function ordinalOf(word: string): number {
  if (word.toLowerCase() === 'last') return -1;
  return Number.parseInt(word, 10) || ORDINALS.indexOf(word.toLowerCase()) + 1;
}

export function partNamed(word: string | undefined): PartOfDay | null {
  return (Object.keys(PART_TIMES) as PartOfDay[]).find((part) => part === word?.toLowerCase()) ?? null;
}

export function weekdayNamed(word: string): Weekday {
  return WEEKDAYS.find((day) => word.slice(0, 2).toUpperCase() === day) ?? 'MO';
}

export function monthNamed(word: string): number {
  return MONTHS.indexOf(word.slice(0, 3).toLowerCase()) + 1;
}

const LEADS_TO_NOUN =
  /^(?:a|about|after|an|and|ash|before|between|black|casual|coming|cyber|easter|every|except|for|from|good|her|his|in|last|like|my|next|of|or|our|palm|past|previous|since|super|than|that|the|their|these|this|those|till|to|until|vs|whose|your)$/i;

/** Whether a day or a time after this word is something that the title speaks of, and not when it is due. */
export function leadsToNoun(word: string): boolean {
  return LEADS_TO_NOUN.test(word);
}

/** All of these in a text, in their order. */
export function allOf(item: string, text: string): string[] {
  return text.match(new RegExp(`(?<![a-z0-9])${item}`, 'gi')) ?? [];
}
