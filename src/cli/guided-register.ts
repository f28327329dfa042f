/** Registers a number with a person at the terminal: code, check, PIN, register. Each refusal is explained. */
import { HubcastError, isHubcastError } from '../core/errors.ts';
import { type ManagementClient, warningOf } from '../phone-numbers/management/client.ts';
import type { Ask } from './ask.ts';
import { visibleLines } from './visible.ts';

type Answer = Readonly<Record<string, unknown>>;

export interface GuideOptions {
  /** Country of local storage; undefined leaves it to Meta. */
  readonly region: string | undefined;
}

/** @returns what registering answered @throws HubcastError when the person stops, or nothing more can be tried */
export async function guideRegister(
  client: ManagementClient,
  ask: Ask,
  id: string,
  { region }: GuideOptions,
): Promise<Answer> {
  await client.prepare();
  const state = await client.run('registration', id, {});
  say(ask, `${state.display_phone_number ?? id}  ${state.verified_name ?? ''}`);
  say(ask, String(state.about));
  say(ask, `The operation runs ${client.about}.`);
  if (state.next === 'none' && !(await ask.confirm('Register it again, as after an approved change of the name?'))) {
    throw stopped('The registration of the number is unchanged.');
  }
  if (state.next === 'connect_app_number' && !(await ask.confirm('Have you deleted its account in the app?'))) {
    throw stopped('The number is as it was.');
  }
  if (state.next !== 'none' && state.code_verification_status !== 'VERIFIED') await verify(client, ask, id);
  return register(client, ask, id, state.is_pin_enabled === true, region);
}

async function verify(client: ManagementClient, ask: Ask, id: string): Promise<void> {
  for (;;) {
    const method = await ask.choose('How should Meta send the code?', [
      { value: 'SMS', name: 'by SMS' },
      { value: 'VOICE', name: 'by a call' },
      { value: 'have', name: 'I have a code already' },
    ]);
    if (method !== 'have') {
      const language = await ask.text('In which language?', 'en_US');
      const sent = await attempt(ask, () => client.run('request-code', id, { code_method: method, language }));
      if (sent === null) continue;
      say(ask, String(sent.about));
    }
    const code = await ask.secret('The code (123-830 or 123830; not shown)');
    if ((await attempt(ask, () => client.run('verify-code', id, { code }))) !== null) return;
  }
}

async function register(
  client: ManagementClient,
  ask: Ask,
  id: string,
  hasPin: boolean,
  region: string | undefined,
): Promise<Answer> {
  say(ask, warningOf('register') ?? '');
  for (;;) {
    const pin = hasPin ? await ask.secret('The two-step PIN of the number (6 digits; not shown)') : await newPin(ask);
    if (!(await ask.confirm('Register now?'))) throw stopped('The number is not registered.');
    const body = { pin, ...(region === undefined ? {} : { data_localization_region: region }) };
    const done = await attempt(
      ask,
      () => client.run('register', id, body),
      async (error) => {
        // The number has to prove itself again; everything else is said by the refusal.
        if (error.details?.meta_code === VERIFY_AGAIN) await verify(client, ask, id);
      },
    );
    if (done !== null) return done;
  }
}

const VERIFY_AGAIN = 133006;

/** A new PIN is typed twice, because it cannot be read later. */
async function newPin(ask: Ask): Promise<string> {
  for (;;) {
    const pin = await ask.secret('A new two-step PIN for the number (6 digits; not shown)');
    if (!/^\d{6}$/.test(pin)) say(ask, 'A PIN is six digits.');
    else if ((await ask.secret('The same again')) === pin) return pin;
    else say(ask, 'The two differ.');
  }
}

/** Errors after which trying again makes no sense: of access, of the record, of the service. */
const HOPELESS: ReadonlySet<string> = new Set([
  'operation_unknown',
  'phone_number_not_found',
  'management_off',
  'unauthorized',
  'forbidden',
  'graph_token_invalid',
  'graph_permission_missing',
  'store_unavailable',
  'store_locked',
  'service_unreachable',
]);

/** @returns null when Meta refused and the person wants to try again */
async function attempt(
  ask: Ask,
  work: () => Promise<Answer>,
  mend: (error: HubcastError) => Promise<void> = async () => undefined,
): Promise<Answer | null> {
  try {
    return await work();
  } catch (error) {
    if (!isHubcastError(error) || HOPELESS.has(error.code) || error.kind.status >= 500) throw error;
    say(ask, error.message);
    // Trying sooner would be refused and may prolong the lock.
    if (error.details?.wait_seconds !== undefined) throw stopped('Try again after that time.');
    if (!(await ask.confirm('Try again?'))) throw stopped('The number is as it was.');
    await mend(error);
    return null;
  }
}

function say(ask: Ask, text: string): void {
  ask.say(visibleLines(text));
}

function stopped(what: string): HubcastError {
  return new HubcastError('operation_refused', `Stopped. ${what}`);
}
