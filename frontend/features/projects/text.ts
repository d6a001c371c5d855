export const TEXT = {
  add: 'New project',
  all: 'All tasks',
  cancel: 'Cancel',
  deleteHint: 'Its tasks stay, without a project.',
  heading: 'Projects',
  name: 'Name',
  remove: (name: string) => `Delete “${name}”`,
  rename: (name: string) => `Rename “${name}”`,
  renaming: 'Rename project',
  save: 'Save',
} as const;
