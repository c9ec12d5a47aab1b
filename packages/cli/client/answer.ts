import { useEffect, useState } from "preact/hooks";

/** What was asked for: the last answer stays until the next is there. */
export interface Answer<Value> {
  readonly value: Value | undefined;
  readonly error: Error | undefined;
  readonly isLoading: boolean;
}

const NONE = { value: undefined, error: undefined, isLoading: true };

/**
 * Asks the server again whenever a key changes, and drops the answer that nobody waits for.
 *
 * @param subject what it is about; the answer for another is not kept. Undefined asks for nothing
 * @param version asks again, and keeps the answer until then
 */
export function useAnswer<Value>(
  ask: (signal: AbortSignal) => Promise<Value>,
  subject: string | undefined,
  version = "",
): Answer<Value> {
  const [answer, setAnswer] = useState<Answer<Value> & { readonly of?: string | undefined }>(NONE);
  useEffect(() => {
    if (subject === undefined) return;
    const given = new AbortController();
    ask(given.signal).then(
      (value) => {
        if (!given.signal.aborted)
          setAnswer({ value, error: undefined, isLoading: false, of: subject });
      },
      (error: Error) => {
        if (!given.signal.aborted)
          setAnswer({ value: undefined, error, isLoading: false, of: subject });
      },
    );
    return () => given.abort();
  }, [subject, version]);
  return subject !== undefined && answer.of === subject ? answer : NONE;
}
