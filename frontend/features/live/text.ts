export const TEXT = {
  connecting: 'Connecting',
  live: 'Live',
  news: {
    added: (title: string) => `Added on another device: ${title}`,
    choice: 'Tell me what is added, completed and deleted on my other devices',
    completed: (title: string) => `Completed on another device: ${title}`,
    deleted: (title: string) => `Deleted on another device: ${title}`,
    many: (count: number) => `${count} changes from another device`,
    show: 'Show',
    spawned: (title: string) => `It is time again: ${title}`,
  },
  offline: 'Offline',
  polling: 'Live, by polling',
  reconnecting: 'Reconnecting',
  unkept: 'keep this tab open: they are nowhere else',
  waiting: (count: number) => `${count} unsaved`,
} as const;
