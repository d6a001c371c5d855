import { CalendarDays, CalendarRange, Inbox, type LucideIcon, Sun } from 'lucide-react';

/** The views that everybody has, in their order. */
export const VIEWS = ['today', 'upcoming', 'month', 'all'] as const;

export const VIEW_ICONS: Record<(typeof VIEWS)[number], LucideIcon> = {
  today: Sun,
  upcoming: CalendarRange,
  month: CalendarDays,
  all: Inbox,
};
