export const TEXT = {
  answered: (status: number) => `The server answered ${status}.`,
  busy: 'The server can’t answer right now.',
  gone: 'Signed out before the last changes were saved. They are gone.',
  kept: 'You were signed out. What is not saved yet waits on this device until you sign in again.',
  noAnswer: 'The server gave no answer.',
  tryAgain: 'That didn’t work. Please try again.',
  unheard: 'Another tab sent this, and was closed. What you see is what the server has.',
  unreachable: 'The server can’t be reached.',
  wrong: 'Something went wrong.',
} as const;
