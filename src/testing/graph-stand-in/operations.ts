/** Which call means what: method, kind of node, edge. */
import { notFound, type StandInAnswer, SUCCESS } from './answers.ts';
import { listNumbers, type ReadOptions, readAccount, readNumber } from './reads.ts';
import type { State } from './state.ts';
import {
  addOrMigrate,
  changeNumber,
  deregister,
  register,
  requestCode,
  setConversation,
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

interface Surroundings {
  readonly state: State;
  readonly read: ReadOptions;
  readonly write: WriteOptions;
}

/** @throws StandInError */
export function answerOperation(call: Call, { state, read, write }: Surroundings): StandInAnswer {
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
        return { status: 200, body: { data: [state.subscriptions.get(id) ?? {}] } };
      case 'POST account subscribed_apps':
        state.subscriptions.set(id, { ...parameters });
        return SUCCESS;
    }
    throw notFound(id, method);
  }
  switch (operation) {
    case 'GET number':
      return readNumber(number, query, read);
    case 'POST number':
      return changeNumber(number, parameters, write);
    case 'POST number request_code':
      return requestCode(number, parameters, write);
    case 'POST number verify_code':
      return verifyCode(number, parameters);
    case 'POST number register':
      return register(number, parameters, write);
    case 'POST number deregister':
      return deregister(number, write);
    case 'POST number conversational_automation':
      return setConversation(number, parameters);
  }
  throw notFound(id, method);
}
