import Gio from 'gi://Gio?version=2.0';
import type { PartPreface } from '../../recorder-protocol.ts';

/** A connection to a part's writer. Whoever opened it closes it, after the sink that writes to it has been stopped. */
export interface PartOutlet {
  /** For `fdsink`. */
  readonly fd: number;
  close(): void;
}

/** Connects to the writer's socket and says which part follows. Throws where nobody listens. */
export function openOutlet(socket: string, preface: PartPreface): PartOutlet {
  const connection = new Gio.SocketClient().connect(Gio.UnixSocketAddress.new(socket), null);
  connection.get_output_stream().write_all(new TextEncoder().encode(`${JSON.stringify(preface)}\n`), null);
  return {
    fd: connection.get_socket().fd,
    close: () => {
      connection.close(null);
    },
  };
}
