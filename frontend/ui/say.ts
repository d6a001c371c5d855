import { toast } from 'sonner';
import { TEXT } from './text';

type Payloads = Record<string, { errors: { message: string }[] }>;

/** Waits for a change; what was refused is said. Whether it went well. */
export async function say(work: Promise<{ data?: Payloads | undefined }>): Promise<boolean> {
  try {
    const { data } = await work;
    const refusal = Object.values(data ?? {})[0]?.errors[0];
    if (refusal) complain(refusal);
    return !refusal;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** Says what went wrong. What is the same for many is said once. */
export function complain(error: unknown) {
  const message = (error as { message?: string } | null)?.message || TEXT.failed;
  toast.error(message, { id: message });
}
