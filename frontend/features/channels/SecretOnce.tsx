import { Button } from '@/ui/Button';
import { CopyField } from '@/ui/CopyField';
import { Modal } from '@/ui/Modal';
import { TEXT } from './text';

/** A webhook's secret, which nobody can read again. A click beside it does not lose it. */
export function SecretOnce({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Modal title={TEXT.secretTitle} onClose={onClose} holds>
      <CopyField label={TEXT.secret} value={secret} hint={TEXT.secretHint} />
      <div className="mt-5 flex justify-end">
        <Button onClick={onClose}>{TEXT.close}</Button>
      </div>
    </Modal>
  );
}
