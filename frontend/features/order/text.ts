export const TEXT = {
  down: (title: string) => `Move “${title}” down`,
  first: 'It is the first one.',
  last: 'It is the last one.',
  moved: (title: string, place: number, of: number) => `“${title}” is now ${place} of ${of}.`,
  up: (title: string) => `Move “${title}” up`,
} as const;
