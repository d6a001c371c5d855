const WHAT: Record<string, string> = {
  CreateTask: 'Adding',
  MoveTask: 'Moving',
  LabelTask: 'Labelling',
  UnlabelTask: 'Taking a label off',
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
  CreateLabel: 'Adding the label',
  UpdateLabel: 'Changing the label',
  DeleteLabel: 'Deleting a label',
  UpdateViewer: 'Changing your profile',
};

/** So many are named; of the others it is said how many. */
const NAMED = 3;
const list = new Intl.ListFormat('en');
const quoted = (titles: readonly string[]) => {
  const more = titles.length - NAMED;
  return list.format([...titles.slice(0, NAMED).map((title) => `“${title}”`), ...(more > 0 ? [`${more} more`] : [])]);
};

export const TEXT = {
  again: 'Try again',
  clash: 'It was changed on another device meanwhile.',
  dismiss: 'Dismiss',
  gone: 'The task is not there any more. What you wrote:',
  mine: 'Yours:',
  notSaved: (deed: string, titles: readonly string[]) =>
    `${[WHAT[deed] ?? 'Changing', quoted(titles)].filter(Boolean).join(' ')} did not work.`,
  restore: 'Restore the task',
  review: 'Choose',
  takeTheirs: 'Keep theirs',
  theirs: 'Theirs:',
  title: 'Not saved',
  yourEdit: (title: string | undefined) => `Your edit of “${title ?? ''}” was not saved.`,
} as const;
