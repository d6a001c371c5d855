export const TEXT = {
  add: 'New project',
  archive: (name: string) => `Archive “${name}”`,
  archived: 'Archived',
  cancel: 'Cancel',
  edit: (name: string) => `Edit the project “${name}”`,
  editing: 'Edit project',
  heading: 'Projects',
  none: 'A project holds what belongs together.',
  remove: (name: string) => `Delete “${name}”`,
  removed: (tasks: number) =>
    tasks === 0
      ? 'There is no task in it. It can’t be brought back.'
      : tasks === 1
        ? 'Its task stays, without a project. The project can’t be brought back.'
        : `Its ${tasks} tasks stay, without a project. The project can’t be brought back.`,
  removeIt: 'Delete project',
  removing: (name: string) => `Delete “${name}”?`,
  unarchive: (name: string) => `Bring “${name}” back from the archive`,
} as const;
