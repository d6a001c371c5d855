'use client';

import { clsx } from 'clsx';
import { Tag } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import type { Label } from '@/features/tasks/board';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { useLabelChanges } from './changes';
import { byName } from './order';
import { TEXT } from './text';

interface Props {
  labels: readonly Label[];
  /** Ids of those that are chosen. */
  chosen: readonly string[];
  /** What is typed of a new one's name. */
  name: string;
  onType: (name: string) => void;
  onChange: (chosen: string[]) => void;
}

/** In the editor: which labels a task has, and a new one. A label is saved as it is made; the choice is not. */
export function LabelPicker({ labels, chosen, name, onType, onChange }: Props) {
  const changes = useLabelChanges();
  const trimmed = name.trim();

  function add() {
    if (!trimmed) return;
    const { id } = changes.named(trimmed);
    onChange([...chosen.filter((other) => other !== id), id]);
    onType('');
  }

  function enter(event: KeyboardEvent) {
    if (event.key !== 'Enter' || !trimmed) return;
    event.preventDefault(); // the task itself is not saved by that
    add();
  }

  return (
    <fieldset className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <legend className="mb-1 text-sm font-medium">{TEXT.heading}</legend>
      {labels.length > 0 && (
        <div className="flex flex-wrap gap-1.5">
          {[...labels].sort(byName).map(({ id, name, color }) => {
            const on = chosen.includes(id);
            return (
              <label
                key={id}
                className={clsx(
                  'inline-flex min-h-8 max-w-full cursor-pointer items-center gap-1.5 rounded-full border px-3 text-sm',
                  'has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
                  on ? 'border-accent bg-accent/10 font-medium' : 'border-line text-soft hover:text-ink',
                )}
              >
                <input
                  type="checkbox"
                  className="sr-only"
                  checked={on}
                  onChange={() => onChange(on ? chosen.filter((other) => other !== id) : [...chosen, id])}
                />
                <Tag aria-hidden className="size-3.5 shrink-0" style={{ color }} />
                <span dir="auto" className="truncate">
                  {name}
                </span>
              </label>
            );
          })}
        </div>
      )}
      <div className="flex items-end gap-2">
        <div className="flex-1">
          <TextField
            label={TEXT.addNamed}
            labelHidden
            placeholder={TEXT.add}
            value={name}
            maxLength={100}
            onChange={(event) => onType(event.target.value)}
            onKeyDown={enter}
          />
        </div>
        <Button kind="outline" className="h-10" disabled={!trimmed} onClick={add}>
          {TEXT.addIt}
        </Button>
      </div>
    </fieldset>
  );
}
