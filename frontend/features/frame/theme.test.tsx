import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { chooseTheme, followTheme, THEME_SCRIPT } from '@/ui/theme';
import { ThemeChoice } from './ThemeChoice';
import { TEXT } from './text';

const shown = () => document.documentElement.dataset.theme;
const choose = (theme: keyof typeof TEXT.themes) => userEvent.click(screen.getByLabelText(TEXT.themes[theme]));

afterEach(() => chooseTheme('system'));

test('a choice is kept, and goes with the choice to follow the system', async () => {
  render(<ThemeChoice />);
  expect(screen.getByLabelText(TEXT.themes.system)).toBeChecked();
  await choose('dark');
  expect(shown()).toBe('dark');
  delete document.documentElement.dataset.theme;
  new Function(THEME_SCRIPT)(); // the page is loaded again
  expect(shown()).toBe('dark');
  await choose('system');
  expect(shown()).toBeUndefined();
  new Function(THEME_SCRIPT)();
  expect(shown()).toBeUndefined();
});

test('what another tab chooses is shown here as well', () => {
  const stop = followTheme();
  render(<ThemeChoice />);
  dispatchEvent(new StorageEvent('storage', { key: 'taskflow-theme', newValue: 'light' }));
  expect(shown()).toBe('light');
  dispatchEvent(new StorageEvent('storage', { key: 'taskflow-theme', newValue: 'no such' }));
  expect(shown()).toBeUndefined();
  stop();
});
