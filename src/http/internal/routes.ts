/** Every route of the internal listener, in the order in which paths are tried. */
import { CONSOLE_ROUTES } from './console-routes.ts';
import { DELIVERY_ROUTES } from './delivery-routes.ts';
import { EVENT_ROUTES } from './event-routes.ts';
import { MANAGEMENT_ROUTES } from './management-routes.ts';
import { PHONE_NUMBER_ROUTES } from './phone-number-routes.ts';
import type { Route } from './route.ts';
import { SCHEMA_ROUTES } from './schema-routes.ts';
import { SERVICE_ROUTES } from './service-routes.ts';

export const ROUTES: readonly Route[] = [
  ...SERVICE_ROUTES,
  ...PHONE_NUMBER_ROUTES,
  ...MANAGEMENT_ROUTES,
  ...EVENT_ROUTES,
  ...DELIVERY_ROUTES,
  ...SCHEMA_ROUTES,
  ...CONSOLE_ROUTES,
];
