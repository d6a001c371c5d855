export const TEXT = {
  about: 'What was deleted stays here for 30 days.',
  daysLeft: (days: number) =>
    days < 1 ? 'gone for good today' : days === 1 ? 'gone for good tomorrow' : `gone for good in ${days} days`,
  deleted: (when: string) => `Deleted: ${when}`,
  empty: { title: 'The trash is empty', hint: 'What you delete comes here, and can be restored for 30 days.' },
  list: 'Deleted',
  loading: 'Looking through the trash',
  restore: (title: string) => `Restore “${title}”`,
  restoreIt: 'Restore',
  restored: (title: string) => `“${title}” is back.`,
  title: 'Trash',
  unreachable: 'Only what was deleted since this page was opened: the server can’t be asked for more now.',
  with: (count: number) => (count === 1 ? 'with 1 subtask' : `with ${count} subtasks`),
} as const;
