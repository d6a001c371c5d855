export const TEXT = {
  channels: {
    title: 'Where reminders reach you',
    about: 'Besides the pages of TaskFlow that you have open.',
  },
  export: {
    title: 'Export',
    about: 'All of it, to keep or to take elsewhere.',
  },
  feed: {
    title: 'Calendar feed',
    about: 'A secret address under which calendars read your tasks with dates. They can change nothing.',
  },
  home: 'All tasks',
  import: {
    title: 'Import',
    about:
      'To-dos of an iCalendar file (.ics), such as other apps export. What was imported before is brought up to date.',
  },
  settings: 'Settings',
} as const;
