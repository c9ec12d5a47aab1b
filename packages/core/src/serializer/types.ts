import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { InvalidInputError } from "../errors/errors.js";

/** Key of the row of a channel's value. Checkpoints and forks share the row, so it names no checkpoint. */
export interface ValuePlace {
  /** Tells it from the place of a write. */
  readonly kind: "value";
  /** The thread. */
  readonly threadId: string;
  /** The namespace; `""` for the root graph. */
  readonly checkpointNs: string;
  /** The channel. */
  readonly channel: string;
  /** The channel's version. */
  readonly version: string;
}

/** Key of the row of one pending write of a task. */
export interface WritePlace {
  /** Tells it from the place of a value. */
  readonly kind: "write";
  /** The thread. */
  readonly threadId: string;
  /** The namespace; `""` for the root graph. */
  readonly checkpointNs: string;
  /** The channel that is written to. */
  readonly channel: string;
  /** The checkpoint that the write belongs to. */
  readonly checkpointId: string;
  /** The task. */
  readonly taskId: string;
  /** Position in the task's writes; negative for errors, interrupts and resumes. */
  readonly idx: number;
}

/** Where a value is stored: the key of its row, the same whenever the row is written or read. */
export type Place = ValuePlace | WritePlace;

/**
 * LangGraph's `SerializerProtocol`, which also gets the place of each value. A serializer that does not
 * need places ignores the last argument.
 */
export interface Serializer extends SerializerProtocol {
  /**
   * Turns a value into bytes.
   *
   * @returns the type, which is stored beside the bytes, and the bytes
   * @throws SerializationError if the value can't be stored; nothing is written then
   */
  dumpsTyped(value: unknown, place?: Place): Promise<[string, Uint8Array]>;
  /**
   * Turns bytes back into a value.
   *
   * @param data bytes, or with `jsonIsText` and the type `json` their text
   * @throws SerializationError if the value can't be read
   */
  loadsTyped(type: string, data: Uint8Array | string, place?: Place): Promise<unknown>;
  /**
   * The text of a value of which `dumpsTyped` makes type `json`; undefined for all others. The saver sends
   * it as text, which no driver has to write in hexadecimal.
   */
  dumpsText?(value: unknown): string | undefined;
  /** Text that `dumpsText` made, with bytes in the form that the official saver reads. */
  officialText?(text: string): string;
  /**
   * Whether bytes of type `json` are UTF-8 text. The server then returns them as text, which most drivers
   * read faster. Default false.
   */
  readonly jsonIsText?: boolean;
  /** Of a serializer that encrypts: whether it also reads values that are not encrypted. */
  readonly plaintext?: "refused" | "allowed";
}

/** @throws InvalidInputError unless it has the two methods of a serializer */
export function checkSerializer(value: unknown, name: string): void {
  const { dumpsTyped, loadsTyped } = (value ?? {}) as Partial<Serializer>;
  if (typeof dumpsTyped === "function" && typeof loadsTyped === "function") return;
  throw new InvalidInputError(
    `${name} must be a serializer with the methods dumpsTyped and loadsTyped.`,
  );
}
