/**
 * Bounds the requests in flight, so that memory stays bounded whatever senders do. Bodies that still arrive are bounded by their
 * bytes alone: when those run out, bodies that stand still give way to bodies that come. A request counts once its body is whole.
 */
import { HubcastError } from '../../core/errors.ts';
import { createUnfinishedBodies, type UnfinishedBody } from './unfinished-bodies.ts';

export interface Admission {
  /**
   * Asked once for each request, before its body is read.
   *
   * @param announcedBytes null when the length is not known. They have to fit now, and are not held: an announcement costs its
   *   sender nothing
   * @throws HubcastError `overloaded`
   */
  readonly admit: (announcedBytes: number | null) => Reservation;
  /** Bytes of all bodies that are held. */
  readonly bytes: () => number;
  /** Requests whose body is whole and that are not answered yet. */
  readonly requests: () => number;
  /** Bodies of which a part arrived. */
  readonly unfinishedBodies: () => number;
}

export interface Reservation {
  /**
   * Holds bytes that arrived, before they are kept.
   *
   * @param evict called when the bytes of this body are given to another one: what was kept must be let go at once
   * @throws HubcastError `overloaded`
   */
  readonly reserve: (bytes: number, evict: (error: HubcastError) => void) => void;
  /**
   * The body is whole: it keeps its bytes until it leaves, and counts as a request in flight.
   *
   * @throws HubcastError `overloaded`
   */
  readonly complete: () => void;
  /** Held at the moment. */
  readonly bytes: () => number;
  /** Gives everything back. */
  readonly release: () => void;
}

export interface AdmissionLimits {
  readonly maxBytes: number;
  readonly maxRequests: number;
  /** Why no request is admitted now, whatever its size; asked for each request. */
  readonly rejectionReason?: (() => HubcastError | undefined) | undefined;
  readonly meter?: AdmissionMeter | undefined;
}

/** Plain calls, for metrics. */
export interface AdmissionMeter {
  readonly requestRejected: () => void;
  readonly bodyEvicted: () => void;
}

/** @param clockMs monotonic */
export function createAdmission(limits: AdmissionLimits, clockMs: () => number = () => performance.now()): Admission {
  const { maxBytes, maxRequests, rejectionReason, meter } = limits;
  const unfinished = createUnfinishedBodies(clockMs);
  let heldBytes = 0;
  let requests = 0;

  /** Counts the rejection of a request, which happens once at most. */
  function overloaded(message: string): HubcastError {
    meter?.requestRejected();
    return new HubcastError('overloaded', message);
  }

  function rejectAtMaxRequests(): void {
    if (requests < maxRequests) return;
    throw overloaded(`${requests} requests are in flight; MAX_IN_FLIGHT_REQUESTS is ${maxRequests}.`);
  }

  /** The bodies that have to go for so many bytes more. If that is not enough, none has to. */
  function findEvictable(bytes: number, requester?: UnfinishedBody): UnfinishedBody[] {
    const evictable: UnfinishedBody[] = [];
    let missing = heldBytes + bytes - maxBytes;
    if (missing <= 0) return evictable;
    for (const body of unfinished.inEvictionOrder()) {
      // The requester itself has stood still longer than the others.
      if (body === requester) break;
      evictable.push(body);
      missing -= body.heldBytes;
      if (missing <= 0) return evictable;
    }
    throw overloaded(`${bytes} bytes more than the ${heldBytes} held would exceed MAX_IN_FLIGHT_BYTES (${maxBytes}).`);
  }

  function giveBack(body: UnfinishedBody): void {
    unfinished.remove(body);
    heldBytes -= body.heldBytes;
    body.heldBytes = 0;
  }

  function evict(body: UnfinishedBody): void {
    const { heldBytes: bytes, evict: end } = body;
    giveBack(body);
    meter?.bodyEvicted();
    const reason = `it came too slowly while others needed its bytes (MAX_IN_FLIGHT_BYTES is ${maxBytes})`;
    end?.(new HubcastError('overloaded', `The body was cut after ${bytes} bytes: ${reason}.`));
  }

  return {
    admit(announcedBytes) {
      const closed = rejectionReason?.();
      if (closed !== undefined) {
        meter?.requestRejected();
        throw closed;
      }
      rejectAtMaxRequests();
      findEvictable(announcedBytes ?? 0);
      const body: UnfinishedBody = { heldBytes: 0, evict: undefined };
      let isWhole = false;
      return {
        reserve(bytes, end) {
          const lastPiece = body.heldBytes + bytes === announcedBytes;
          if (lastPiece) unfinished.remove(body);
          for (const other of findEvictable(bytes, body)) evict(other);
          heldBytes += bytes;
          body.heldBytes += bytes;
          // Most bodies come in one piece and are never unfinished.
          if (lastPiece) return;
          body.evict = end;
          unfinished.grew(body);
        },
        complete() {
          rejectAtMaxRequests();
          unfinished.remove(body);
          isWhole = true;
          requests += 1;
        },
        bytes: () => body.heldBytes,
        release() {
          giveBack(body);
          if (isWhole) requests -= 1;
          isWhole = false;
        },
      };
    },
    bytes: () => heldBytes,
    requests: () => requests,
    unfinishedBodies: unfinished.count,
  };
}
