import type { Metadata } from 'next';
import { ResetPassword } from '@/features/session/ResetPassword';

export const metadata: Metadata = { title: 'Set a new password · TaskFlow', referrer: 'no-referrer' };

export default function Reset() {
  return <ResetPassword />;
}
