/** What is shown in the place of the meeting's pictures, by browsers and in the composed picture. `{time}` as a clock says it. */
export const SLIDE_WORDS = {
  vi: {
    before: { title: 'Cuộc họp sắp bắt đầu', until: 'Bắt đầu lúc {time}' },
    break: { title: 'Cuộc họp tạm nghỉ', until: 'Họp lại lúc {time}' },
  },
  en: {
    before: { title: 'The meeting will begin soon', until: 'It begins at {time}' },
    break: { title: 'The meeting takes a break', until: 'It resumes at {time}' },
  },
} as const;
