/** What the page's parts share: the element they are drawn in, and drawing again once a frame at most. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no element "${id}".`);
  return element;
}

/** However often it is asked for: a page that follows hundreds of events a second draws four times a second. */
export function createRedraw(draw: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      requestAnimationFrame(() => {
        waiting = false;
        draw();
      });
    }, REDRAW_MS);
  };
}

const REDRAW_MS = 200;
