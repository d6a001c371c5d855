import { CircleHelp } from 'lucide-react';
import { IconButton } from '@/ui/Button';
import { Popover } from '@/ui/Popover';
import { TEXT } from './text';

/** What is understood, by examples. */
export function Help() {
  return (
    <Popover
      label={TEXT.help}
      wide
      trigger={
        <IconButton label={TEXT.help}>
          <CircleHelp aria-hidden className="size-5" />
        </IconButton>
      }
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
    </Popover>
  );
}
