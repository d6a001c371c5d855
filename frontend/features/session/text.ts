export const TEXT = {
  email: 'Email',
  haveAccount: 'I have an account',
  logIn: 'Log in',
  logOut: 'Log out',
  logOutAnyway: 'Log out anyway',
  logOutTitle: 'Log out with unsaved changes?',
  logOutUnsaved: (count: number) =>
    count === 0
      ? 'Everything is saved by now.'
      : `${count === 1 ? 'A change is' : `${count} changes are`} not on the server yet. Logging out loses what is not saved.`,
  name: 'Name',
  newHere: 'I’m new here',
  password: 'Password',
  passwordHint: 'At least 8 characters.',
  promise: 'The same on all your devices, a moment after you change it on one.',
  restoring: 'Signing you in',
  stay: 'Stay',
  signUp: 'Sign up',
  unreachable: 'The server can’t be reached. Please try again.',
} as const;
