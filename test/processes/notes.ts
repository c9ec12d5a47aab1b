import { closeSync, openSync, readFileSync, writeSync } from "node:fs";

interface PutNote {
  readonly kind: "put";
  readonly thread: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly run?: string;
  /** Name, version and digest of each value. */
  readonly channels: readonly (readonly [string, string, string])[];
}

interface WriteNote {
  readonly kind: "write";
  readonly thread: string;
  readonly id: string;
  readonly task: string;
  readonly channel: string;
  readonly digest: string;
}

interface RemovalNote {
  readonly kind: "remove";
  readonly thread: string;
  /** The thread that the removed one became a copy of. */
  readonly copyOf?: string;
}

interface RunNote {
  readonly kind: "remove run";
  readonly run: string;
}

export type Note = PutNote | WriteNote | RemovalNote | RunNote;

/** Something that a process did, or was about to do. */
export type Noted<Kind extends Note["kind"] = Note["kind"]> = Extract<Note, { kind: Kind }> & {
  readonly started: number;
  /** When it was over at the latest; Infinity where nobody knows. */
  readonly ended: number;
  readonly acknowledged: boolean;
};

type Line =
  | { readonly begin: number; readonly note: Note; readonly at: number }
  | { readonly end: number; readonly at: number | undefined; readonly error?: string }
  | { readonly finding: string };

/** Microseconds of a clock that all processes of the machine share. */
export const now = (): number => Number(process.hrtime.bigint() / 1000n);

/** Takes notes in a file: the system has each of them when the call returns, whatever ends the process. */
export class Notes {
  readonly #file: number;
  #next = 0;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  /** @throws what the work throws */
  async during<T>(note: Note, work: () => Promise<T>): Promise<T> {
    const begin = this.#next++;
    this.#append({ begin, note, at: now() });
    try {
      const result = await work();
      this.#append({ end: begin, at: now() });
      return result;
    } catch (thrown) {
      const error = (thrown as { code?: string }).code ?? String(thrown);
      // The server may still do what nobody waits for any more.
      const at = error === "WAYPOST_TIMEOUT" ? undefined : now();
      this.#append({ end: begin, at, error });
      throw thrown;
    }
  }

  find(finding: string): void {
    this.#append({ finding });
  }

  close(): void {
    closeSync(this.#file);
  }

  #append(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

export interface Read {
  readonly noted: readonly Noted[];
  readonly findings: readonly string[];
}

/**
 * @param gone when the process and its connections had ended: what it had begun was over by then
 */
export function readNotes(path: string, gone: number): Read {
  const lines = readFileSync(path, "utf8").split("\n");
  // The last one is empty, or was being written as the process was killed.
  const parsed = lines.slice(0, -1).map((line) => JSON.parse(line) as Line);
  const ends = new Map(parsed.flatMap((line) => ("end" in line ? [[line.end, line]] : [])));
  const noted = parsed.flatMap((line): Noted[] => {
    if (!("begin" in line)) return [];
    const end = ends.get(line.begin);
    const ended = end === undefined ? gone : (end.at ?? Number.POSITIVE_INFINITY);
    const acknowledged = end !== undefined && end.error === undefined;
    return [{ ...line.note, started: line.at, ended, acknowledged }];
  });
  const findings = parsed.flatMap((line) => ("finding" in line ? [line.finding] : []));
  return { noted, findings };
}
