import { Folder, Inbox, type LucideIcon, SearchX, Sun, Sunrise, Tag } from 'lucide-react';
import { Empty } from '@/ui/Empty';
import { filtersOf, type Place, type ViewName } from './place';
import { TEXT } from './text';

type ListName = Exclude<ViewName, 'month' | 'trash'>;

const ICONS: Record<ListName, LucideIcon> = {
  all: Inbox,
  today: Sun,
  upcoming: Sunrise,
  project: Folder,
  label: Tag,
};

/** What a place without open tasks says: what would be here, and how it comes to be. */
export function EmptyView({ place, hasDone }: { place: Place; hasDone: boolean }) {
  const { view } = place;
  if (view === 'month' || view === 'trash') return null; // which are no lists
  if (place.words || filtersOf(place) > 0) {
    return hasDone ? null : <Empty icon={SearchX} {...TEXT.empty.filtered} />;
  }
  if (hasDone && view !== 'today') return <p className="mt-10 text-center text-soft">{TEXT.empty.done}</p>;
  return <Empty icon={ICONS[view]} {...TEXT.empty[view]} />;
}
