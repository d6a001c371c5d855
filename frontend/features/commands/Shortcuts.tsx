'use client';

import { Checkbox } from '@/ui/Field';
import { Modal } from '@/ui/Modal';
import { useSubject } from '@/ui/useSubject';
import { KeysOf } from './KeysOf';
import { setSingleKeys, singleKeys$ } from './single';
import { TEXT } from './text';
import type { Command } from './useCommands';

interface Props {
  commands: readonly Command[];
  onClose: () => void;
}

const IN_LIST = [
  { keys: '↑/↓', title: TEXT.keys.fromRow },
  { keys: 'Space', title: TEXT.keys.tick },
  { keys: 'e', title: TEXT.keys.edit },
  { keys: 'Delete', title: TEXT.keys.delete },
  { keys: 'x', title: TEXT.keys.choose },
  { keys: 'Shift+↑/↓', title: TEXT.keys.arrows },
  { keys: 'Ctrl/⌘+A', title: TEXT.keys.all },
  { keys: 'Escape', title: TEXT.keys.end },
  { keys: 'Alt+↑/↓', title: TEXT.keys.shift },
];

const IN_CALENDAR = [
  { keys: 'Alt+←/→', title: TEXT.keys.day },
  { keys: 'Alt+↑/↓', title: TEXT.keys.week },
];

export function Shortcuts({ commands, onClose }: Props) {
  const on = useSubject(singleKeys$);
  const everywhere = [
    { keys: 'Ctrl/⌘+K', title: TEXT.palette },
    { keys: 'Ctrl/⌘+Z', title: TEXT.undo },
    ...commands.flatMap(bound),
  ];
  return (
    <Modal title={TEXT.shortcuts} onClose={onClose}>
      <div className="grid gap-5">
        <Table title={TEXT.everywhere} rows={everywhere} />
        <Table title={TEXT.inList} rows={IN_LIST} />
        <Table title={TEXT.inCalendar} rows={IN_CALENDAR} />
        <div>
          <Checkbox label={TEXT.single} checked={on} onChange={({ target }) => setSingleKeys(target.checked)} />
          <p className="mt-1 text-xs text-soft">{TEXT.singleHint}</p>
        </div>
      </div>
    </Modal>
  );
}

function bound({ keys, title }: Command) {
  return keys ? [{ keys, title }] : [];
}

function Table({ title, rows }: { title: string; rows: readonly { keys: string; title: string }[] }) {
  return (
    <section aria-label={title}>
      <h3 className="mb-1.5 text-xs text-soft">{title}</h3>
      <dl className="grid gap-1.5 text-sm">
        {rows.map(({ keys, title }) => (
          <div key={keys} className="flex items-center justify-between gap-4">
            <dt>{title}</dt>
            <dd>
              <KeysOf keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
