import type { Templates } from '../protocol/notices.ts';

/** What is sent until the office writes its own. */
export const DEFAULT_TEMPLATES: Templates = {
  vi: {
    invitation: {
      subject: 'Thông báo họp trực tuyến: {title} - {date}',
      body: `Kính gửi: {recipient}

{office} thông báo cuộc họp trực tuyến "{title}" do {hostUnit} chủ trì tại {hostSite}.

Thời gian chuẩn bị, kiểm tra kỹ thuật: {preparation}
Thời gian họp chính thức: {official}
Dự kiến kết thúc: {end}
Điểm cầu phụ trách: {ownSites}

Đề nghị đồng chí kiểm tra thiết bị, nguồn điện, nguồn điện dự phòng, âm thanh, hình ảnh và phối hợp với trung tâm điều khiển chạy thử chậm nhất 30 phút trước giờ khai mạc.
{note}
{office}`,
    },
    carrier: {
      subject: 'Đề nghị bảo đảm đường truyền: {title} - {date}',
      body: `Kính gửi: {recipient}

{office} đề nghị đơn vị bảo đảm đường truyền và cử cán bộ kỹ thuật trực tại các điểm cầu trong cuộc họp trực tuyến "{title}".

Thời gian chuẩn bị, kiểm tra kỹ thuật: {preparation}
Thời gian họp chính thức: {official}
Dự kiến kết thúc: {end}
Điểm cầu: {ownSites}

{office}`,
    },
    hostUnit: {
      subject: 'Xác nhận lịch họp trực tuyến: {title} - {date}',
      body: `Kính gửi: {recipient}

{office} xác nhận lịch sử dụng hệ thống hội nghị truyền hình trực tuyến cho cuộc họp "{title}".

Thời gian chuẩn bị, kiểm tra kỹ thuật: {preparation}
Thời gian họp chính thức: {official}
Dự kiến kết thúc: {end}
Điểm cầu chủ trì: {hostSite}
Các điểm cầu: {sites}

{office}`,
    },
    change: {
      subject: 'Thay đổi lịch họp trực tuyến: {title} - {date}',
      body: `Kính gửi: {recipient}

Lịch cuộc họp trực tuyến "{title}" do {hostUnit} chủ trì đã thay đổi. Lịch mới:

Thời gian chuẩn bị, kiểm tra kỹ thuật: {preparation}
Thời gian họp chính thức: {official}
Dự kiến kết thúc: {end}
Điểm cầu: {ownSites}

{office}`,
    },
    cancellation: {
      subject: 'Hủy lịch họp trực tuyến: {title} - {date}',
      body: `Kính gửi: {recipient}

Cuộc họp trực tuyến "{title}" do {hostUnit} chủ trì, dự kiến {official}, không tổ chức.
Lý do: {reason}

{office}`,
    },
    withdrawal: {
      subject: 'Điểm cầu không còn dự cuộc họp trực tuyến: {title} - {date}',
      body: `Kính gửi: {recipient}

Lịch cuộc họp trực tuyến "{title}" do {hostUnit} chủ trì, {official}, đã thay đổi. Các điểm cầu sau không còn trong thành phần dự họp, không cần chuẩn bị:

{ownSites}

{office}`,
    },
  },
  en: {
    invitation: {
      subject: 'Video conference: {title} - {date}',
      body: `To: {recipient}

{office} announces the video conference "{title}", called by {hostUnit} and presided over at {hostSite}.

Preparation and technical check: {preparation}
Official opening: {official}
Expected end: {end}
Your site: {ownSites}

Please check equipment, power and backup power, sound and picture, and rehearse with the control room no later than 30 minutes before the opening.
{note}
{office}`,
    },
    carrier: {
      subject: 'Please secure the lines: {title} - {date}',
      body: `To: {recipient}

{office} asks you to secure the lines, and to have a technician on duty at the sites, for the video conference "{title}".

Preparation and technical check: {preparation}
Official opening: {official}
Expected end: {end}
Sites: {ownSites}

{office}`,
    },
    hostUnit: {
      subject: 'Your video conference is booked: {title} - {date}',
      body: `To: {recipient}

{office} confirms the booking of the video conference system for "{title}".

Preparation and technical check: {preparation}
Official opening: {official}
Expected end: {end}
Presided over at: {hostSite}
Sites: {sites}

{office}`,
    },
    change: {
      subject: 'Changed: {title} - {date}',
      body: `To: {recipient}

The video conference "{title}", called by {hostUnit}, was changed. It is now:

Preparation and technical check: {preparation}
Official opening: {official}
Expected end: {end}
Sites: {ownSites}

{office}`,
    },
    cancellation: {
      subject: 'Cancelled: {title} - {date}',
      body: `To: {recipient}

The video conference "{title}", called by {hostUnit} for {official}, does not take place.
Reason: {reason}

{office}`,
    },
    withdrawal: {
      subject: 'Your site is not in it any more: {title} - {date}',
      body: `To: {recipient}

The video conference "{title}", called by {hostUnit} for {official}, was changed. It takes place without these sites, where nothing is to be prepared:

{ownSites}

{office}`,
    },
  },
};
