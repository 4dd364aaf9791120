/** Version of the wire contract. A client that announces another major is refused with `versionUnsupported`. */
export const PROTOCOL_VERSION = 4;

/** A message above this size (bytes of JSON) is refused with `messageTooLarge`. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** socket.io's own limit: a packet above it closes the connection. */
export const MAX_PACKET_BYTES = 256 * 1024;
