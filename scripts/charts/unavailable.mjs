/** Something that a check needs and this machine cannot get: the check is left out, unless all of them are required. */
export class Unavailable extends Error {}
