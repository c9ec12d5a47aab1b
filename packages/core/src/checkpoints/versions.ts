import type { RunnableConfig } from "@langchain/core/runnables";
import type { Checkpoint, CheckpointTuple } from "@langchain/langgraph-checkpoint";
import { InvalidInputError } from "../errors/errors.js";
import { type CheckpointKey, readKey } from "../input/config.js";

/**
 * String versions that can be counted on: a number of fixed length, so that the order of the texts is that
 * of the numbers however LangGraph compares them, and a random fraction, so that no two are the same.
 */
const PADDED = /^(\d{32})\.\d+$/;

/** Python's are alike, but for a fraction that is a whole number of its own, such as `0.5` or `8.7e-05`. */
const PYTHON = /^\d{32}\.\d*\.?\d+(e-\d+)?$/;

type Version = number | string;

/**
 * The next whole number and a random fraction. Two runs or branches that start from one version
 * never get the same next one, so neither can take the other's value for its own.
 *
 * @throws InvalidInputError for a version that has no next one here
 */
export function nextVersion(current: Version | undefined): Version {
  if (typeof current !== "string") return Math.floor(current ?? 0) + 1 + Math.random();
  const digits = PADDED.exec(current)?.[1];
  if (digits === undefined) throw cantBeContinued(current);
  const next = String(BigInt(digits) + 1n).padStart(digits.length, "0");
  return `${next}.${Math.random().toFixed(16).slice(2)}`;
}

/**
 * Whether LangGraph asks for a run, which goes on with what it is given: it passes what nodes write to.
 * Within a node it may only look.
 */
export function isRun(config: RunnableConfig): boolean {
  const { writer } = config as { writer?: unknown };
  return typeof writer === "function" && config.configurable?.__pregel_read === undefined;
}

/**
 * Why a thread can't be continued from a checkpoint; undefined if it can. Numbers and texts can't be compared: the
 * greatest of 5 and "00…06.4" would be 5.
 */
function refusalOf({
  channel_versions,
  versions_seen,
}: Pick<Checkpoint, "channel_versions" | "versions_seen">): InvalidInputError | undefined {
  const versions = Object.values(channel_versions ?? {}) as Version[];
  const texts = versions.filter((version) => typeof version === "string");
  if (texts.length === 0) return undefined;
  const foreign = texts.find((version) => !PADDED.test(version));
  if (foreign !== undefined) return cantBeContinued(foreign);
  const seen = Object.values(versions_seen ?? {}).flatMap((node) => Object.values(node ?? {}));
  const isNumber = (version: unknown) => typeof version === "number";
  return versions.some(isNumber) || seen.some(isNumber) ? mixed() : undefined;
}

/** How many checkpoints are remembered as ones that can't be continued. */
const REMEMBERED = 1000;

/**
 * Checkpoints that were read and can't be continued. LangGraph asks for the next version only when nodes
 * have run and some of what they wrote is stored, so whoever reads for a run is refused at once, and what
 * continues such a checkpoint otherwise is refused before it is stored.
 */
export class Uncontinuable {
  readonly #refusals = new Map<string, InvalidInputError>();

  /** @throws InvalidInputError if it was read for a run, and can't be continued */
  check({ config, checkpoint }: CheckpointTuple, forRun: boolean): void {
    const refusal = refusalOf(checkpoint);
    if (refusal === undefined) return;
    if (forRun) throw refusal;
    const key = readKey(config);
    const [oldest] = this.#refusals.keys();
    if (this.#refusals.size >= REMEMBERED) this.#refusals.delete(oldest as string);
    this.#refusals.set(JSON.stringify(key), refusal);
  }

  /** @throws InvalidInputError if a checkpoint can't be continued, or written to */
  refuse(key: CheckpointKey): void {
    const refusal = this.#refusals.size > 0 && this.#refusals.get(JSON.stringify(key));
    if (refusal) throw new InvalidInputError(refusal.message);
  }
}

/** @throws InvalidInputError where a checkpoint's versions can't be compared with each other */
export function checkVersions(checkpoint: Checkpoint): void {
  const versions = Object.values(checkpoint.channel_versions ?? {}) as Version[];
  const isText = (version: Version) => typeof version === "string" && PADDED.test(version);
  if (versions.some(isText) && versions.some((version) => typeof version === "number")) {
    throw mixed();
  }
}

function cantBeContinued(version: string): InvalidInputError {
  const what = PYTHON.test(version)
    ? "This thread was written by Python's saver"
    : "The channel versions of this thread are texts in a form that is not known";
  return new InvalidInputError(
    `${what}, so it can be read, but can't be continued here. Copy what you need of its state into a new thread. Nothing was run or stored.`,
  );
}

function mixed(): InvalidInputError {
  return new InvalidInputError(
    "Some channel versions of this thread are numbers and some are texts, which can't be compared: LangGraph would pass over nodes. It can be read, but can't be continued. Nothing was stored.",
  );
}
