export const TEXT = {
  connecting: 'Connecting',
  live: 'Live',
  offline: 'Offline',
  reconnecting: 'Reconnecting',
  waiting: (count: number) => `${count} unsaved`,
} as const;
