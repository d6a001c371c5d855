import { clsx } from 'clsx';
import { Popover } from 'radix-ui';
import { type ReactNode, type RefObject, useRef } from 'react';

interface Props {
  /** The button that it stands beside, and which gets the focus back. */
  anchor: RefObject<HTMLElement | null>;
  label: string;
  wide?: boolean;
  onClose: () => void;
  children: ReactNode;
}

export function PopoverCard({ anchor, label, wide = false, onClose, children }: Props) {
  const leftBeside = useRef(false);
  return (
    <Popover.Root open onOpenChange={(open) => !open && onClose()}>
      <Popover.Anchor virtualRef={anchor as RefObject<HTMLElement>} />
      <Popover.Portal>
        <Popover.Content
          aria-label={label}
          align="end"
          sideOffset={6}
          collisionPadding={12}
          tabIndex={0} // the keyboard scrolls it
          onInteractOutside={(event) => {
            // The button itself closes it.
            if (event.target instanceof Node && anchor.current?.contains(event.target)) event.preventDefault();
            else leftBeside.current = true;
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (!leftBeside.current) anchor.current?.focus();
          }}
          className={clsx(
            'z-20 max-h-[min(28rem,var(--radix-popover-content-available-height))] max-w-[calc(100vw-1rem)] overflow-auto rounded-xl border border-line bg-card p-4 shadow-xl',
            wide ? 'w-[26rem] text-sm' : 'w-64',
          )}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
