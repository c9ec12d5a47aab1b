import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { InvalidInputError } from "../errors/errors.js";

/** The row of a channel's value. Checkpoints and forks share it, so it names none of them. */
export interface ValuePlace {
  readonly kind: "value";
  readonly threadId: string;
  readonly checkpointNs: string;
  readonly channel: string;
  readonly version: string;
}

/** The row of one write of a task. */
export interface WritePlace {
  readonly kind: "write";
  readonly threadId: string;
  readonly checkpointNs: string;
  readonly channel: string;
  readonly checkpointId: string;
  readonly taskId: string;
  readonly idx: number;
}

/** Where a value is stored: the key of its row, the same whenever it is written or read. */
export type Place = ValuePlace | WritePlace;

/**
 * LangGraph's `SerializerProtocol`, told the place of each value. Serializers that know nothing of
 * places ignore the last argument.
 */
export interface Serializer extends SerializerProtocol {
  dumpsTyped(value: unknown, place?: Place): Promise<[string, Uint8Array]>;
  loadsTyped(type: string, data: Uint8Array | string, place?: Place): Promise<unknown>;
  /**
   * The text of a value that `dumpsTyped` makes type `json` of, so that it travels as text, which no
   * driver has to write in hexadecimal. Undefined for all others.
   */
  dumpsText?(value: unknown): string | undefined;
  /** What `dumpsText` made, in forms that LangGraph's own serializer reads as far as it has any. */
  officialText?(text: string): string;
  /** Type `json` is UTF-8 text, so the server may hand it over as text, which most drivers read faster. */
  readonly jsonIsText?: boolean;
  /** Of a serializer that encrypts: whether it also reads what is not encrypted. */
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
