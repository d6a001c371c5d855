'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Modal } from '@/ui/Modal';
import { Swatches } from '@/ui/Swatches';
import { TEXT } from './text';

export interface Named {
  name: string;
  color: string;
}

interface Props {
  title: string;
  named: Named;
  onSave: (named: Named) => void;
  onClose: () => void;
}

/** The name and the colour of a project or a label. */
export function NamedDialog({ title, named, onSave, onClose }: Props) {
  const [name, setName] = useState(named.name);
  const [color, setColor] = useState(named.color);

  function submit(event: FormEvent) {
    event.preventDefault();
    onSave({ name: name.trim(), color });
    onClose();
  }

  return (
    <Modal title={title} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <TextField
          label={TEXT.name}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
          pattern=".*\S.*"
          maxLength={100}
        />
        <Swatches label={TEXT.color} colors={TEXT.colors} value={color} onChange={setColor} />
        <Button type="submit" className="justify-self-end">
          {TEXT.save}
        </Button>
      </form>
    </Modal>
  );
}
