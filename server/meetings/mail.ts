import { createTransport } from 'nodemailer';

/** The office's mail server. */
export interface MailSettings {
  host: string;
  port: number;
  /** TLS from the start, after STARTTLS, or none (a relay on this machine). */
  security: 'tls' | 'starttls' | 'off';
  user?: string;
  password?: string;
  /** RFC 5322 address, with a name where wanted. */
  from: string;
}

export interface Mail {
  to: { name: string; address: string };
  subject: string;
  text: string;
  /** RFC 5545, with its method. */
  calendar: { method: 'REQUEST' | 'CANCEL'; content: string };
  /** The same for each attempt: a server that took it may tell that it has it already. */
  messageId: string;
}

/** The server has refused it for good (RFC 5321 4.2.1: 5yz): trying again is of no use. */
export class MailRefused extends Error {}

/** Sends mails; one connection each. Rejects with what the server said. `address`: where they come from, without a name. */
export function openMail(settings: MailSettings): { address: string; send(mail: Mail): Promise<void> } {
  const { host, port, security, user, password, from } = settings;
  const transport = createTransport({
    ...{ host, port, secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'off' },
    ...(user !== undefined && password !== undefined ? { auth: { user, pass: password } } : {}),
    ...{ connectionTimeout: 15_000, greetingTimeout: 15_000, socketTimeout: 60_000 },
  });
  return {
    address: /<([^>]+)>/.exec(from)?.[1] ?? from,
    async send({ to, subject, text, calendar, messageId }) {
      const icalEvent = { ...calendar, filename: 'meeting.ics' };
      try {
        await transport.sendMail({ from, to, subject, text, icalEvent, messageId });
      } catch (error) {
        const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
        const reason = error instanceof Error ? error.message : String(error);
        throw code >= 500 && code < 600 ? new MailRefused(reason) : new Error(reason);
      }
    },
  };
}
