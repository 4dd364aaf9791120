import type { OperationId } from './operations.ts';

interface ApiWords {
  title: string;
  text: string;
  refused: string;
  done: string;
  operations: Record<OperationId, string>;
}

/** What each operation does, as the description says it. */
export const OPERATION_WORDS = {
  vi: {
    title: 'Giao diện Rostrum cho phần mềm',
    text: 'Mọi thời điểm tính bằng mili giây từ 1/1/1970 (UTC). Khóa truy cập do quản trị cấp ở mục Kết nối của bàn điều khiển và gửi trong tiêu đề Authorization: Bearer. Mỗi lần bị từ chối có mã cố định, trường sai, quy tắc và cách sửa theo Accept-Language (vi, en). Mọi POST có Idempotency-Key được trả lời như lần đầu trong 24 giờ. Mỗi khóa gọi tối đa 600 lần một phút.',
    refused: 'Bị từ chối',
    done: 'Đã thực hiện',
    operations: {
      describe: 'Mô tả giao diện này (OpenAPI 3.1)',
      readToken: 'Khóa truy cập đang dùng: quyền và hạn dùng',
      listChoices: 'Điểm cầu, đơn vị chủ trì và bàn điều khiển có thể ghi trong lịch họp',
      listBookings: 'Các cuộc họp trong một khoảng thời gian',
      book: 'Đăng ký cuộc họp, một buổi hoặc lặp lại; trùng lịch thì nêu rõ và không lưu gì',
      checkBooking: 'Kiểm tra trước khi đăng ký: các buổi, thời hạn và chỗ trùng lịch',
      readBooking: 'Một cuộc họp',
      changeBooking: 'Sửa một cuộc họp; If-Match là ETag đã đọc',
      confirmBooking: 'Xác nhận một cuộc họp đã đăng ký',
      cancelBooking: 'Hủy một cuộc họp, kèm lý do',
      announceBooking: 'Thông báo cuộc họp cho mọi người liên quan',
      listNotices: 'Đã báo cho ai, bằng cách nào, đã nhận hay chưa',
      readCalendar: 'Cuộc họp dạng tệp lịch (iCalendar)',
      listSites: 'Danh bạ điểm cầu',
      importSites: 'Nhập danh bạ điểm cầu từ tệp; không có save=true thì chỉ kiểm tra thử',
      listMeetings: 'Các cuộc họp đã mở',
      listRecordings: 'Các bản ghi, cũ nhất trước',
    },
  },
  en: {
    title: 'Rostrum for programs',
    text: 'All times are milliseconds since 1 January 1970 (UTC). Administrators give out access tokens at the desk, section Programs; send one as Authorization: Bearer. Every refusal has a stable code, the field, the rule and the remedy, in the language of Accept-Language (vi, en). A POST with an Idempotency-Key is answered as the first time for 24 hours. A token may ask 600 times a minute.',
    refused: 'Refused',
    done: 'Done',
    operations: {
      describe: 'This description (OpenAPI 3.1)',
      readToken: 'The access token itself: its rights and how long it is good',
      listChoices: 'Sites, host units and desks that a booking may name',
      listBookings: 'The meetings of a time',
      book: 'Book a meeting, once or repeated; a clash is named and nothing is saved',
      checkBooking: 'Look before booking: the meetings, the deadlines and every clash',
      readBooking: 'One meeting',
      changeBooking: 'Change a meeting; If-Match is the ETag that was read',
      confirmBooking: 'Confirm a meeting that was requested',
      cancelBooking: 'Cancel a meeting, with the reason',
      announceBooking: 'Tell everyone concerned of a meeting',
      listNotices: 'Who was told, how, and whether it arrived',
      readCalendar: 'The meeting as a calendar file (iCalendar)',
      listSites: 'The directory of sites',
      importSites: 'Import the directory of sites from a sheet; without save=true a dry run',
      listMeetings: 'Meetings that were opened',
      listRecordings: 'Recordings, the oldest first',
    },
  },
} satisfies Record<'vi' | 'en', ApiWords>;
