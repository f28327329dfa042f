/**
 * Bounds the bodies under way, their number and their bytes, so that memory stays bounded whatever the senders do. When room is short,
 * unfinished bodies that stand still give way to those that come; a body that arrived whole keeps its admission.
 */
import { HubcastError } from '../../core/errors.ts';
import { createUnfinishedBodies, type UnfinishedBody } from './unfinished-bodies.ts';

export interface Admission {
  /**
   * Begins the share of one body.
   *
   * @param announcedBytes refused when room cannot be made for so much now; not held, as announcing costs a sender
   *   nothing, nor is anybody cut for it. Null when the length is not known
   * @throws HubcastError `overloaded`
   */
  readonly admit: (announcedBytes: number | null) => Reservation;
  readonly taken: () => number;
  /** Why a request that came now would be refused, whatever its size; undefined when it would not. Nobody is cut for it. */
  readonly rejectionReason: () => HubcastError | undefined;
  /** Bodies of which something arrived, until they leave. */
  readonly requests: () => number;
}

export interface AdmissionLimits {
  readonly maxBytes: number;
  readonly maxRequests?: number;
  /** Why nobody is let in now, though there is admission; asked for each request. */
  readonly rejectionReason?: () => HubcastError | undefined;
}

export interface Reservation {
  /**
   * Holds room for bytes that arrived, before they are kept.
   *
   * @param cut called when the room is given to others, which then already have it: what was kept must be let go at once
   * @throws HubcastError `overloaded`
   */
  readonly reserve: (bytes: number, cut: (error: HubcastError) => void) => void;
  /** The body is whole: its room is its own until it leaves. */
  readonly complete: () => void;
  /** Gives all of it back. May be called more than once. */
  readonly release: () => void;
}

/** @param clockMs monotonic */
export function createAdmission(limits: AdmissionLimits, clockMs: () => number = () => performance.now()): Admission {
  const { maxBytes, maxRequests = Number.POSITIVE_INFINITY, rejectionReason } = limits;
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
  function findEvictable(bytes: number, requester?: UnfinishedBody): UnfinishedBody[] {
    const toGo: UnfinishedBody[] = [];
    let missing = taken + bytes - maxBytes;
    if (missing <= 0) return toGo;
    for (const body of unfinished.inEvictionOrder()) {
      // Who asks has stood still longer than the others.
      if (body === requester) break;
      toGo.push(body);
      missing -= body.heldBytes;
      if (missing <= 0) return toGo;
    }
    throw new HubcastError(
      'overloaded',
      `${bytes} bytes more than the ${taken} under way would exceed MAX_IN_FLIGHT_BYTES (${maxBytes}).`,
    );
  }

  function evict(bytes: number, requester: UnfinishedBody): void {
    for (const body of findEvictable(bytes, requester)) {
      cutOff(body, `others needed its room (MAX_IN_FLIGHT_BYTES is ${maxBytes})`);
    }
  }

  function evictOne(): void {
    const body = findOneEvictable();
    if (body !== undefined) cutOff(body, `others needed its place (MAX_IN_FLIGHT_REQUESTS is ${maxRequests})`);
  }

  /** The one unfinished body that has to go for one request more; undefined when there is a place. */
  function findOneEvictable(): UnfinishedBody | undefined {
    if (requests < maxRequests) return undefined;
    for (const body of unfinished.inEvictionOrder()) return body;
    throw noPlace();
  }

  function noPlace(): HubcastError {
    const message = `${requests} requests are under way; MAX_IN_FLIGHT_REQUESTS is ${maxRequests}.`;
    return new HubcastError('overloaded', message);
  }

  function cutOff(body: UnfinishedBody, reason: string): void {
    const { heldBytes, cut } = body;
    release(body);
    cut?.(
      new HubcastError('overloaded', `The body was cut after ${heldBytes} bytes: it came too slowly while ${reason}.`),
    );
  }

  return {
    admit(announcedBytes) {
      const closed = rejectionReason?.();
      if (closed !== undefined) throw closed;
      findOneEvictable();
      findEvictable(announcedBytes ?? 0);
      const body: UnfinishedBody = { heldBytes: 0, cut: undefined };
      return {
        reserve(bytes, cut) {
          const whole = body.heldBytes + bytes === announcedBytes;
          if (whole) unfinished.remove(body);
          if (bytes > 0 && body.heldBytes === 0) evictOne();
          if (taken + bytes > maxBytes) evict(bytes, body);
          if (bytes > 0 && body.heldBytes === 0) requests += 1;
          taken += bytes;
          body.heldBytes += bytes;
          // Most bodies come in one piece and are never unfinished.
          if (whole) return;
          body.cut = cut;
          unfinished.grew(body);
        },
        complete: () => unfinished.remove(body),
        release: () => release(body),
      };
    },
    rejectionReason() {
      const closed = rejectionReason?.();
      if (closed !== undefined || requests < maxRequests) return closed;
      for (const _ of unfinished.inEvictionOrder()) return undefined;
      return noPlace();
    },
    taken: () => taken,
    requests: () => requests,
  };
}
