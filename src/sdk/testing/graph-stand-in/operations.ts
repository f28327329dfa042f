/** Which call means what: method, kind of node, edge. */
import { notFound, type StandInAnswer } from './graph-replies.ts';
import { listNumbers, readAccount, readNumber, type StandInReadOptions } from './reads.ts';
import type { State } from './state.ts';
import { listSubscriptions, subscribe } from './subscriptions.ts';
import {
  addOrMigrate,
  changeNumber,
  deregister,
  expireVerification,
  register,
  requestCode,
  setConversation,
  setSettings,
  verifyCode,
  type WriteOptions,
  type WriteParameters,
} from './writes.ts';

interface Call {
  readonly method: string;
  readonly id: string;
  /** Empty for the node itself. */
  readonly edge: string;
  readonly query: URLSearchParams;
  readonly parameters: WriteParameters;
}

interface Context {
  readonly state: State;
  readonly read: StandInReadOptions;
  readonly write: WriteOptions;
}

/** @throws StandInError */
export function answerOperation(call: Call, { state, read, write }: Context): StandInAnswer {
  const { method, id, edge, query, parameters } = call;
  const number = state.numbers.get(id);
  const operation = `${method} ${number === undefined ? 'account' : 'number'} ${edge}`.trim();
  if (number === undefined) {
    switch (operation) {
      case 'GET account':
        return readAccount(state, id, query);
      case 'GET account phone_numbers':
        return listNumbers(state, id, query, read);
      case 'POST account phone_numbers':
        return addOrMigrate(state, id, parameters);
      case 'GET account subscribed_apps':
        return listSubscriptions(state, id);
      case 'POST account subscribed_apps':
        return subscribe(state, id, parameters);
    }
    throw notFound(id, method);
  }
  switch (operation) {
    case 'GET number':
      expireVerification(number, write.now());
      return readNumber(number, query, read);
    case 'POST number':
      return changeNumber(number, parameters, { ...write, subscribed: state.subscribed.has(number.accountId) });
    case 'POST number request_code':
      return requestCode(number, parameters, write);
    case 'POST number verify_code':
      return verifyCode(number, parameters, write);
    case 'POST number register':
      return register(number, parameters, write);
    case 'POST number deregister':
      return deregister(number, write);
    case 'GET number settings':
      return { status: 200, body: { storage_configuration: number.hidden.storage } };
    case 'POST number settings':
      return setSettings(number, parameters);
    case 'POST number conversational_automation':
      return setConversation(number, parameters);
  }
  throw notFound(id, method);
}
