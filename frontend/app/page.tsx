import { SignedIn } from '@/features/session/SignedIn';
import { Board } from '@/features/tasks/Board';

export default function Home() {
  return (
    <SignedIn>
      <Board />
    </SignedIn>
  );
}
