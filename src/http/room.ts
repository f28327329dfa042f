import { HubcastError } from '../errors.ts';

/** Bounds the bytes of request bodies under way, so that memory stays bounded whatever the senders do. */
export interface Room {
  /**
   * Takes room before a body is read.
   *
   * @returns gives the room back; may be called more than once
   * @throws HubcastError `too_much_in_flight`
   */
  readonly reserve: (bytes: number) => () => void;
  readonly taken: () => number;
}

export function createRoom(maxBytes: number): Room {
  let taken = 0;
  return {
    reserve(bytes) {
      if (taken + bytes > maxBytes) {
        throw new HubcastError(
          'too_much_in_flight',
          `${bytes} bytes more than the ${taken} under way would exceed MAX_IN_FLIGHT_BYTES (${maxBytes}).`,
        );
      }
      taken += bytes;
      let given = false;
      return () => {
        if (!given) taken -= bytes;
        given = true;
      };
    },
    taken: () => taken,
  };
}
