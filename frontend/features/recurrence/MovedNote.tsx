import { Button } from '@/ui/Button';
import { TEXT } from './text';

/** Where a series task is to be due at another time: that moves this task alone, unless a person says else. */
export function MovedNote({ onMove }: { onMove: () => void }) {
  return (
    <p className="mt-2 flex flex-wrap items-center justify-between gap-2 text-sm text-soft">
      {TEXT.moved}
      <Button kind="outline" onClick={onMove}>
        {TEXT.moveToo}
      </Button>
    </p>
  );
}
