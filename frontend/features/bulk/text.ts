export const TEXT = {
  all: 'Select all',
  choose: (title: string) => `Select “${title}”`,
  chosen: (count: number) => `${count} selected`,
  clear: 'End selecting',
  complete: 'Complete',
  completed: (count: number) => `${counted(count)} completed.`,
  label: 'Label',
  labelled: (count: number, label: string) => `${counted(count)} labelled “${label}”.`,
  move: 'Move',
  moved: (count: number, project: string | null) =>
    project === null ? `${counted(count)} taken out of their project.` : `${counted(count)} moved to “${project}”.`,
  noProject: 'No project',
  remove: 'Delete',
  removed: (count: number) => `${counted(count)} deleted.`,
  reopen: 'Reopen',
  reopened: (count: number) => `${counted(count)} reopened.`,
  start: 'Select tasks',
  toolbar: 'Selected',
} as const;

function counted(count: number): string {
  return count === 1 ? '1 task was' : `${count} tasks were`;
}
