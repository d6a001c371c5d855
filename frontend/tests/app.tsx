/** The whole app in front of a server of ours, and what people do in it. */

import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { SignedIn } from '@/features/session/SignedIn';
import { Board } from '@/features/tasks/Board';
import { TEXT } from '@/features/tasks/text';
import { page, Server, type Subscription } from './server';
import { aTask } from './things';

/** A server that has a task, and takes new ones. */
export function aServer(): Server {
  const server = new Server();
  server.root.tasks = () => page([aTask()]);
  server.root.createTask = ({ input: { id, title, parentId } }) => ({
    task: aTask({
      id: String(id),
      title: String(title),
      parent: parentId ? { __typename: 'Task', id: String(parentId) } : null,
      position: 'a1',
    }),
    errors: [],
  });
  return server;
}

/** The app, signed in and live, once a task is on screen. */
export async function open(server: Server, title = 'Buy milk', beside?: ReactNode): Promise<Subscription> {
  render(
    <SignedIn>
      <Board />
      {beside}
    </SignedIn>,
  );
  const feed = await server.subscribed.take();
  await screen.findAllByText(title);
  return feed;
}

/** The editor on the milk; the server then has its edits. */
export async function edit(server: Server): Promise<Subscription> {
  const feed = await open(server);
  server.root.updateTask = ({ input: { title } }) => ({
    task: aTask({ title: String(title), version: 9 }),
    errors: [],
  });
  await press(TEXT.edit('Buy milk'));
  return feed;
}

export const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));
export const ticks = (title: string) => screen.getByRole('checkbox', { name: TEXT.markDone(title) });
export const connection = () => screen.getByTestId('connection-state');
export const rows = () => screen.getAllByTestId('task-row');

/** Whether the browser would ask before it closes the page. */
export const asks = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
