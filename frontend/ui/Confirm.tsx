import type { ReactNode } from 'react';
import { Button } from './Button';
import { Modal } from './Modal';

interface Props {
  title: string;
  /** What is done, in a word or two, and what it is called not to do it. */
  action: string;
  cancel: string;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A question before something that can't be taken back. */
export function Confirm({ title, action, cancel, onConfirm, onClose, children }: Props) {
  return (
    <Modal title={title} onClose={onClose}>
      <p className="text-soft">{children}</p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button kind="outline" onClick={onClose}>
          {cancel}
        </Button>
        <Button
          kind="danger"
          onClick={() => {
            onClose();
            onConfirm();
          }}
        >
          {action}
        </Button>
      </div>
    </Modal>
  );
}
