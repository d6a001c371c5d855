'use client';

import { ArrowLeft } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type ReactNode, useId } from 'react';
import { ApiSection } from '@/features/account/ApiSection';
import { DeleteSection } from '@/features/account/DeleteSection';
import { PasswordSection } from '@/features/account/PasswordSection';
import { ProfileSection } from '@/features/account/ProfileSection';
import { SessionsSection } from '@/features/account/SessionsSection';
import { ExportSection } from '@/features/calendar/ExportSection';
import { FeedSection } from '@/features/calendar/FeedSection';
import { ImportSection } from '@/features/calendar/ImportSection';
import { ChannelsSection } from '@/features/channels/ChannelsSection';
import { NewsChoice } from '@/features/live/NewsChoice';
import { Rings } from '@/features/reminders/Rings';
import { there } from '@/features/tasks/tree';
import { useBoard } from '@/features/tasks/useBoard';
import { wanted$ } from '@/features/tasks/wanted';
import { useWhen } from '@/features/tasks/when';
import { Header } from './Header';
import { ThemeChoice } from './ThemeChoice';
import { TEXT } from './text';

export function SettingsPage() {
  const router = useRouter();
  const when = useWhen();
  const board = useBoard();
  const open = ({ id }: { id: string }) => {
    wanted$.next(id);
    router.push('/');
  };
  return (
    <div className="mx-auto min-h-dvh max-w-5xl px-4 pb-24">
      <Header />
      <main className="mx-auto grid max-w-2xl grid-cols-[minmax(0,1fr)] gap-10">
        <div>
          <Link href="/" className="inline-flex min-h-9 items-center gap-1.5 text-sm text-soft hover:text-ink">
            <ArrowLeft aria-hidden className="size-4" />
            {TEXT.home}
          </Link>
          <h1 className="text-2xl font-semibold tracking-tight">{TEXT.settings}</h1>
        </div>
        <Section {...TEXT.profile}>
          <ProfileSection />
        </Section>
        <Section {...TEXT.theme}>
          <ThemeChoice />
        </Section>
        <Section {...TEXT.news}>
          <NewsChoice />
        </Section>
        <Section {...TEXT.channels}>
          <ChannelsSection />
        </Section>
        <Section {...TEXT.feed}>
          <FeedSection />
        </Section>
        <Section {...TEXT.import}>
          <ImportSection />
        </Section>
        <Section {...TEXT.export}>
          <ExportSection />
        </Section>
        <Section {...TEXT.sessions}>
          <SessionsSection />
        </Section>
        <Section {...TEXT.password}>
          <PasswordSection />
        </Section>
        <Section {...TEXT.api}>
          <ApiSection />
        </Section>
        <Section {...TEXT.delete}>
          <DeleteSection />
        </Section>
      </main>
      {board && <Rings tasks={there(board.tasks.nodes)} when={when} onOpen={open} />}
    </div>
  );
}

function Section({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div>
        <h2 id={id} className="text-lg font-semibold tracking-tight">
          {title}
        </h2>
        <p className="text-sm text-soft">{about}</p>
      </div>
      {children}
    </section>
  );
}
