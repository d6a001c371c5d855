import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { IconButton } from './Button';

interface Props {
  title: string;
  onClose: () => void;
  /** It holds what was typed: a click beside it does not close it. */
  holds?: boolean;
  children: ReactNode;
}

export function ModalDialog({ title, onClose, holds = false, children }: Props) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-10 bg-black/50" />
        <Dialog.Content
          aria-describedby={undefined}
          onInteractOutside={(event) => {
            const beside = event.target instanceof Element && event.target.closest('[data-beside-modal]');
            if (holds || beside) event.preventDefault();
          }}
          className="fixed inset-x-0 bottom-0 z-20 max-h-[92dvh] overflow-auto rounded-t-2xl bg-card p-5 shadow-xl sm:inset-x-auto sm:bottom-auto sm:left-1/2 sm:top-1/2 sm:w-[30rem] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-2xl"
        >
          <div className="mb-4 flex items-start justify-between gap-2">
            <Dialog.Title className="mt-1 min-w-0 text-lg font-semibold wrap-anywhere">{title}</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label="Close">
                <X aria-hidden className="size-5" />
              </IconButton>
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
