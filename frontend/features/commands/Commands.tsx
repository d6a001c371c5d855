'use client';

import { useEffect, useRef, useState } from 'react';
import { isTyping } from '@/ui/isTyping';
import { later } from '@/ui/later';
import { undoLast } from '@/ui/undo';
import { Sequence } from './keys';
import { readSingleKeys, singleKeys$ } from './single';
import { TEXT } from './text';
import { type Command, useCommands } from './useCommands';

const Palette = later(() => import('./Palette').then(({ Palette }) => Palette));
const Shortcuts = later(() => import('./Shortcuts').then(({ Shortcuts }) => Shortcuts));

/** Keys that do something on every page, and the two dialogs that show what there is. */
export function Commands() {
  const [open, setOpen] = useState<'palette' | 'shortcuts' | null>(null);
  const sequence = useRef(new Sequence());
  const found = useCommands();
  const commands: readonly Command[] = [
    ...found,
    { id: 'shortcuts', title: TEXT.shortcuts, keys: '?', run: () => setOpen('shortcuts') },
  ];
  const latest = useRef(commands);
  latest.current = commands;
  const shown = useRef(open);
  shown.current = open;

  useEffect(readSingleKeys, []);

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault(); // of the browser, too
        if (shown.current === 'palette') setOpen(null);
        else if (!isCovered()) setOpen('palette');
        return;
      }
      if (event.altKey || isTyping(event.target) || isCovered()) return;
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z') {
        event.preventDefault();
        return undoLast();
      }
      if (event.ctrlKey || event.metaKey || !singleKeys$.value) return;
      const bindings = latest.current.flatMap(({ keys }) => keys ?? []);
      const keys = sequence.current.take(event.key, bindings, event.timeStamp);
      if (keys === null) return;
      event.preventDefault(); // the key is not typed into what gets the focus
      latest.current.find((command) => command.keys === keys)?.run();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);

  const close = () => setOpen(null);
  if (open === 'palette') return <Palette commands={commands} onClose={close} />;
  if (open === 'shortcuts') return <Shortcuts commands={commands} onClose={close} />;
  return null;
}

/** Whether something is open that has the keys to itself. */
function isCovered(): boolean {
  return document.querySelector('[role=dialog], [role=alertdialog], [role=menu]') !== null;
}
