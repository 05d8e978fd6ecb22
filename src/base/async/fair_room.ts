/**
 * A bounded number of strangers, of whom the one who waits longest makes room. A bound that refuses whoever
 * comes when it is full lets one who comes again and again and says nothing keep everybody out.
 */

/** One who waits. */
interface Waiting {
  readonly sendAway: () => void;
}

/** Room for so many at a time, shared out fairly among the places that they come from. */
export class FairRoom {
  readonly #most: number;
  /** By place, the one that waits longest first. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Lets one from this place wait while `task` lasts. If there are too many, one of the place that has
   * most has to go: its `sendAway` is called.
   */
  async admit<T>(place: string, sendAway: () => void, task: () => Promise<T>): Promise<T> {
    const own = { sendAway };
    const ofPlace = this.#waiting.get(place) ?? new Set();
    this.#waiting.set(place, ofPlace.add(own));
    if (++this.#count > this.#most) this.#makeRoom();
    try {
      return await task();
    } finally {
      this.#leave(place, own);
    }
  }

  #makeRoom(): void {
    const [place, ofPlace] = [...this.#waiting]
      .reduce((most, other) => other[1].size > most[1].size ? other : most);
    const [longest] = ofPlace;
    if (longest === undefined) return;
    this.#leave(place, longest);
    longest.sendAway();
  }

  #leave(place: string, one: Waiting): void {
    const ofPlace = this.#waiting.get(place);
    if (!ofPlace?.delete(one)) return;
    this.#count--;
    if (ofPlace.size === 0) this.#waiting.delete(place);
  }
}
