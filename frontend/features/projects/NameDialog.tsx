'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Modal } from '@/ui/Modal';
import { TEXT } from './text';

interface Props {
  title: string;
  name: string;
  onName: (name: string) => void;
  onClose: () => void;
}

export function NameDialog({ title, name: known, onName, onClose }: Props) {
  const [name, setName] = useState(known);

  function submit(event: FormEvent) {
    event.preventDefault();
    onName(name.trim());
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
        <Button type="submit" className="justify-self-end">
          {TEXT.save}
        </Button>
      </form>
    </Modal>
  );
}
