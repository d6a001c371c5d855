import { Board } from '@/features/tasks/Board';

export default function Home() {
  return <Board />;
}
