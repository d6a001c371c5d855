import { expect, test } from 'vitest';
import { ALL, addressOf, filtersOf, type Place, placeOf, toggled, viewOf } from './place';

test.each<[string, Place]>([
  ['/', ALL],
  ['/?view=today', viewOf('today')],
  ['/?view=project&id=home', viewOf('project', 'home')],
  ['/?view=month&month=2026-11', { ...viewOf('month'), month: '2026-11' }],
  [
    '/?view=upcoming&label=calm&label=urgent&priority=urgent&priority=low&state=open&q=oat+milk',
    {
      ...viewOf('upcoming'),
      labels: ['calm', 'urgent'],
      priorities: ['URGENT', 'LOW'],
      state: 'open',
      words: 'oat milk',
    },
  ],
])('%s is a place, and the place is that address', (address, place) => {
  expect(placeOf(address.slice(1))).toEqual(place);
  expect(addressOf(place)).toBe(address);
});

test.each([
  ['?view=yesterday', ALL],
  ['?view=project', ALL],
  ['?view=month&month=2026-13', viewOf('month')],
  ['?view=today&month=2026-11', viewOf('today')],
  ['?view=today&id=home', viewOf('today')],
  ['?priority=enormous&state=lost', ALL],
])('what is not understood of %s is left out', (search, place) => {
  expect(placeOf(search)).toEqual(place);
});

test('filters are counted, and put in and out', () => {
  expect(filtersOf(ALL)).toBe(0);
  expect(filtersOf({ ...ALL, words: 'milk', labels: ['calm'], priorities: ['LOW'], state: 'done' })).toBe(3);
  expect(toggled(['a'], 'b')).toEqual(['a', 'b']);
  expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
});
