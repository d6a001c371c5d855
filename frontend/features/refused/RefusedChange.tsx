import type { Refused } from '@/graphql/outbox/change';
import { Button } from '@/ui/Button';
import { deedOf, titlesOf } from './refused';
import { TEXT } from './text';

interface Props {
  refused: Refused;
  onRetry: () => void;
  onDismiss: () => void;
}

/** What was asked for, and what the server says against it. */
export function RefusedChange({ refused: { change, reason }, onRetry, onDismiss }: Props) {
  return (
    <>
      <p className="font-medium wrap-anywhere">{TEXT.notSaved(deedOf(change), titlesOf(change))}</p>
      <p className="text-soft wrap-anywhere">{reason}</p>
      <p className="flex flex-wrap gap-2">
        <Button kind="outline" onClick={onRetry}>
          {TEXT.again}
        </Button>
        <Button kind="outline" onClick={onDismiss}>
          {TEXT.dismiss}
        </Button>
      </p>
    </>
  );
}
