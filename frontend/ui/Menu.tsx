import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';

interface Props {
  /** A button. */
  trigger: ReactNode;
  children: ReactNode;
}

/** Some things to choose one of, which a button opens. */
export function Menu({ trigger, children }: Props) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          sideOffset={8}
          collisionPadding={12}
          className="z-20 max-h-[min(20rem,var(--radix-dropdown-menu-content-available-height))] max-w-72 min-w-44 overflow-auto rounded-xl border border-line bg-card p-1 shadow-xl"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface ItemProps {
  onSelect: () => void;
  children: ReactNode;
}

export function MenuItem({ onSelect, children }: ItemProps) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 text-sm wrap-anywhere outline-none data-highlighted:bg-line/60"
    >
      {children}
    </DropdownMenu.Item>
  );
}
