import { Button } from '@/ui/Button';
import type { Label, Project } from './board';
import type { Fields } from './draft';
import { fieldText } from './fieldText';
import { TEXT } from './text';
import { useWhen } from './when';

interface Props {
  name: keyof Fields;
  theirs: Fields;
  /** What they made of how it recurs, in words. */
  recurs: string | undefined;
  projects: readonly Project[];
  labels: readonly Label[];
  onMine: () => void;
  onTheirs: () => void;
}

/** Below a field that others changed too: what they made of it, and the choice. */
export function ClashNote({ name, theirs, recurs, projects, labels, onMine, onTheirs }: Props) {
  const when = useWhen();
  return (
    <div role="alert" className="mt-2 grid gap-2 rounded-lg border border-warn px-3 py-2 text-sm">
      <p className="text-soft">{TEXT.changedElsewhere}</p>
      <p dir="auto" className="max-h-40 overflow-auto whitespace-pre-wrap wrap-anywhere">
        {name === 'repeats' ? recurs || TEXT.nothing : fieldText(name, theirs[name], projects, labels, when)}
      </p>
      <p className="flex flex-wrap gap-2">
        <Button kind="outline" onClick={onMine}>
          {TEXT.keepMine}
        </Button>
        <Button kind="outline" onClick={onTheirs}>
          {TEXT.takeTheirs}
        </Button>
      </p>
    </div>
  );
}
