export const TEXT = {
  about: 'A todo list that is the same on all your devices a moment after you change it on one.',
  api: {
    title: 'API',
    about: 'All that this app does, your own programs can do as well.',
  },
  channels: {
    title: 'Where reminders reach you',
    about: 'Besides the pages of TaskFlow that you have open.',
  },
  delete: {
    title: 'Delete the account',
    about: 'Export first what you want to keep.',
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
  news: {
    title: 'Other devices',
    about: 'In this browser. What happens elsewhere is shown at once either way.',
  },
  password: {
    title: 'Password',
    about: 'A new one signs all other devices out.',
  },
  profile: {
    title: 'Profile',
    about: 'Who you are, and which clock your days go by.',
  },
  sessions: {
    title: 'Where you are signed in',
    about: 'A device that you don’t know should be signed out, and the password changed.',
  },
  settings: 'Settings',
  theme: {
    title: 'Appearance',
    about: 'In this browser.',
  },
  update: 'Use it',
  updateThere: 'There is a new version of TaskFlow.',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
} as const;
