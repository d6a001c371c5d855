export const TEXT = {
  added: (title: string, where: string) => `“${title}” was added to ${where}.`,
  clearFilters: 'Clear filters',
  empty: {
    all: {
      title: 'A clear desk',
      hint: 'Write down the first thing on your mind above, and press Enter.',
    },
    today: {
      title: 'Nothing left for today',
      hint: 'What is due today, and what is late, gathers here. A task that you add here is due today.',
    },
    upcoming: {
      title: 'Nothing on the horizon',
      hint: 'Tasks with a date stand here, day by day. Give a task one with its pencil.',
    },
    project: {
      title: 'Nothing to do in this project',
      hint: 'What you add here belongs to it. Tasks that are elsewhere move here with their editor.',
    },
    label: {
      title: 'No task has this label',
      hint: 'A label gathers tasks of several projects. What you add here gets it.',
    },
    filtered: {
      title: 'No task matches',
      hint: 'Take a filter away, or search for fewer words. A search looks at titles and notes.',
    },
    done: 'All done here.',
  },
  filter: 'Filter',
  filtersChosen: 'chosen',
  labels: 'Labels',
  lists: 'Lists',
  nav: 'Views and lists',
  noPriority: 'No priority',
  priority: 'Priority',
  search: 'Search tasks',
  show: 'Show',
  state: 'State',
  states: { any: 'Open and done', open: 'Open only', done: 'Done only' },
  takeAway: (filter: string) => `Take the filter “${filter}” away`,
  loading: 'Loading',
  views: { all: 'All tasks', today: 'Today', upcoming: 'Upcoming', month: 'Calendar', trash: 'Trash' },
  viewsNav: 'Views',
} as const;
