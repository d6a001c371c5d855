const WHAT: Record<string, string> = {
  CreateTask: 'Adding',
  CompleteTask: 'Completing',
  ReopenTask: 'Reopening',
  DeleteTask: 'Deleting',
  RestoreTask: 'Restoring',
  SkipOccurrence: 'Skipping an occurrence of',
  CreateReminder: 'Adding a reminder',
  CancelReminder: 'Removing a reminder',
  SnoozeReminder: 'Snoozing a reminder',
  CreateProject: 'Adding the project',
  UpdateProject: 'Changing the project',
  DeleteProject: 'Deleting a project',
};

export const TEXT = {
  again: 'Try again',
  clash: 'It was changed on another device meanwhile.',
  dismiss: 'Dismiss',
  gone: 'The task is not there any more. What you wrote:',
  mine: 'Yours:',
  notSaved: (name: string, title: string | undefined) =>
    `${WHAT[name] ?? 'Changing'}${title === undefined ? '' : ` “${title}”`} did not work.`,
  restore: 'Restore the task',
  review: 'Choose',
  takeTheirs: 'Keep theirs',
  theirs: 'Theirs:',
  title: 'Not saved',
  yourEdit: (title: string | undefined) => `Your edit of “${title ?? ''}” was not saved.`,
} as const;
