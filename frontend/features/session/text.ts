export const TEXT = {
  email: 'Email',
  haveAccount: 'I have an account',
  logIn: 'Log in',
  logOut: 'Log out',
  name: 'Name',
  newHere: 'I’m new here',
  password: 'Password',
  passwordHint: 'At least 8 characters.',
  promise: 'The same on all your devices, a moment after you change it on one.',
  restoring: 'Signing you in',
  signUp: 'Sign up',
  unreachable: 'The server can’t be reached. Please try again.',
} as const;
