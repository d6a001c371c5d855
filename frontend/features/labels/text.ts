export const TEXT = {
  add: 'New label',
  addIt: 'Add label',
  addNamed: 'Name of a new label',
  cancel: 'Cancel',
  edit: (name: string) => `Edit the label “${name}”`,
  editing: 'Edit label',
  heading: 'Labels',
  none: 'A label gathers tasks of several projects.',
  remove: (name: string) => `Delete the label “${name}”`,
  removeIt: 'Delete label',
  removed: (tasks: number) =>
    tasks === 0
      ? 'No task has it. It can’t be brought back.'
      : tasks === 1
        ? 'The task that has it stays, without it. The label can’t be brought back.'
        : `The ${tasks} tasks that have it stay, without it. The label can’t be brought back.`,
  removing: (name: string) => `Delete “${name}”?`,
} as const;
