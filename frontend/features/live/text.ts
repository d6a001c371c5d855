export const TEXT = {
  connecting: 'Connecting',
  live: 'Live',
  offline: 'Offline',
  polling: 'Live, by polling',
  reconnecting: 'Reconnecting',
  waiting: (count: number) => `${count} unsaved`,
} as const;
