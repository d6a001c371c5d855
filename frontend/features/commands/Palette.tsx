'use client';

import { Command as Cmdk } from 'cmdk';
import { usePathname, useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import type { Task } from '@/features/tasks/board';
import { there } from '@/features/tasks/tree';
import { useBoard } from '@/features/tasks/useBoard';
import { wanted$ } from '@/features/tasks/wanted';
import { matching } from '@/features/views/matches';
import { Modal } from '@/ui/Modal';
import { KeysOf } from './KeysOf';
import { TEXT } from './text';
import type { Command } from './useCommands';

/** Tasks are found by so many letters, and so many are shown. */
const FROM = 2;
const TASKS = 8;

interface Props {
  commands: readonly Command[];
  onClose: () => void;
}

/** Everything there is to do or to go to, by a few letters of its name. */
export function Palette({ commands, onClose }: Props) {
  const router = useRouter();
  const path = usePathname();
  const board = useBoard();
  const [words, setWords] = useState('');
  const matches = matching(words);
  const found = commands.filter(({ title }) => matches({ title, description: '' }));
  const all = board?.tasks.nodes;
  const tasks = useMemo(() => {
    if (!all || words.trim().length < FROM) return [];
    const found = there(all).filter(matching(words));
    return found.sort((one, other) => Number(one.completed) - Number(other.completed)).slice(0, TASKS);
  }, [all, words]);

  /** Once the dialog, which keeps the focus to itself, is gone. */
  const after = (run: () => void) => () => {
    onClose();
    setTimeout(run);
  };
  const show = (task: Task) => () => {
    wanted$.next(task.id);
    if (path !== '/') router.push('/');
  };

  return (
    <Modal title={TEXT.palette} onClose={onClose}>
      <Cmdk label={TEXT.palette} shouldFilter={false} vimBindings={false}>
        <Cmdk.Input
          autoFocus
          value={words}
          onValueChange={setWords}
          placeholder={TEXT.paletteHint}
          className="h-11 w-full rounded-lg border border-line bg-transparent px-3 placeholder:text-soft"
        />
        <Cmdk.List className="mt-3 max-h-[50dvh] overflow-y-auto">
          <Cmdk.Empty className="px-2 py-3 text-sm text-soft">{TEXT.nothing}</Cmdk.Empty>
          {tasks.length > 0 && (
            <Cmdk.Group heading={TEXT.tasks} className={GROUP}>
              {tasks.map((task) => (
                <Cmdk.Item key={task.id} value={`task-${task.id}`} onSelect={after(show(task))} className={ITEM}>
                  <span dir="auto" className={task.completed ? 'text-soft line-through' : ''}>
                    {task.title}
                  </span>
                </Cmdk.Item>
              ))}
            </Cmdk.Group>
          )}
          {found.length > 0 && (
            <Cmdk.Group heading={TEXT.does} className={GROUP}>
              {found.map(({ id, title, keys, run }) => (
                <Cmdk.Item key={id} value={id} onSelect={after(run)} className={ITEM}>
                  <span dir="auto" className="min-w-0 flex-1 text-left wrap-anywhere">
                    {title}
                  </span>
                  {keys && <KeysOf keys={keys} />}
                </Cmdk.Item>
              ))}
            </Cmdk.Group>
          )}
        </Cmdk.List>
      </Cmdk>
    </Modal>
  );
}

const GROUP =
  '[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-soft';
const ITEM = 'flex min-h-10 cursor-pointer items-center gap-2 rounded-lg px-2 text-sm data-[selected=true]:bg-line/70';
