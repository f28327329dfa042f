import { phoneNumberKey } from '../keys.ts';
import { digitsOf, numberNamed } from '../values.ts';

interface Displayed {
  readonly display_phone_number: string;
}

/** What events about one business phone number share: they name it by its displayed digits, and keep its order. */
export const ofDisplayedNumber = {
  phoneNumber: (value: Displayed) => numberNamed(value.display_phone_number),
  subject: (value: Displayed) => digitsOf(value.display_phone_number),
  key: phoneNumberKey((value: Displayed) => digitsOf(value.display_phone_number)),
};
