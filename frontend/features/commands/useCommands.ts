import { usePathname, useRouter } from 'next/navigation';
import { useMemo } from 'react';
import { useBoard } from '@/features/tasks/useBoard';
import { addressOf, type Place, type ViewName, viewOf } from '@/features/views/place';
import { TEXT as VIEWS } from '@/features/views/text';
import { go } from '@/features/views/usePlace';
import { focusOnceThere } from '@/ui/focusOnceThere';
import { chooseTheme, THEMES } from '@/ui/theme';
import { undoLast } from '@/ui/undo';
import type { Keys } from './keys';
import { TEXT } from './text';

export interface Command {
  id: string;
  title: string;
  keys?: Keys;
  run: () => void;
}

const GO_KEYS = { today: 'g t', upcoming: 'g u', month: 'g c', all: 'g a', trash: 'g r' } as const;

/** All that can be done from anywhere. */
export function useCommands(): readonly Command[] {
  const router = useRouter();
  const path = usePathname();
  const board = useBoard();
  const projects = board?.projects.nodes;
  const labels = board?.labels;

  return useMemo(() => {
    const isHome = path === '/';
    const goTo = (place: Place) => (isHome ? go(place) : router.push(addressOf(place)));
    /** A field of the page of tasks, or that page, where the field then is. */
    const focus = (id: string) => {
      if (!document.getElementById(id)) goTo(viewOf('all'));
      focusOnceThere(`#${id}`);
    };
    const view = (name: keyof typeof GO_KEYS): Command => ({
      id: `view-${name}`,
      title: TEXT.go(VIEWS.views[name]),
      keys: GO_KEYS[name],
      run: () => goTo(viewOf(name)),
    });
    const one = (name: ViewName) => (thing: { id: string; name: string }) => ({
      id: `${name}-${thing.id}`,
      title: TEXT.go(thing.name),
      run: () => goTo(viewOf(name, thing.id)),
    });
    const commands: Command[] = [
      { id: 'new', title: TEXT.newTask, keys: 'n', run: () => focus('new-task') },
      { id: 'search', title: TEXT.search, keys: '/', run: () => focus('search') },
      {
        id: 'list',
        title: TEXT.list,
        keys: 'j',
        run: () => document.querySelector<HTMLElement>('main [data-task-id] input')?.focus(),
      },
      { id: 'undo', title: TEXT.undo, keys: 'z', run: undoLast },
      view('today'),
      view('upcoming'),
      view('month'),
      view('all'),
      view('trash'),
      { id: 'settings', title: TEXT.go(TEXT.settings), keys: 'g s', run: () => router.push('/settings/') },
      ...(projects?.filter(({ archived }) => !archived).map(one('project')) ?? []),
      ...(labels?.map(one('label')) ?? []),
      ...THEMES.map((theme) => ({
        id: `theme-${theme}`,
        title: TEXT.themes[theme],
        run: () => chooseTheme(theme),
      })),
    ];
    return commands;
  }, [router, path, projects, labels]);
}
