const MAX_SHOWN = 80;

/** A name of the caller's in a message: one of thousands of characters would hide what the message says. */
export function shown(name: string): string {
  return name.length <= MAX_SHOWN ? name : `${name.slice(0, MAX_SHOWN).toWellFormed()}…`;
}

export const threadName = (threadId: string): string => `thread "${shown(threadId)}"`;
