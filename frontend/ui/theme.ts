/** Dark or light: by system, unless somebody chose in this browser. Its tabs share the choice. */

import { BehaviorSubject } from 'rxjs';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const STORED_AS = 'taskflow-theme';

/** Runs in the page's head, before anything is drawn. */
export const THEME_SCRIPT = `try{const t=localStorage.getItem('${STORED_AS}');if(t)document.documentElement.dataset.theme=t}catch{}`;

export const theme$ = new BehaviorSubject<Theme>('system');

/** Follows what other tabs choose, until what it returns is called. */
export function followTheme(): () => void {
  const told = ({ key, newValue }: StorageEvent) => {
    if (key === STORED_AS) show(read(newValue));
  };
  show(read(document.documentElement.dataset.theme));
  addEventListener('storage', told);
  return () => removeEventListener('storage', told);
}

export function chooseTheme(theme: Theme) {
  show(theme);
  try {
    if (theme === 'system') localStorage.removeItem(STORED_AS);
    else localStorage.setItem(STORED_AS, theme);
  } catch {
    // A browser that keeps nothing: it is so until the page is left.
  }
}

function show(theme: Theme) {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
  if (theme$.value !== theme) theme$.next(theme);
}

function read(stored: string | null | undefined): Theme {
  return THEMES.find((theme) => theme === stored) ?? 'system';
}
