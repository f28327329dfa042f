/**
 * Bounds the bodies under way, their number and their bytes, so that memory stays bounded whatever the senders do. When room is short,
 * unfinished bodies that stand still give way to those that come; a body that arrived whole keeps its room.
 */
import { HubcastError } from '../../core/errors.ts';
import { createUnfinishedBodies, type UnfinishedBody } from './unfinished-bodies.ts';

export interface Room {
  /**
   * Begins the share of one body.
   *
   * @param announcedBytes refused when room cannot be made for so much now; not held, as announcing costs a sender
   *   nothing, nor is anybody cut for it. Null when the length is not known
   * @throws HubcastError `too_much_in_flight`
   */
  readonly enter: (announcedBytes: number | null) => Share;
  readonly taken: () => number;
  /** Why a request that came now would be refused, whatever its size; undefined when it would not. Nobody is cut for it. */
  readonly whyNot: () => HubcastError | undefined;
  /** Bodies of which something arrived, until they leave. */
  readonly requests: () => number;
}

export interface RoomLimits {
  readonly maxBytes: number;
  readonly maxRequests?: number;
  /** Why nobody is let in now, though there is room; asked for each request. */
  readonly whyClosed?: () => HubcastError | undefined;
}

export interface Share {
  /**
   * Holds room for bytes that arrived, before they are kept.
   *
   * @param cut called when the room is given to others, which then already have it: what was kept must be let go at once
   * @throws HubcastError `too_much_in_flight`
   */
  readonly take: (bytes: number, cut: (error: HubcastError) => void) => void;
  /** The body is whole: its room is its own until it leaves. */
  readonly arrived: () => void;
  /** Gives all of it back. May be called more than once. */
  readonly leave: () => void;
}

/** @param clockMs monotonic */
export function createRoom(limits: RoomLimits, clockMs: () => number = () => performance.now()): Room {
  const { maxBytes, maxRequests = Number.POSITIVE_INFINITY, whyClosed } = limits;
  const unfinished = createUnfinishedBodies(clockMs);
  let taken = 0;
  let requests = 0;

  function release(body: UnfinishedBody): void {
    unfinished.remove(body);
    taken -= body.heldBytes;
    if (body.heldBytes > 0) requests -= 1;
    body.heldBytes = 0;
  }

  /** Who has to go for so much more; nobody is cut for what would not fit even then. */
  function findThoseToGo(bytes: number, asker?: UnfinishedBody): UnfinishedBody[] {
    const toGo: UnfinishedBody[] = [];
    let missing = taken + bytes - maxBytes;
    if (missing <= 0) return toGo;
    for (const body of unfinished.inOrderToGo()) {
      // Who asks has stood still longer than the others.
      if (body === asker) break;
      toGo.push(body);
      missing -= body.heldBytes;
      if (missing <= 0) return toGo;
    }
    throw new HubcastError(
      'too_much_in_flight',
      `${bytes} bytes more than the ${taken} under way would exceed MAX_IN_FLIGHT_BYTES (${maxBytes}).`,
    );
  }

  function makeRoom(bytes: number, asker: UnfinishedBody): void {
    for (const body of findThoseToGo(bytes, asker)) {
      cutOff(body, `others needed its room (MAX_IN_FLIGHT_BYTES is ${maxBytes})`);
    }
  }

  function takePlace(): void {
    const body = findOneToGo();
    if (body !== undefined) cutOff(body, `others needed its place (MAX_IN_FLIGHT_REQUESTS is ${maxRequests})`);
  }

  /** The one unfinished body that has to go for one request more; undefined when there is a place. */
  function findOneToGo(): UnfinishedBody | undefined {
    if (requests < maxRequests) return undefined;
    for (const body of unfinished.inOrderToGo()) return body;
    throw noPlace();
  }

  function noPlace(): HubcastError {
    const message = `${requests} requests are under way; MAX_IN_FLIGHT_REQUESTS is ${maxRequests}.`;
    return new HubcastError('too_much_in_flight', message);
  }

  function cutOff(body: UnfinishedBody, why: string): void {
    const { heldBytes, cut } = body;
    release(body);
    cut?.(
      new HubcastError(
        'too_much_in_flight',
        `The body was cut after ${heldBytes} bytes: it came too slowly while ${why}.`,
      ),
    );
  }

  return {
    enter(announcedBytes) {
      const closed = whyClosed?.();
      if (closed !== undefined) throw closed;
      findOneToGo();
      findThoseToGo(announcedBytes ?? 0);
      const body: UnfinishedBody = { heldBytes: 0, cut: undefined };
      return {
        take(bytes, cut) {
          const whole = body.heldBytes + bytes === announcedBytes;
          if (whole) unfinished.remove(body);
          if (bytes > 0 && body.heldBytes === 0) takePlace();
          if (taken + bytes > maxBytes) makeRoom(bytes, body);
          if (bytes > 0 && body.heldBytes === 0) requests += 1;
          taken += bytes;
          body.heldBytes += bytes;
          // Most bodies come in one piece and are never unfinished.
          if (whole) return;
          body.cut = cut;
          unfinished.grew(body);
        },
        arrived: () => unfinished.remove(body),
        leave: () => release(body),
      };
    },
    whyNot() {
      const closed = whyClosed?.();
      if (closed !== undefined || requests < maxRequests) return closed;
      for (const _ of unfinished.inOrderToGo()) return undefined;
      return noPlace();
    },
    taken: () => taken,
    requests: () => requests,
  };
}
