/** What the page and the server say to each other. Texts are as they are stored: the page makes them safe to look at. */

/** A checkpoint of the thread that is looked at. */
export interface StepKey {
  readonly namespace: string;
  readonly id: string;
}

/** What `listThreads` tells of a thread's run. */
export const STATUSES = ["running", "failed", "interrupted", "idle"] as const;

export interface ThreadItem {
  readonly threadId: string;
  readonly checkpointId: string;
  readonly status: (typeof STATUSES)[number];
  readonly updatedAt: string | undefined;
  readonly checkpoints: number;
  /** Some of what was passed to its run as metadata: `user: ann`. */
  readonly labels: readonly string[];
}

export interface ThreadsPage {
  readonly threads: readonly ThreadItem[];
  /** Whether there may be others after these. */
  readonly more: boolean;
}

/** A checkpoint in the picture of a thread. */
export interface StepRow extends StepKey {
  readonly kind: "step";
  readonly ts: string | null;
  readonly step: number | null;
  readonly source: string | null;
  /** Whether it is on the branch that the next run continues, or was run from a step of it. */
  readonly current: boolean;
  /** What stands left of it: a branch that goes on below, `#` the current one and `|` others, or a blank. */
  readonly lead: string;
  /** How it hangs together with what is above: in one line, as a branch off the line left of it, or not at all. */
  readonly from: "above" | "left" | "nothing";
  /** Whether its branch goes on below. */
  readonly down: boolean;
  /** A task that ran from here asked or failed, whatever came of it. */
  readonly mark: "asked" | "failed" | undefined;
  /** Position of the subgraph's row in which it lies. */
  readonly within: number | undefined;
}

/** A subgraph that ran, whose steps follow. */
export interface RunRow {
  readonly kind: "run";
  /** Of its first step. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly steps: number;
  readonly lead: string;
  readonly within: number | undefined;
}

export type OutlineRow = StepRow | RunRow;

export interface Outline {
  readonly threadId: string;
  /** Another one when anything of the thread has changed. */
  readonly version: string;
  readonly rows: readonly OutlineRow[];
  readonly branches: number;
  readonly latest: StepKey | undefined;
  readonly standing: StandingInfo | undefined;
}

export interface StandingInfo {
  readonly status: "failed" | "interrupted" | "not finished" | "finished";
  readonly node: string | undefined;
  readonly text: string;
  readonly next: readonly string[];
}

export interface ChangeInfo {
  readonly node: string | undefined;
  readonly channel: string | undefined;
  readonly words: string;
}

/** What the line of a step tells beyond its checkpoint. */
export interface StepLine extends StepKey {
  readonly title: string;
  readonly changes: readonly ChangeInfo[];
  /** Stored size of what it changed. */
  readonly bytes: number;
  readonly time: { readonly ms: number; readonly waited: boolean } | undefined;
  /** Whether something that led to it had been asked, or had failed. */
  readonly answered: boolean;
  readonly retried: boolean;
  readonly pending: readonly PendingInfo[];
  readonly next: readonly string[];
}

export interface PendingInfo {
  readonly node: string;
  readonly state: TaskState;
  /** The question, or the error. */
  readonly text: string;
}

export type TaskState = "done" | "interrupted" | "failed" | "stopped";

/** A step in full, without the values of its state. */
export interface StepInfo extends StepLine {
  readonly ts: string | null;
  readonly step: number | null;
  readonly source: string | null;
  readonly current: boolean;
  readonly parent: string | null;
  readonly children: readonly string[];
  readonly ran: readonly TaskInfo[];
  readonly updates: readonly WriteInfo[];
  readonly tasks: readonly TaskInfo[];
  readonly metadata: Shape;
}

export interface TaskInfo {
  readonly node: string | undefined;
  readonly state: TaskState;
  readonly questions: readonly Shape[];
  readonly answer: Shape | undefined;
  readonly error: { readonly text: string; readonly value: Shape } | undefined;
  readonly writes: readonly WriteInfo[];
}

export interface WriteInfo {
  readonly taskId: string;
  readonly idx: number;
  readonly path: string;
  readonly channel: string;
  readonly bytes: number;
}

export interface WritesPage {
  readonly writes: readonly WriteInfo[];
  readonly total: number;
}

/** A value, or as much of it as is looked at. */
export type Shape =
  /** A text from one position on, of `length` characters in all. */
  | { readonly kind: "text"; readonly text: string; readonly length: number }
  /** What one word tells: a number, a date, bytes. */
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "unreadable"; readonly text: string }
  | ItemsShape;

export interface ItemsShape {
  readonly kind: "list" | "record";
  /** Of a class: `AIMessage`, `Map`. */
  readonly name: string | undefined;
  readonly size: number;
  /** From one position on; undefined where none were asked for. */
  readonly items: readonly Item[] | undefined;
}

export interface Item {
  readonly key: string;
  readonly value: Shape;
}

export interface ChannelInfo {
  readonly channel: string;
  readonly version: string;
  /** Whether the step changed it. */
  readonly changed: boolean;
  /** Undefined where no row of its own holds the value. */
  readonly bytes: number | undefined;
}

export interface MessagesPage {
  readonly channels: readonly { readonly channel: string; readonly total: number }[];
  readonly channel: string | undefined;
  /** Position of the first of these. */
  readonly from: number;
  readonly messages: readonly MessageInfo[];
}

export interface MessageInfo {
  readonly type: string;
  readonly name: string | undefined;
  readonly id: string | undefined;
  readonly status: string | undefined;
  readonly toolCallId: string | undefined;
  /** Whether this step wrote it. */
  readonly isNew: boolean;
  readonly blocks: readonly (Part & {
    /** `text`, or what LangChain calls it: `image_url`, `reasoning`. */
    readonly type: string;
  })[];
  readonly calls: readonly (Part & { readonly id: string | undefined; readonly name: string })[];
  readonly artifact: Part | undefined;
}

/** A part of a channel's value. */
export interface Part {
  readonly value: Shape;
  /** Where the rest of it is found; undefined where it is not. */
  readonly path: readonly number[] | undefined;
}

export interface Diff {
  readonly from: string | undefined;
  readonly to: string;
  readonly channels: readonly ChannelDiff[];
  /** Channels that are the same in both. */
  readonly same: number;
}

export interface ChannelDiff {
  readonly channel: string;
  readonly change: "added" | "removed" | "changed";
  /** Undefined where too much differs to be told line by line. */
  readonly hunks: readonly Hunk[] | undefined;
  /** Lines that were left out at the end. */
  readonly hidden: number;
}

export interface Hunk {
  readonly before: number;
  readonly after: number;
  /** Each begins with `+`, `-` or a blank. */
  readonly lines: readonly string[];
}

/** A part of the stored row as JSON. */
export interface Raw {
  readonly text: string;
  readonly length: number;
}
