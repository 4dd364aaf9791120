// biome-ignore-all lint/complexity/noStaticOnlyClass: the constructors are static in gobject-introspection.
// biome-ignore-all lint/suspicious/noMisleadingInstantiator: idem, `new` is what they are called.
// biome-ignore-all lint/suspicious/noShadowRestrictedNames: inside the namespaces GLib and Gst they shadow nothing.
/** The part of GJS 1.74, GLib, Gio and GStreamer 1.22 that the jobs use, as gobject-introspection names it. */

declare function print(...values: unknown[]): void;
declare function printerr(...values: unknown[]): void;
declare const ARGV: string[];

declare module 'system' {
  const system: { gc(): void; exit(code: number): never };
  export default system;
}

declare module 'gi://GLib?version=2.0' {
  namespace GLib {
    class MainLoop {
      static new(context: null, isRunning: boolean): MainLoop;
      run(): void;
      quit(): void;
    }
    class Bytes {
      constructor(bytes: Uint8Array);
      get_size(): number;
    }
    class Error {
      readonly message: string;
      readonly code: number;
    }
    class TimeZone {
      /** Null when there is no such zone. */
      static new_identifier(identifier: string): TimeZone | null;
      static new_local(): TimeZone;
    }
    class DateTime {
      static new_now(zone: TimeZone): DateTime;
      format(format: string): string | null;
      /** Of the minute, with fractions. */
      get_seconds(): number;
    }
    /** The callback runs on the main loop every `milliseconds` until it answers false. */
    function timeout_add(priority: number, milliseconds: number, callback: () => boolean): number;
    function source_remove(id: number): boolean;
    enum FileTest {
      IS_REGULAR,
    }
    function file_test(path: string, test: FileTest): boolean;
    function file_get_contents(path: string): [boolean, Uint8Array];
    function base64_encode(bytes: Uint8Array): string;
    /** Microseconds. */
    function get_monotonic_time(): number;
    function usleep(microseconds: number): void;
    enum ChecksumType {
      MD5,
      SHA1,
      SHA256,
      SHA512,
      SHA384,
    }
    function compute_checksum_for_bytes(type: ChecksumType, bytes: Bytes): string | null;
    function base64_decode(text: string): Uint8Array;
    function base64_encode(bytes: Uint8Array): string;
    function random_int_range(begin: number, end: number): number;
    const PRIORITY_DEFAULT: number;
  }
  export default GLib;
}

declare module 'gi://Gio?version=2.0' {
  namespace Gio {
    enum SocketFamily {
      IPV4,
      IPV6,
    }
    enum SocketType {
      DATAGRAM,
    }
    enum SocketProtocol {
      UDP,
    }
    class SocketAddress {}
    class UnixSocketAddress extends SocketAddress {
      static new(path: string): UnixSocketAddress;
    }
    class OutputStream {
      write_all(bytes: Uint8Array, cancellable: null): [boolean, number];
    }
    class SocketConnection {
      get_output_stream(): OutputStream;
      get_socket(): Socket;
      close(cancellable: null): boolean;
    }
    class SocketClient {
      connect(to: SocketAddress, cancellable: null): SocketConnection;
    }
    class InetSocketAddress extends SocketAddress {
      static new_from_string(address: string, port: number): InetSocketAddress | null;
      readonly port: number;
    }
    class Socket {
      static new(family: SocketFamily, type: SocketType, protocol: SocketProtocol): Socket;
      bind(address: SocketAddress, allowReuse: boolean): boolean;
      readonly fd: number;
      close(): boolean;
      get_family(): SocketFamily;
      set_option(level: number, name: number, value: number): boolean;
      get_local_address(): InetSocketAddress;
    }
    class UnixInputStream {
      static new(fd: number, closeFd: boolean): UnixInputStream;
    }
    class AsyncResult {}
    class DataInputStream {
      static new(base: UnixInputStream): DataInputStream;
      read_line_async(
        priority: number,
        cancellable: null,
        callback: (stream: DataInputStream, result: AsyncResult) => void,
      ): void;
      /** The line is null at the end of the stream. */
      read_line_finish_utf8(result: AsyncResult): [string | null, number];
    }
  }
  export default Gio;
}

declare module 'gi://GObject?version=2.0' {
  namespace GObject {
    class ValueArray {
      readonly n_values: number;
      get_nth(index: number): unknown;
    }
  }
  export default GObject;
}

declare module 'gi://GstRtp?version=1.0' {
  import type Gst from 'gi://Gst?version=1.0';

  namespace GstRtp {
    class RTPHeaderExtension extends Gst.Element {
      set_id(id: number): void;
    }
  }
  export default GstRtp;
}

declare module 'gi://Gst?version=1.0' {
  import type GLib from 'gi://GLib?version=2.0';

  namespace Gst {
    enum State {
      NULL = 1,
      READY,
      PAUSED,
      PLAYING,
    }
    enum StateChangeReturn {
      FAILURE,
      SUCCESS,
      ASYNC,
      NO_PREROLL,
    }
    enum MessageType {
      EOS,
      ERROR,
      WARNING,
      LATENCY,
      ELEMENT,
    }
    enum EventType {
      EOS,
      CUSTOM_UPSTREAM,
      CUSTOM_DOWNSTREAM,
    }
    enum PadLinkReturn {
      OK,
    }
    enum PadLinkCheck {
      HIERARCHY = 1,
    }
    class Object {
      name: string;
      get_name(): string;
      get_parent(): Object | null;
      /** gjs converts JavaScript values to the property's own type. */
      set_property(name: string, value: unknown): void;
      /** The only one for its property: another would take its place while it may be in use. */
      add_control_binding(binding: ControlBinding): boolean;
    }
    class ControlBinding extends Object {}
    class Structure {
      static new_empty(name: string): Structure;
      static new_from_string(text: string): Structure | null;
      set_value(name: string, value: unknown): void;
      get_value(name: string): unknown;
      has_field(name: string): boolean;
      get_name(): string;
      to_string(): string;
    }
    class Caps {
      static from_string(text: string): Caps | null;
      get_structure(index: number): Structure;
    }
    class Buffer {
      static new_wrapped_bytes(bytes: GLib.Bytes): Buffer;
      /** Nanoseconds. */
      pts: number;
      duration: number;
      get_size(): number;
      extract_dup(offset: number, size: number): Uint8Array;
    }
    enum Format {
      TIME = 3,
    }
    class Segment {
      init(format: Format): void;
      to_running_time(format: Format, position: number): number;
    }
    class Sample {
      get_buffer(): Buffer;
      get_segment(): Segment;
      get_caps(): Caps;
      static new(buffer: Buffer, caps: Caps, segment: null, info: null): Sample;
    }
    class Event {
      static new_flush_start(): Event;
      static new_flush_stop(resetTime: boolean): Event;
      static new_eos(): Event;
      static new_stream_start(streamId: string): Event;
      static new_caps(caps: Caps): Event;
      static new_segment(segment: Segment): Event;
      static new_custom(type: EventType, structure: Structure): Event;
    }
    class Message {
      readonly type: MessageType;
      readonly src: Object;
      parse_error(): [GLib.Error, string | null];
      parse_warning(): [GLib.Error, string | null];
      get_structure(): Structure | null;
    }
    class Bus {
      add_watch(priority: number, callback: (bus: Bus, message: Message) => boolean): number;
      remove_watch(): boolean;
      /** Waits for one of these types; null when none has come in time. */
      timed_pop_filtered(timeoutNs: number, types: MessageType): Message | null;
    }
    class Pad extends Object {
      get_sticky_event(type: EventType, index: number): Event | null;
      link(sink: Pad): PadLinkReturn;
      link_full(sink: Pad, checks: PadLinkCheck): PadLinkReturn;
      unlink(sink: Pad): boolean;
      send_event(event: Event): boolean;
      push_event(event: Event): boolean;
      is_linked(): boolean;
      get_peer(): Pad | null;
      get_current_caps(): Caps | null;
      set_offset(nanoseconds: number): void;
      chain(buffer: Buffer): number;
      set_active(active: boolean): boolean;
    }
    class GhostPad extends Pad {
      static new(name: string | null, target: Pad): GhostPad;
    }
    class Element extends Object {
      set_state(state: State): StateChangeReturn;
      get_state(timeoutNs: number): [StateChangeReturn, State, State];
      set_locked_state(locked: boolean): boolean;
      sync_state_with_parent(): boolean;
      get_static_pad(name: string): Pad | null;
      request_pad_simple(name: string): Pad | null;
      release_request_pad(pad: Pad): void;
      add_pad(pad: Pad): boolean;
      remove_pad(pad: Pad): boolean;
      send_event(event: Event): boolean;
      /** Emits an action signal. */
      emit(signal: string, ...values: unknown[]): unknown;
      link(sink: Element): boolean;
      unlink(sink: Element): void;
      /** Whether it is known, and nanoseconds. */
      query_position(format: Format): [boolean, number];
    }
    class Bin extends Element {
      add(element: Element): boolean;
      remove(element: Element): boolean;
      get_by_name(name: string): Element | null;
      get_children_count(): number;
      get_child_by_index(index: number): Element;
      recalculate_latency(): boolean;
    }
    class Clock extends Object {
      /** Nanoseconds. */
      get_time(): number;
    }
    class SystemClock extends Clock {
      static obtain(): Clock;
    }
    class Pipeline extends Bin {
      constructor(properties?: { name: string });
      get_bus(): Bus;
      use_clock(clock: Clock): void;
      get_clock(): Clock;
      get_base_time(): number;
    }
    class ElementFactory {
      static find(factory: string): ElementFactory | null;
      static make(factory: string, name: string | null): Element | null;
    }
    function init(args: null): void;
    function version_string(): string;
    function parse_launch(description: string): Element;
    function parse_bin_from_description(description: string, ghostUnlinkedPads: boolean): Bin;
    function util_set_object_arg(object: Object, name: string, value: string): void;
  }
  export default Gst;
}

declare module 'gi://GstController?version=1.0' {
  import type Gst from 'gi://Gst?version=1.0';

  namespace GstController {
    enum InterpolationMode {
      LINEAR = 1,
    }
    class InterpolationControlSource extends Gst.Object {
      /** Whole nanoseconds. */
      set(time: number, value: number): boolean;
      unset(time: number): boolean;
    }
    class DirectControlBinding extends Gst.ControlBinding {
      static new_absolute(
        object: Gst.Object,
        property: string,
        source: InterpolationControlSource,
      ): DirectControlBinding;
    }
  }
  export default GstController;
}
