/**
 * Bodies that have not arrived whole, and which of them give way when room is short. Nobody knows yet who sent them, and
 * holding one costs its sender nothing; so it has to keep coming to keep its admission. No timer: the clock is looked at
 * when a piece comes, and the order of a Set is the order of time.
 */
import type { HubcastError } from '../../core/errors.ts';

export interface UnfinishedBody {
  heldBytes: number;
  /** Ends it; there from the first piece until it is removed. */
  cut: ((error: HubcastError) => void) | undefined;
}

export interface UnfinishedBodies {
  /** A piece came: `body.heldBytes` has grown. The first call makes it known. */
  readonly grew: (body: UnfinishedBody) => void;
  /** It arrived, failed or was cut. */
  readonly remove: (body: UnfinishedBody) => void;
  /** Those that may be cut for others, first to go first. */
  readonly inEvictionOrder: () => Iterable<UnfinishedBody>;
}

/** Who sends less than 4 KiB in 250 ms stands still. Long enough for a lost packet to come again on most ways. */
const STEP_BYTES = 4096;
const STALLED_MS = 250;
/**
 * Steps alone could be kept up cheaply; doubling cannot. To hold all the room against others, half of it has to be sent
 * anew in this time. A sender of more than 0.75 MB/s gets 3 MB here without ever counting as slow.
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
      if (body.cut === undefined) return;
      // Tables a Map has outgrown hold their keys until a full collection; through this one they would hold the bytes too.
      body.cut = undefined;
      byStep.delete(body);
      byDoubling.delete(body);
    },
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
