/**
 * Calls about a Meta app, its token and its accounts, used by `doctor` and `subscribe`. Calls about
 * the app itself need an app access token, `<app id>|<app secret>`.
 * https://developers.facebook.com/docs/graph-api/webhooks/subscriptions-edge
 */
import * as z from 'zod';
import type { GraphClient } from './client.ts';
import { GraphError } from './graph-error.ts';

/** The object whose webhooks hubcast accepts. */
export const WEBHOOK_OBJECT = 'whatsapp_business_account';

const id = z.union([z.string(), z.int().transform(String)]);
/** Unix seconds; 0 means never. */
const seconds = z.number().optional().catch(undefined);

const tokenReply = z.looseObject({
  data: z.looseObject({
    app_id: id.optional(),
    type: z.string().optional(),
    is_valid: z.boolean(),
    expires_at: seconds,
    data_access_expires_at: seconds,
    scopes: z.array(z.string()).optional().catch(undefined),
    granular_scopes: z
      .array(z.looseObject({ scope: z.string(), target_ids: z.array(id).optional() }))
      .optional()
      .catch(undefined),
    error: z.looseObject({ message: z.string().optional(), code: z.number().optional() }).optional().catch(undefined),
  }),
});

const subscription = z.looseObject({
  object: z.string(),
  callback_url: z.string().optional(),
  active: z.boolean().optional(),
  fields: z
    .array(
      z.union([
        z.looseObject({ name: z.string(), version: z.string().optional() }),
        z.string().transform((name) => ({ name, version: undefined })),
      ]),
    )
    .catch([]),
});
const subscriptionsReply = z.looseObject({ data: z.array(subscription) });

const subscribedReply = z.looseObject({
  data: z.array(
    z.looseObject({
      whatsapp_business_api_data: z.looseObject({ id, name: z.string().optional() }),
      override_callback_uri: z.string().optional(),
    }),
  ),
});

export type TokenFacts = z.output<typeof tokenReply>['data'];
export type Subscription = z.output<typeof subscription>;
export interface SubscribedApp {
  readonly appId: string;
  readonly overrideUrl: string | null;
}

/** With an app access token. */
export interface AppCalls {
  readonly debugToken: (token: string) => Promise<TokenFacts>;
  /** Subscription of the WhatsApp object; null if there is none. */
  readonly subscription: (appId: string) => Promise<Subscription | null>;
  /** Meta makes its handshake with the callback URL before it answers. */
  readonly subscribe: (
    appId: string,
    wanted: { readonly callbackUrl: string; readonly verifyToken: string; readonly fields: readonly string[] },
  ) => Promise<void>;
}

export function createAppCalls(client: Pick<GraphClient, 'get' | 'post'>): AppCalls {
  return {
    async debugToken(token) {
      const call = { path: ['debug_token'], query: { input_token: token }, accountId: null, secrets: [token] };
      return read('GET /debug_token', tokenReply, (await client.get(call)).body).data;
    },
    async subscription(appId) {
      const { body } = await client.get({ path: [appId, 'subscriptions'], accountId: null });
      const { data } = read(`GET /${appId}/subscriptions`, subscriptionsReply, body);
      return data.find(({ object }) => object === WEBHOOK_OBJECT) ?? null;
    },
    async subscribe(appId, { callbackUrl, verifyToken, fields }) {
      await client.post(
        { path: [appId, 'subscriptions'], accountId: null, secrets: [verifyToken] },
        {
          object: WEBHOOK_OBJECT,
          callback_url: callbackUrl,
          verify_token: verifyToken,
          fields: fields.join(','),
          include_values: true,
        },
      );
    },
  };
}

/** With the access token of a system user. */
export interface AccountCalls {
  readonly subscribedApps: (accountId: string) => Promise<readonly SubscribedApp[]>;
  /** Call it only if the app is not subscribed: without a body the call removes an override. */
  readonly subscribe: (accountId: string) => Promise<void>;
}

export function createAccountCalls(client: Pick<GraphClient, 'get' | 'post'>): AccountCalls {
  return {
    async subscribedApps(accountId) {
      const { body } = await client.get({ path: [accountId, 'subscribed_apps'], accountId });
      return read(`GET /${accountId}/subscribed_apps`, subscribedReply, body).data.map((app) => ({
        appId: app.whatsapp_business_api_data.id,
        overrideUrl: app.override_callback_uri || null,
      }));
    },
    async subscribe(accountId) {
      await client.post({ path: [accountId, 'subscribed_apps'], accountId }, {});
    },
  };
}

function read<Schema extends z.ZodType>(call: string, schema: Schema, body: unknown): z.output<Schema> {
  const checked = schema.safeParse(body);
  if (checked.success) return checked.data;
  throw new GraphError('graph_unavailable', `${call}: the answer is not as Meta documents it.`, {
    failure: null,
    transient: false,
  });
}
