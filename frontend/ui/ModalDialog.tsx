import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type ReactNode, useEffect, useState } from 'react';
import { IconButton } from './Button';
import { takeFoot } from './foot';
import { TEXT } from './text';
import { useBackCloses } from './useBackCloses';
import { goBack, keepWay, wayBack } from './wayBack';

/** What is typed into. */
const FIELD = 'input:not([type=checkbox], [type=radio]), textarea, select';

interface Props {
  title: string;
  onClose: () => void;
  /** It holds what was typed: a click beside it does not close it. */
  holds?: boolean;
  children: ReactNode;
}

export function ModalDialog({ title, onClose, holds = false, children }: Props) {
  const [way] = useState(wayBack);
  useEffect(takeFoot, []);
  useBackCloses(onClose);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-10 bg-black/50" />
        <Dialog.Content
          aria-describedby={undefined}
          ref={(content) => {
            if (content) keepWay(content, way);
          }}
          onOpenAutoFocus={(event) => {
            if (focusField(event.currentTarget as HTMLElement)) event.preventDefault(); // else the first button gets it
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            goBack(way);
          }}
          onInteractOutside={(event) => {
            const beside = event.target instanceof Element && event.target.closest('[data-beside-modal]');
            if (holds || beside) event.preventDefault();
          }}
          className="fixed inset-x-0 bottom-0 z-20 max-h-[92dvh] overflow-auto rounded-t-2xl bg-card p-5 shadow-xl sm:inset-x-auto sm:bottom-auto sm:left-1/2 sm:top-1/2 sm:w-[30rem] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-2xl"
        >
          <Dialog.Title className="mt-1 mb-4 min-h-7 pr-11 text-lg font-semibold wrap-anywhere">{title}</Dialog.Title>
          {children}
          <Dialog.Close asChild>
            <IconButton label={TEXT.close} className="absolute top-5 right-5">
              <X aria-hidden className="size-5" />
            </IconButton>
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Puts the cursor behind what stands in the first field. On a touch screen that would bring up a keyboard over what
 * there is to read: there a field gets it only if nothing is in it yet. Whether something has the focus. */
function focusField(content: HTMLElement): boolean {
  const field = content.querySelector<HTMLInputElement>(FIELD);
  if (!field) return false;
  if (field.value && matchMedia('(pointer: coarse)').matches) {
    content.focus();
    return true;
  }
  field.focus({ preventScroll: true });
  if (field.type === 'text') field.setSelectionRange(field.value.length, field.value.length);
  return true;
}
