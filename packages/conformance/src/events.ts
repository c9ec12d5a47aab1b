import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** What is published on a channel while the work runs. */
export async function eventsOf<Event>(
  name: string,
  work: () => Promise<unknown>,
): Promise<Event[]> {
  const events: Event[] = [];
  const listen = (event: unknown) => {
    events.push(event as Event);
  };
  subscribe(name, listen);
  try {
    await work();
    return events;
  } finally {
    unsubscribe(name, listen);
  }
}

/** The next event on a channel that fits. */
export function nextEvent<Event>(name: string, fits: (event: Event) => boolean): Promise<Event> {
  return new Promise((resolve) => {
    const listen = (event: unknown) => {
      if (!fits(event as Event)) return;
      unsubscribe(name, listen);
      resolve(event as Event);
    };
    subscribe(name, listen);
  });
}
