// biome-ignore-all lint/complexity/noStaticOnlyClass: the constructors are static in gobject-introspection.
/** The part of cairo, Pango and Gdk that pictures are drawn with, as GJS 1.74 names it. */

declare module 'cairo' {
  export class ImageSurface {
    constructor(format: number, width: number, height: number);
  }
  export class Context {
    constructor(surface: ImageSurface);
    setSourceRGB(red: number, green: number, blue: number): void;
    setLineWidth(width: number): void;
    setLineCap(cap: number): void;
    paint(): void;
    rectangle(x: number, y: number, width: number, height: number): void;
    arc(x: number, y: number, radius: number, from: number, to: number): void;
    arcNegative(x: number, y: number, radius: number, from: number, to: number): void;
    moveTo(x: number, y: number): void;
    lineTo(x: number, y: number): void;
    newSubPath(): void;
    closePath(): void;
    fill(): void;
    stroke(): void;
    /** Frees the native context at once. */
    $dispose(): void;
  }
  const cairo: {
    Format: { ARGB32: number };
    LineCap: { ROUND: number };
    ImageSurface: typeof ImageSurface;
    Context: typeof Context;
  };
  export default cairo;
}

declare module 'gi://Pango?version=1.0' {
  namespace Pango {
    enum EllipsizeMode {
      END = 3,
    }
    enum Alignment {
      LEFT,
      CENTER,
    }
    enum WrapMode {
      WORD_CHAR = 2,
    }
    class FontDescription {
      static from_string(text: string): FontDescription;
      set_absolute_size(pangoUnits: number): void;
    }
    class Layout {
      set_font_description(description: FontDescription): void;
      set_text(text: string, length: number): void;
      set_width(pangoUnits: number): void;
      /** Negative: at most so many lines per paragraph. */
      set_height(lines: number): void;
      set_ellipsize(mode: EllipsizeMode): void;
      set_alignment(alignment: Alignment): void;
      set_wrap(mode: WrapMode): void;
      get_pixel_size(): [number, number];
    }
    const SCALE: number;
  }
  export default Pango;
}

declare module 'gi://PangoCairo?version=1.0' {
  import type Pango from 'gi://Pango?version=1.0';
  import type cairo from 'cairo';

  const PangoCairo: {
    create_layout(context: InstanceType<typeof cairo.Context>): Pango.Layout;
    show_layout(context: InstanceType<typeof cairo.Context>, layout: Pango.Layout): void;
  };
  export default PangoCairo;
}

declare module 'gi://Gdk?version=3.0' {
  import type GLib from 'gi://GLib?version=2.0';
  import type cairo from 'cairo';

  interface Pixbuf {
    /** RGBA, rows without padding. */
    read_pixel_bytes(): GLib.Bytes;
  }
  const Gdk: {
    pixbuf_get_from_surface(
      surface: InstanceType<typeof cairo.ImageSurface>,
      x: number,
      y: number,
      width: number,
      height: number,
    ): Pixbuf | null;
  };
  export default Gdk;
}
