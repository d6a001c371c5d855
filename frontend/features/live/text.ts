export const TEXT = {
  connecting: 'Connecting',
  live: 'Live',
  offline: 'Offline',
  polling: 'Live, every 2 seconds',
  reconnecting: 'Reconnecting',
  waiting: (count: number) => `${count} unsaved`,
} as const;
