/** What whoever started the program can put right: the message says all, and needs no stack. */
export class WrongInput extends Error {}
