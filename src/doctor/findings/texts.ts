/** Said in several findings. */
export const SUBSCRIBE = 'Run "hubcast subscribe": it shows what it would set, and sets it.';
export const LOST = 'Meta keeps no history: what is not delivered within 7 days is lost.';
export const APP_PAGE = 'the Meta app, App settings > Basic';
