import { CalendarDays, Inbox, type LucideIcon, Sun, Sunrise } from 'lucide-react';

/** The views that everybody has, in their order. */
export const VIEWS = ['today', 'upcoming', 'month', 'all'] as const;

export const VIEW_ICONS: Record<(typeof VIEWS)[number], LucideIcon> = {
  today: Sun,
  upcoming: Sunrise,
  month: CalendarDays,
  all: Inbox,
};
