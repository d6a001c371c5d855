import { CircleHelp } from 'lucide-react';
import { Popover } from 'radix-ui';
import { IconButton } from '@/ui/Button';
import { TEXT } from './text';

/** What is understood, by examples. */
export function Help() {
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <IconButton label={TEXT.help}>
          <CircleHelp aria-hidden className="size-5" />
        </IconButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={8}
          collisionPadding={8}
          aria-label={TEXT.help}
          tabIndex={0} // the keyboard scrolls it
          className="z-10 max-h-[70dvh] w-[26rem] max-w-[calc(100vw-1rem)] overflow-auto rounded-xl border border-line bg-card p-4 text-sm shadow-xl"
        >
          <dl className="grid gap-2.5">
            {TEXT.examples.map(([line, more]) => (
              <div key={line}>
                <dt className="font-medium">{line}</dt>
                <dd className="text-soft">{more}</dd>
              </div>
            ))}
          </dl>
          <ul className="mt-3 grid gap-1.5 border-t border-line pt-3 text-soft">
            {TEXT.helpRules.map((rule) => (
              <li key={rule}>{rule}</li>
            ))}
          </ul>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
