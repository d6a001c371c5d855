'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Modal } from '@/ui/Modal';
import { Swatches } from '@/ui/Swatches';
import type { LabelFields } from './changes';
import { TEXT } from './text';

interface Props {
  title: string;
  label: LabelFields;
  onLabel: (label: LabelFields) => void;
  onClose: () => void;
}

export function LabelDialog({ title, label, onLabel, onClose }: Props) {
  const [name, setName] = useState(label.name);
  const [color, setColor] = useState(label.color);

  function submit(event: FormEvent) {
    event.preventDefault();
    onLabel({ name: name.trim(), color });
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
