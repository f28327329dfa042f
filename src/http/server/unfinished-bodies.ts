/**
 * Bodies that have not arrived whole, and the order in which they are evicted when bytes run out. Their senders are unknown, and
 * holding a body back costs a sender nothing, so a body has to go on arriving to keep its bytes. There is no timer: the clock is
 * read when a piece arrives, and the order of a Map is the order of time.
 */
import type { HubcastError } from '../../core/errors.ts';

export interface UnfinishedBody {
  heldBytes: number;
  /** Ends its reading; set from the first piece until the body is removed. */
  evict: ((error: HubcastError) => void) | undefined;
}

export interface UnfinishedBodies {
  /** A piece arrived: `body.heldBytes` has grown. The first call adds the body. */
  readonly grew: (body: UnfinishedBody) => void;
  /** The body is whole, or was evicted, or its reading failed. */
  readonly remove: (body: UnfinishedBody) => void;
  /** Those that may be evicted for others, first to go first. */
  readonly inEvictionOrder: () => Iterable<UnfinishedBody>;
  readonly count: () => number;
}

/** A body that receives less than this in `STALLED_MS` is stalled. */
const STEP_BYTES = 4096;
/** Long enough for a lost packet to come again on most ways. */
const STALLED_MS = 250;
/**
 * Steps are cheap to keep up, doubling is not: to hold all bytes against others, a sender has to send half of them anew in this
 * time. A sender of more than 0.75 MB/s gets 3 MB here without ever counting as slow.
 */
const SLOW_MS = 2000;

interface Progress {
  stepBytes: number;
  stepMs: number;
  doubledBytes: number;
  doubledMs: number;
}

/** @param clockMs monotonic */
export function createUnfinishedBodies(clockMs: () => number): UnfinishedBodies {
  // Of both, the one whose last step or doubling is longest ago comes first.
  const byStep = new Map<UnfinishedBody, Progress>();
  const byDoubling = new Map<UnfinishedBody, Progress>();

  return {
    grew(body) {
      const nowMs = clockMs();
      const { heldBytes } = body;
      const progress = byStep.get(body);
      if (progress === undefined) {
        const begun = { stepBytes: heldBytes, stepMs: nowMs, doubledBytes: heldBytes, doubledMs: nowMs };
        byStep.set(body, begun);
        byDoubling.set(body, begun);
        return;
      }
      if (heldBytes >= progress.stepBytes + STEP_BYTES) {
        progress.stepBytes = heldBytes;
        progress.stepMs = nowMs;
        toEnd(byStep, body, progress);
      }
      if (heldBytes >= progress.doubledBytes * 2) {
        progress.doubledBytes = heldBytes;
        progress.doubledMs = nowMs;
        toEnd(byDoubling, body, progress);
      }
    },
    remove(body) {
      if (body.evict === undefined) return;
      // Tables that a Map has outgrown hold their keys until a full collection; through this member they would hold the bytes too.
      body.evict = undefined;
      byStep.delete(body);
      byDoubling.delete(body);
    },
    count: () => byStep.size,
    *inEvictionOrder() {
      const nowMs = clockMs();
      for (const [body, { stepMs }] of byStep) {
        if (nowMs - stepMs < STALLED_MS) break;
        yield body;
      }
      for (const [body, { stepMs, doubledMs }] of byDoubling) {
        if (nowMs - doubledMs < SLOW_MS) break;
        if (nowMs - stepMs < STALLED_MS) yield body;
      }
    },
  };
}

function toEnd(map: Map<UnfinishedBody, Progress>, body: UnfinishedBody, progress: Progress): void {
  map.delete(body);
  map.set(body, progress);
}
