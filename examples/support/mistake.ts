/**
 * Something the user can mend: its message is all that is shown, without a stack trace.
 */
export class Mistake extends Error {}
