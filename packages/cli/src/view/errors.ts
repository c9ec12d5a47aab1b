/** A request that the page does not send; whoever does is told what is wrong. */
export class BadRequest extends Error {}

/** What is asked for is not there, or not any more. */
export class NotFound extends Error {}
