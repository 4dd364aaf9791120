import { catalogue } from '../ui/words.svelte.ts';

export const words = catalogue({
  vi: {
    page: 'Bản ghi',
    reading: 'Đang tải danh sách bản ghi…',
    none: 'Chưa có bản ghi nào. Bản ghi xuất hiện ở đây ngay khi dừng ghi.',
    back: 'Cuộc họp',
    play: 'Xem {title}',
    download: 'Tải về',
    downloadOf: 'Tải về {title}',
    unplayable: 'Trình duyệt không phát được bản ghi này. Tải về để xem bằng chương trình khác.',
    room: 'Phòng {room}',
  },
  en: {
    page: 'Recordings',
    reading: 'Loading the recordings…',
    none: 'No recording yet. A recording appears here as soon as it is stopped.',
    back: 'Meetings',
    play: 'Watch {title}',
    download: 'Download',
    downloadOf: 'Download {title}',
    unplayable: 'This browser cannot play the recording. Download it to watch it with another program.',
    room: 'Room {room}',
  },
});
