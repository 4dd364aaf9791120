import type { ProgramEvent } from '../../protocol/bookings.ts';
import type { OperationId } from './operations.ts';

interface ApiWords {
  title: string;
  text: string;
  refused: string;
  done: string;
  operations: Record<OperationId, string>;
  /** What has happened when a program is called. */
  calls: Record<ProgramEvent, string>;
  called: string;
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
      addSite: 'Thêm một điểm cầu',
      readSite: 'Một điểm cầu',
      replaceSite: 'Ghi lại cả một điểm cầu; If-Match là ETag đã đọc; địa chỉ gọi giữ nguyên nếu không nêu',
      changeSite: 'Sửa các trường được nêu của một điểm cầu; null là bỏ trường đó; If-Match là ETag đã đọc',
      removeSite: 'Xóa một điểm cầu',
      importSites: 'Nhập danh bạ điểm cầu từ tệp; không có save=true thì chỉ kiểm tra thử',
      listMeetings: 'Các cuộc họp đã mở',
      listRecordings: 'Các bản ghi, cũ nhất trước',
    },
    calls: {
      requested: 'Cuộc họp được đăng ký',
      changed: 'Cuộc họp được sửa',
      confirmed: 'Cuộc họp được xác nhận',
      announced: 'Cuộc họp được thông báo',
      rehearsing: 'Bắt đầu chạy thử',
      opened: 'Khai mạc cuộc họp',
      closed: 'Cuộc họp kết thúc',
      reported: 'Đã báo cáo xong cuộc họp',
      cancelled: 'Cuộc họp bị hủy',
      'incident.opened': 'Có sự cố đường truyền, âm thanh hoặc hình ảnh trong cuộc họp',
      'incident.closed': 'Sự cố kết thúc, có thời lượng',
      'recording.ready': 'Bản ghi đã lưu xong',
      'recording.deleted': 'Bản ghi bị xóa hoặc hết hạn lưu',
    },
    called: 'Trả lời 2xx là đã nhận; khác đi thì gọi lại trong 17 giờ',
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
      addSite: 'Add a site',
      readSite: 'One site',
      replaceSite: 'Write all of a site; If-Match is the ETag that was read; how it is called stays unless it is named',
      changeSite: 'Change the fields that are named; null takes one away; If-Match is the ETag that was read',
      removeSite: 'Remove a site',
      importSites: 'Import the directory of sites from a sheet; without save=true a dry run',
      listMeetings: 'Meetings that were opened',
      listRecordings: 'Recordings, the oldest first',
    },
    calls: {
      requested: 'A meeting was requested',
      changed: 'A meeting was changed',
      confirmed: 'A meeting was confirmed',
      announced: 'A meeting was announced',
      rehearsing: 'The rehearsal began',
      opened: 'The meeting was opened',
      closed: 'The meeting ended',
      reported: 'The meeting was reported',
      cancelled: 'The meeting was cancelled',
      'incident.opened': 'A line, sound or picture failed in a meeting',
      'incident.closed': 'An incident is over, with its length',
      'recording.ready': 'A recording is saved',
      'recording.deleted': 'A recording was deleted, or its time had come',
    },
    called: '2xx says that it has arrived; otherwise it is called again for 17 hours',
  },
} satisfies Record<'vi' | 'en', ApiWords>;
