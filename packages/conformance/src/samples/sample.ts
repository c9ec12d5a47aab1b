/** What a value of a kind reads back as, where that is not the value itself. */
export interface Sample {
  readonly kind: string;
  readonly value: unknown;
  readonly readsAs?: unknown;
}
