/** A line that SIP over UDP goes over, and that can be cut: it takes the place of each end for the other. Loopback only. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { address } from './sip-peers.ts';

export interface SipLine {
  /** The codec's port, as the gateway is to see it. */
  readonly codecPort: number;
  /** The gateway's port, as the codec sees it. */
  readonly gatewayPort: number;
  cut: boolean;
  close(): void;
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

/** Between a codec's SIP port and the gateway's. Each end only ever reads the line's own ports. */
export async function openSipLine(codecPort: number, gatewayPort: number): Promise<SipLine> {
  const atCodec = await bound();
  const atGateway = await bound();
  const line = {
    codecPort: atGateway.address().port,
    gatewayPort: atCodec.address().port,
    cut: false,
    close: () => {
      atCodec.close();
      atGateway.close();
    },
  };
  atCodec.on('message', (bytes) => {
    if (line.cut) return;
    const ports = { [codecPort]: line.codecPort, [line.gatewayPort]: gatewayPort };
    atGateway.send(renamed(bytes, ports), gatewayPort, address);
  });
  atGateway.on('message', (bytes) => {
    if (line.cut) return;
    const ports = { [gatewayPort]: line.gatewayPort, [line.codecPort]: codecPort };
    atCodec.send(renamed(bytes, ports), codecPort, address);
  });
  return line;
}

/** Contact, Via and Request-URI name the ports of the other side; the description behind the empty line stays. */
function renamed(bytes: Buffer, ports: Record<number, number>): Buffer {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const [head, body] = end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end)];
  const named = head.replace(/:(\d{4,5})\b/g, (whole, port: string) =>
    ports[Number(port)] ? `:${ports[Number(port)]}` : whole,
  );
  return Buffer.from(named + body, 'latin1');
}
