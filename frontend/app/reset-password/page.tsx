import type { Metadata } from 'next';
import { ResetPassword } from '@/features/session/ResetPassword';
import { TEXT } from '@/features/session/text';
import { TEXT as UI } from '@/ui/text';

export const metadata: Metadata = { title: UI.title(TEXT.resetTitle), referrer: 'no-referrer' };

export default function Reset() {
  return <ResetPassword />;
}
