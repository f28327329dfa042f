/** The account of the look-ups: twenty numbers at the Graph stand-in, one of which is asked for. */
const number = (index: number) => ({
  id: String(106_540_352_242_900 + index),
  display_phone_number: `+1 631-555-${1000 + index}`,
});

export const LOOKED_UP_ACCOUNT = {
  id: '102290129340398',
  numbers: Array.from({ length: 20 }, (_, index) => number(index)),
};
export const LOOKED_UP = number(7);
