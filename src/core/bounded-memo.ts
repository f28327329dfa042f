/** Remembers what was made of a text, up to a number of texts and up to a length: what comes beyond is made each time. */
export class BoundedMemo<T> {
  readonly #made = new Map<string, T>();
  readonly #make: (text: string) => T;
  readonly #maxTexts: number;
  readonly #maxLength: number;

  constructor(make: (text: string) => T, maxTexts: number, maxLength: number) {
    this.#make = make;
    this.#maxTexts = maxTexts;
    this.#maxLength = maxLength;
  }

  get size(): number {
    return this.#made.size;
  }

  get(text: string): T {
    const known = this.#made.get(text);
    if (known !== undefined) return known;
    const made = this.#make(text);
    if (this.#made.size < this.#maxTexts && text.length <= this.#maxLength) this.#made.set(text, made);
    return made;
  }
}
