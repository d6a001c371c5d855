'use client';

import { chooseTheme, THEMES, theme$ } from '@/ui/theme';
import { useSubject } from '@/ui/useSubject';
import { TEXT } from './text';

export function ThemeChoice() {
  const chosen = useSubject(theme$);
  return (
    <fieldset className="flex flex-wrap gap-x-6 gap-y-2 rounded-xl border border-line bg-card px-4 py-3 shadow-sm">
      <legend className="sr-only">{TEXT.theme.title}</legend>
      {THEMES.map((theme) => (
        <label key={theme} className="flex min-h-9 items-center gap-2 text-sm">
          <input
            type="radio"
            name="theme"
            checked={theme === chosen}
            onChange={() => chooseTheme(theme)}
            className="size-4 accent-accent"
          />
          {TEXT.themes[theme]}
        </label>
      ))}
    </fieldset>
  );
}
