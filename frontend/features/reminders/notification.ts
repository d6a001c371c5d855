/** Notifications of the system, where there are any. */

export type Permission = NotificationPermission | 'none';

export function permission(): Permission {
  return typeof Notification === 'function' && isSecureContext ? Notification.permission : 'none';
}

export async function askPermission(): Promise<Permission> {
  return permission() === 'none' ? 'none' : Notification.requestPermission();
}

/** Shows one, and returns what takes it away. What many tabs show under one tag is shown once. */
export function notify(title: string, options: NotificationOptions & { tag: string }, onClick: () => void): () => void {
  if (permission() !== 'granted') return () => {};
  try {
    const shown = new Notification(title, options);
    shown.onclick = () => {
      window.focus();
      shown.close();
      onClick();
    };
    return () => shown.close();
  } catch {
    return () => {}; // a phone's browser, which lets service workers alone do that
  }
}

/** Takes away what the server pushed of a reminder. */
export async function closePushed(reminderId: string): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration('/');
  for (const shown of (await registration?.getNotifications()) ?? []) {
    if ((shown.data as { reminderId?: string } | null)?.reminderId === reminderId) shown.close();
  }
}
