export const TEXT = {
  add: 'New label',
  addIt: 'Add label',
  addNamed: 'Name of a new label',
  cancel: 'Cancel',
  color: 'Colour',
  colors: {
    '#64748b': 'Slate',
    '#dc2626': 'Red',
    '#ea580c': 'Orange',
    '#ca8a04': 'Yellow',
    '#059669': 'Green',
    '#0891b2': 'Cyan',
    '#4f46e5': 'Indigo',
    '#c026d3': 'Pink',
  },
  edit: (name: string) => `Edit the label “${name}”`,
  editing: 'Edit label',
  heading: 'Labels',
  name: 'Name',
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
  save: 'Save',
} as const;
