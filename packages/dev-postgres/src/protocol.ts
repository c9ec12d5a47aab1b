import type { Settings } from "./cluster.ts";

/** What the supervisor is started with, as JSON. */
export interface Order {
  /** Folder of an installed Postgres; default the one from npm. */
  readonly programs?: string | undefined;
  readonly settings: Settings;
  /** Whether it takes commands, a line each, and stays when the server has ended. */
  readonly controlled: boolean;
  /** Size of a disk of its own, as large as its files may grow. */
  readonly diskMegabytes: number | undefined;
}

/** The first line that it prints, once the server accepts connections. */
export interface Started {
  readonly url: string;
  /** Where the disk is, if one was asked for. */
  readonly disk: string | undefined;
}

export type Command = "start" | "stop" | "kill";

/** What it prints when a command is done. */
export interface Answer {
  readonly error: string | undefined;
}
