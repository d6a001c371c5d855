import { toast } from 'sonner';

const FAILED = 'That didn’t work. Nothing was changed.';

type Payloads = Record<string, { errors: { message: string }[] }>;

/** Waits for a change; what was refused is said. Whether it went well. */
export async function say(work: Promise<{ data?: Payloads | undefined }>): Promise<boolean> {
  try {
    const { data } = await work;
    const refusal = Object.values(data ?? {})[0]?.errors[0];
    if (refusal) toast.error(refusal.message);
    return !refusal;
  } catch (error) {
    toast.error(error instanceof Error && error.message ? error.message : FAILED);
    return false;
  }
}
