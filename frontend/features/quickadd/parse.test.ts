import { expect, test } from 'vitest';
import { shapeOf } from '@/features/recurrence/rule';
import { type Options, type Parsed, parse, without } from './parse';
import phrases from './phrases.golden.json';
import { chipText, patternText } from './words';

const NOW = new Date('2026-03-11T09:00:00Z');
const VIENNA = 'Europe/Vienna';
const OPTIONS: Options = { projects: [{ id: 'home', name: 'Home' }], labels: [], dayFirst: true };

const read = (text: string, options: Partial<Options> = {}, now = NOW, zone = VIENNA) =>
  parse(text, now, zone, { ...OPTIONS, ...options });

/** The text with everything that is understood cut out. */
function rest(text: string, { readings, skipped }: Parsed): string {
  return [...readings, ...skipped]
    .sort((one, other) => other.start - one.start)
    .reduce((left, { start, end }) => left.slice(0, start) + left.slice(end), text);
}

const letters = (text: string) => text.replace(/\s+/g, '');

/** The same numbers on each run. */
function* randoms(seed: number) {
  for (let state = seed; ; ) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

const PIECES = [
  ...['9999', 'years', 'weeks', 'times', '99/99', '31', '00:00', '24:00', '0'],
  ...new Set(phrases.flatMap(({ text }) => text.split(' '))),
  ...[
    '"',
    '“',
    '\\',
    '#',
    '@',
    '!',
    '*',
    '/',
    ',',
    '(',
    ')',
    '  ',
    '\t',
    '\u00a0',
    '\uE000',
    '\uE001',
    '🙂',
    'İ',
    'ß',
    '́',
  ],
];

test('title and readings cover the whole line, each part once, whatever is typed', () => {
  const random = randoms(7);
  const next = () => random.next().value as number;
  for (let round = 0; round < 400; round++) {
    const words = Array.from({ length: 1 + Math.floor(next() * 14) }, () => PIECES[Math.floor(next() * PIECES.length)]);
    const text = words.join(next() < 0.8 ? ' ' : '');
    const parsed = read(text);
    expect(letters(parsed.title), text).toBe(letters(rest(text, parsed)));
    for (const [index, { start, end }] of parsed.readings.entries()) {
      expect(start, text).toBeLessThan(end);
      expect(start, text).toBeGreaterThanOrEqual(parsed.readings[index - 1]?.end ?? 0);
    }
  }
});

test.each([
  ['spaces', `every${' '.repeat(490)}day`],
  ['quotes', '"'.repeat(500)],
  ['backslashes', '\\ \\'.repeat(160)],
  ['marks', '#@!*'.repeat(125)],
  ['words of one kind', 'every '.repeat(83)],
  ['a list of days', `every ${'mon, '.repeat(98)}`],
  ['numbers', '1/2/3 4:5 '.repeat(50)],
  ['readings', 'tomorrow at 9 #a @b p1 '.repeat(21)],
  ['brackets', '('.repeat(250) + ')'.repeat(250)],
  ['one word', 'x'.repeat(500)],
])('500 characters of %s are read without going back and forth over them', (_, text) => {
  const begun = performance.now();
  read(text);
  expect(performance.now() - begun).toBeLessThan(2_000); // what goes back and forth over them takes minutes
});

test('the words for a pattern mean that pattern', () => {
  for (const { text } of phrases) {
    const { pattern, repeats } = read(text, {}, NOW);
    if (!pattern) continue;
    const again = read(`Title ${patternText(pattern)}`);
    expect(again.title, text).toBe('Title');
    expect({ ...again.pattern, part: pattern.part }, text).toEqual(pattern);
    expect(again.repeats?.mode, text).toBe(repeats?.mode);
  }
});

test('what the editor’s form can say is written as the form writes it', () => {
  const frame = { timeZone: VIENNA, allDay: true };
  const unshown = phrases.flatMap(({ text }) => {
    const { repeats, due } = read(text);
    const isShown = !repeats || shapeOf(repeats.rule, { ...frame, allDay: due?.includes('T') === false });
    return isShown ? [] : [repeats.rule.replace(/;UNTIL.*|;COUNT.*/, '')];
  });
  expect([...new Set(unshown)].sort()).toEqual([
    'FREQ=HOURLY',
    'FREQ=HOURLY;INTERVAL=12',
    'FREQ=HOURLY;INTERVAL=4',
    'FREQ=HOURLY;INTERVAL=6',
    'FREQ=HOURLY;INTERVAL=8',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1',
    'FREQ=MONTHLY;BYMONTHDAY=1,15',
    'FREQ=MONTHLY;BYMONTHDAY=10,25',
    'FREQ=YEARLY;BYMONTH=11;BYDAY=-1FR',
    'FREQ=YEARLY;BYMONTH=11;BYDAY=4TH',
  ]);
});

test('what is turned back into words is no part of any other reading', () => {
  const text = 'Pay rent every month on the 1st at 9';
  const { readings } = read(text);
  const [repeats, time] = readings;
  if (!repeats || !time) throw new Error('Not understood.');
  const options = without([repeats], text, OPTIONS);
  expect(read(text, options)).toMatchObject({
    title: 'Pay rent every month on the 1st',
    repeats: null,
    due: '2026-03-12T08:00:00.000Z',
  });
  expect(read(`${text} #home`, without([time], text, options))).toMatchObject({
    title: text,
    due: null,
    project: { id: 'home' },
  });
});

test('what is turned back stays so while the line is written on', () => {
  const off = (text: string) => {
    const [reading] = read(text).readings;
    return reading ? without([reading], text, OPTIONS) : OPTIONS;
  };
  expect(read('Call mum tomorrow at 9', off('Call mum tomorrow')).title).toBe('Call mum tomorrow');
  expect(read('So, call mum tomorrow', off('Call mum, tomorrow')).readings).toEqual([]);
  expect(read('Fix @a @apple', off('Fix @a'))).toMatchObject({ title: 'Fix @a', labels: [{ name: 'apple' }] });
});

test('days and times go by the clocks of the zone', () => {
  expect(read('Call tomorrow at 9', {}, new Date('2026-03-11T23:30:00Z')).due).toBe('2026-03-13T08:00:00.000Z');
  expect(read('Call tomorrow', {}, new Date('2026-03-11T10:30:00Z'), 'Pacific/Kiritimati').due).toBe('2026-03-13');
  expect(read('Call tomorrow', {}, new Date('2026-03-11T09:30:00Z'), 'Pacific/Niue').due).toBe('2026-03-11');
  expect(read('Call every day at 9', {}, new Date('2026-03-28T12:00:00Z')).due).toBe('2026-03-29T07:00:00.000Z');
});

test('what the clocks skip comes after the gap, and what comes twice is the first', () => {
  expect(read('Call 29 mar at 2:30am').due).toBe('2026-03-29T01:30:00.000Z');
  expect(read('Call 25 oct at 2:30am').due).toBe('2026-10-25T00:30:00.000Z');
});

test('a date of two numbers is read as the language writes it, where it can be', () => {
  expect(read('Call on 3/4').due).toBe('2026-04-03');
  expect(read('Call on 3/4', { dayFirst: false }).due).toBe('2027-03-04');
  expect(read('Call on 25/4', { dayFirst: false }).due).toBe('2026-04-25');
});

test('a time without a day is the next such one, and one with a day is on that day', () => {
  const late = new Date('2026-03-11T21:30:00Z'); // half past ten in the evening
  expect(read('Call at 23:00', {}, late).due).toBe('2026-03-11T22:00:00.000Z');
  expect(read('Call at 9', {}, late).due).toBe('2026-03-12T08:00:00.000Z');
  expect(read('Call today at 9', {}, late).due).toBe('2026-03-11T08:00:00.000Z');
  expect(read('Call tonight', {}, late).due).toBe('2026-03-11');
  expect(read('Call every day at 9', {}, late).due).toBe('2026-03-12T08:00:00.000Z');
});

test('a reminder is one only where there is something to count from', () => {
  expect(read('Call mum remind me 10 minutes before')).toMatchObject({
    title: 'Call mum remind me 10 minutes before',
    reminders: [],
  });
  expect(read('Call mum at 11 remind me 10 minutes before').reminders).toEqual(['PT10M']);
});

test('chips say what is meant', () => {
  const chips = (text: string) => {
    const parsed = read(text);
    return parsed.readings.map((reading) => chipText(reading, parsed, { now: NOW, zone: VIENNA }));
  };
  expect(chips('Pay rent every month on the 1st #home #rent !high @bank')).toEqual([
    'every month on the 1st',
    'Home',
    'High',
    'New label: bank',
  ]);
  expect(chips('Course every tue from tomorrow until 2027-12-24 *2h #uni')).toEqual([
    'every Tuesday',
    expect.stringMatching(/^from /),
    expect.stringMatching(/^until .*2027/),
    '2 hours before',
    'New project: uni',
  ]);
});
