/** The Reason header: why a call ended or failed, in the words of the network behind it (RFC 3326). */

export interface Cause {
  /** `Q.850` (ISDN and most codecs), `SIP`, or another registered name. */
  protocol: string;
  value: number;
  text?: string;
}

/** The cause that says most: one of Q.850 before any other. */
export function readCause(message: { getHeaders(name: string): string[] }): Cause | undefined {
  const causes = message
    .getHeaders('Reason')
    .flatMap((value) => value.match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? [])
    .flatMap((value) => readOne(value) ?? []);
  return causes.find(({ protocol }) => protocol === 'Q.850') ?? causes[0];
}

function readOne(value: string): Cause | undefined {
  const protocol = /^\s*([\w.!%*+`'~-]{1,32})\s*(?:;|$)/.exec(value)?.[1];
  const cause = /;\s*cause\s*=\s*"?(\d{1,4})/i.exec(value)?.[1];
  if (protocol === undefined || cause === undefined) return undefined;
  const quoted = /;\s*text\s*=\s*"((?:[^"\\]|\\.){1,200})"/i.exec(value)?.[1];
  const text = quoted?.replace(/\\(.)/g, '$1') ?? /;\s*text\s*=\s*([^\s;"]{1,200})/i.exec(value)?.[1];
  return { protocol: protocol.toUpperCase(), value: Number(cause), ...(text === undefined ? {} : { text }) };
}
