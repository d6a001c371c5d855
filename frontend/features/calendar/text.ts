interface Counts {
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
}

const counts = ({ created, updated, unchanged, skipped }: Counts) =>
  [
    `${created} new`,
    `${updated} changed`,
    `${unchanged} as they are`,
    ...(skipped ? [`${skipped} left out`] : []),
  ].join(', ');

export const TEXT = {
  cancel: 'Cancel',
  choose: 'Choose a file',
  create: 'Make an address',
  endsOld: 'Calendars that read the address there is will find nothing any more.',
  eventsUrl: 'Address with events',
  eventsUrlHint: 'For calendars that show no to-dos, such as Google Calendar and Outlook.',
  exportCalendar: 'Tasks (.ics)',
  exportData: 'Everything (.json)',
  feedNone: 'There is none.',
  feedThere: (made: string, read: string | null) =>
    `Made: ${made}. ${read ? `Last read: ${read}.` : 'No calendar has read it yet.'}`,
  import: 'Import',
  imported: (told: Counts) => `Imported: ${counts(told)}.`,
  keepsAll: 'Everything in it can be kept.',
  notKept: 'What can’t be kept',
  once: 'They are shown this once. Who has one can read your tasks.',
  replace: 'Make a new address',
  replaceTitle: 'Make a new address?',
  revoke: 'Revoke',
  revokeTitle: 'Revoke the address?',
  url: 'Address with to-dos',
  urlHint: 'For calendars that show to-dos, such as Thunderbird and Nextcloud.',
  working: 'Reading the file …',
  would: (name: string, told: Counts) => `${name}: ${counts(told)}. Nothing is changed yet.`,
} as const;
