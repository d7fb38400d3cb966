/** Nested, so that an inner call always ends before the one around it: HTTP 3 s > gRPC 2.7 s > append 1.5 s (DESIGN.md section 5). */
export const CALL_WITHIN_MS = 2_700

/** An answer leaves within the 3 s of HTTP; the difference is for writing it. */
export const ANSWER_WITHIN_MS = 2_900

/** A vote that has not left by then is dropped: votes would have less than the 1.5 s that an append may take. */
export const SEND_WITHIN_MS = 1_200
