import type { Imported } from './operations';
import { TEXT } from './text';

/** What of a file can't be kept, by the to-do that it is of. */
export function ImportNotes({ notes }: Pick<Imported, 'notes'>) {
  if (notes.length === 0) return <p className="text-sm text-good">{TEXT.keepsAll}</p>;
  return (
    <section aria-label={TEXT.notKept} className="grid gap-2">
      <h3 className="text-sm font-medium text-warn">
        {TEXT.notKept} ({notes.length})
      </h3>
      <ul className="grid max-h-72 gap-1.5 overflow-auto rounded-lg border border-line p-3 text-sm">
        {notes.map((note, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they never change their order
          <li key={index} className="wrap-anywhere">
            {note.message}
            {(note.uid || note.name) && (
              <span className="text-xs text-soft"> {[note.name, note.uid].filter(Boolean).join(' · ')}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
