export const TEXT = {
  app: 'TaskFlow',
  close: 'Close',
  copied: 'Copied',
  copy: 'Copy',
  failed: 'That didn’t work. Nothing was changed.',
  title: (page: string) => `${page} · TaskFlow`,
} as const;
