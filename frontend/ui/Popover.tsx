import { Popover as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

interface Props {
  /** A button. */
  trigger: ReactNode;
  label: string;
  children: ReactNode;
}

/** Something small that a button opens beside itself. */
export function Popover({ trigger, label, children }: Props) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align="end"
          sideOffset={6}
          collisionPadding={12}
          className="z-20 max-h-[min(28rem,var(--radix-popover-content-available-height))] w-64 overflow-auto rounded-xl border border-line bg-card p-4 shadow-xl"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
