/** On one connection. A prepared statement of many rows takes the server up to half a megabyte. */
const MAX_NAMES = 32;
/** Up to here a text is prepared when it is first sent, from there when it is sent for the third time. */
const AT_ONCE = 16;
const OFTEN = 3;
/** How many texts that are not prepared are counted. */
const MAX_COUNTED = 1024;

/**
 * Which statements to prepare over one client: those that are sent often, and few, as each stays on its
 * connections for as long as they live. Texts differ by numbers of rows, of which a wide graph has hundreds.
 */
export class PreparedNames {
  readonly #names = new Set<string>();
  readonly #uses = new Map<string, number>();

  /** Whether to send the statement of this name prepared, now that it is sent once more. */
  admits(name: string): boolean {
    if (this.#names.has(name)) return true;
    const uses = (this.#uses.get(name) ?? 0) + 1;
    const isAdmitted =
      this.#names.size < AT_ONCE || (this.#names.size < MAX_NAMES && uses >= OFTEN);
    if (isAdmitted) {
      this.#uses.delete(name);
      this.#names.add(name);
    } else if (this.#names.size < MAX_NAMES) {
      if (this.#uses.size >= MAX_COUNTED) this.#uses.clear();
      this.#uses.set(name, uses);
    }
    return isAdmitted;
  }
}
