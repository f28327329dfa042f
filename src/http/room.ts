import { HubcastError } from '../errors.ts';

/** Bounds the bytes of request bodies under way, so that memory stays bounded whatever the senders do. */
export interface Room {
  /**
   * Begins the share of one body.
   *
   * @param announcedBytes refused when there is no room for so much now; not held, as announcing costs a sender nothing
   * @throws HubcastError `too_much_in_flight`
   */
  readonly enter: (announcedBytes: number) => Share;
  readonly taken: () => number;
}

export interface Share {
  /**
   * Holds room for bytes that arrived, before they are kept.
   *
   * @throws HubcastError `too_much_in_flight`
   */
  readonly take: (bytes: number) => void;
  /** Gives all of it back. May be called more than once. */
  readonly leave: () => void;
}

export function createRoom(maxBytes: number): Room {
  let taken = 0;

  function check(bytes: number): void {
    if (taken + bytes <= maxBytes) return;
    throw new HubcastError(
      'too_much_in_flight',
      `${bytes} bytes more than the ${taken} under way would exceed MAX_IN_FLIGHT_BYTES (${maxBytes}).`,
    );
  }

  return {
    enter(announcedBytes) {
      check(announcedBytes);
      let held = 0;
      return {
        take(bytes) {
          check(bytes);
          taken += bytes;
          held += bytes;
        },
        leave() {
          taken -= held;
          held = 0;
        },
      };
    },
    taken: () => taken,
  };
}
