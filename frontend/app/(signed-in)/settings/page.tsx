import type { Metadata } from 'next';
import { SettingsPage } from '@/features/frame/SettingsPage';

export const metadata: Metadata = { title: 'Settings · TaskFlow' };

export default function Settings() {
  return <SettingsPage />;
}
