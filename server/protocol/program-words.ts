import type { Scope } from './programs.ts';

/** What each right is good for, at the desk and in the description of the interface. */
export const SCOPE_WORDS = {
  vi: {
    'bookings:read': 'Xem lịch họp và thông báo',
    'bookings:write': 'Đăng ký, sửa và hủy cuộc họp',
    'bookings:confirm': 'Xác nhận và thông báo cuộc họp',
    'sites:read': 'Xem danh bạ điểm cầu',
    'sites:write': 'Nhập, thêm, sửa và xóa điểm cầu',
    'meetings:read': 'Xem các cuộc họp đã mở',
    'recordings:read': 'Xem danh sách bản ghi',
  },
  en: {
    'bookings:read': 'See bookings and notices',
    'bookings:write': 'Book, change and cancel meetings',
    'bookings:confirm': 'Confirm and announce meetings',
    'sites:read': 'See the directory of sites',
    'sites:write': 'Import, add, change and remove sites',
    'meetings:read': 'See the meetings that were opened',
    'recordings:read': 'See the list of recordings',
  },
} as const satisfies Record<'vi' | 'en', Record<Scope, string>>;
