import type { ParticipantId, RoomId } from './ids.ts';

/** The room of `npm run demo`. */
export const DEMO_ROOM_ID: RoomId = '100100';
export const DEMO_TITLE = 'Giao ban tháng: phòng chống thiên tai';

export interface DemoSite {
  id: ParticipantId;
  name: string;
  /** Degrees. */
  hue: number;
  voice: string;
}

/** A demonstration province: six of Bắc Kạn's districts. */
export const DEMO_SITES: readonly DemoSite[] = [
  { id: 'demo-ba-be', name: 'Ba Bể', hue: 205, voice: 'vi-1.ogg' },
  { id: 'demo-pac-nam', name: 'Pác Nặm', hue: 150, voice: 'vi-2.ogg' },
  { id: 'demo-cho-don', name: 'Chợ Đồn', hue: 35, voice: 'vi-3.ogg' },
  { id: 'demo-na-ri', name: 'Na Rì', hue: 285, voice: 'vi-4.ogg' },
  { id: 'demo-bach-thong', name: 'Bạch Thông', hue: 330, voice: 'en-1.ogg' },
  { id: 'demo-ngan-son', name: 'Ngân Sơn', hue: 95, voice: 'en-2.ogg' },
];
