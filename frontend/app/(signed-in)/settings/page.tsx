import type { Metadata } from 'next';
import { SettingsPage } from '@/features/frame/SettingsPage';
import { TEXT } from '@/features/frame/text';
import { TEXT as UI } from '@/ui/text';

export const metadata: Metadata = { title: UI.title(TEXT.settings) };

export default function Settings() {
  return <SettingsPage />;
}
