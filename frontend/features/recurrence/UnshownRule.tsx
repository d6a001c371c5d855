import { Button } from '@/ui/Button';
import type { Recurrence } from './fragment';
import { TEXT } from './text';

interface Props {
  recurrence: Recurrence;
  onReplace: () => void;
  onRemove: () => void;
}

/** A rule that the form can't show, in words and as it is written. It stays as it is until a person replaces it. */
export function UnshownRule({ recurrence, onReplace, onRemove }: Props) {
  return (
    <div className="grid gap-2 rounded-lg border border-line bg-page px-3 py-2.5 text-sm">
      <p className="font-medium wrap-anywhere first-letter:uppercase">{recurrence.summary}</p>
      <code className="text-xs text-soft wrap-anywhere">{recurrence.rule}</code>
      <p className="text-soft">{TEXT.ownRuleShown}</p>
      <p className="flex flex-wrap gap-2">
        <Button kind="outline" onClick={onReplace}>
          {TEXT.replace}
        </Button>
        <Button kind="outline" onClick={onRemove}>
          {TEXT.remove}
        </Button>
      </p>
    </div>
  );
}
