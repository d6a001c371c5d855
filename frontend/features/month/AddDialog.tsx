import { type FormEvent, useState } from 'react';
import { useTaskChanges } from '@/features/tasks/changes';
import { dayText } from '@/features/tasks/due';
import { useWhen } from '@/features/tasks/when';
import { sayWhere } from '@/features/views/sayWhere';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Modal } from '@/ui/Modal';
import { TEXT } from './text';

/** A new task on a day of the calendar. */
export function AddDialog({ day, onClose }: { day: string; onClose: () => void }) {
  const changes = useTaskChanges();
  const when = useWhen();
  const [title, setTitle] = useState('');

  function submit(event: FormEvent) {
    event.preventDefault();
    sayWhere(changes.create({ title: title.trim(), project: null, due: day }), when);
    onClose();
  }

  return (
    <Modal title={TEXT.newTask(dayText(day, when))} onClose={onClose} holds={title !== ''}>
      <form onSubmit={submit} className="grid gap-4">
        <TextField
          label={TEXT.title}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          required
          pattern=".*\S.*"
          maxLength={500}
        />
        <Button type="submit" className="justify-self-end">
          {TEXT.addIt}
        </Button>
      </form>
    </Modal>
  );
}
