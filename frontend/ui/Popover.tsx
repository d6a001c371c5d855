import { type ComponentProps, cloneElement, type ReactElement, type ReactNode, useRef, useState } from 'react';
import { later } from './later';

const PopoverCard = later(() => import('./PopoverCard').then(({ PopoverCard }) => PopoverCard));

interface Props {
  /** A button. */
  trigger: ReactElement<ComponentProps<'button'>>;
  label: string;
  /** For text to read. */
  wide?: boolean;
  children: ReactNode;
}

/** Something small that a button opens beside itself. */
export function Popover({ trigger, ...card }: Props) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      {cloneElement(trigger, {
        ref: button,
        'aria-haspopup': 'dialog',
        'aria-expanded': open,
        onClick: () => setOpen(!open),
      })}
      {open && <PopoverCard anchor={button} onClose={() => setOpen(false)} {...card} />}
    </>
  );
}
