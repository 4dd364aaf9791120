import { catalogue } from '../ui/words.svelte.ts';

/** A line that is tried without a meeting, in words with what is to be done. */
export const words = catalogue({
  vi: {
    title: 'Kiểm tra đường truyền',
    text: 'Đo hai chiều trong khoảng 20 giây, không mở camera và micrô.',
    start: 'Kiểm tra đường truyền',
    again: 'Kiểm tra lại',
    stop: 'Dừng kiểm tra',
    call: 'Gọi kiểm tra đường truyền',
    callText:
      'Trung tâm gọi thiết bị của điểm cầu, đo hình và tiếng hai chiều, phát lại cho điểm cầu nghe tiếng của chính mình, rồi tự kết thúc sau khoảng 20 giây.',
    reading: 'Đang tải kết quả…',
    none: 'Đường truyền này chưa được kiểm tra.',
    history: 'Các lần kiểm tra',
    stages: {
      calling: 'Đang gọi thiết bị…',
      connecting: 'Đang nối với trung tâm…',
      both: 'Đang đo mất gói, rung pha và độ trễ…',
      up: 'Đang đo chiều gửi về trung tâm…',
      down: 'Đang đo chiều nhận từ trung tâm…',
      loop: 'Đang phát lại cho điểm cầu nghe tiếng của chính mình…',
    },
    now: 'Gửi {up}, nhận {down}',
    levels: {
      good: 'Đường truyền tốt',
      strained: 'Đường truyền căng',
      poor: 'Đường truyền kém',
      down: 'Không dùng được',
    },
    failures: {
      call: 'Không gọi được thiết bị: {cause}.',
      noMedia:
        'Không có hình và tiếng đi qua đường truyền. Kiểm tra tường lửa và cổng UDP, TCP của trung tâm điều khiển.',
      stopped: 'Kiểm tra bị dừng giữa chừng.',
      interrupted: 'Máy chủ dừng giữa chừng. Kiểm tra lại.',
    },
    half: {
      up: 'Gửi về trung tâm',
      down: 'Nhận từ trung tâm',
      full: '{rate}, hết sức chứa',
      least: 'ít nhất {rate}',
      carried: '{rate} như thiết bị đang gửi',
      carriedDown: '{rate} như trung tâm đang gửi',
      nothing: 'không đo được',
    },
    marks: { sound: 'tiếng', small: 'hình nhỏ', medium: 'hình vừa', large: 'hình lớn' },
    figures: {
      loss: 'Mất gói',
      jitter: 'Rung pha',
      roundTrip: 'Trễ khứ hồi',
      level: 'Tiếng to nhất từ điểm cầu',
      loop: 'Vòng tiếng',
    },
    silent: 'không có tiếng',
    loop: '{total} = {line} trên đường truyền + {centre} tại trung tâm',
    loopText:
      'Vòng tiếng: điểm cầu nói, hai giây sau nghe lại tiếng của mình. Chưa tính hai giây chờ đó và thời gian xử lý của chính thiết bị.',
    upDown: '{up} gửi, {down} nhận',
    said: '{time}, {way}, do {by}',
    ways: { browser: 'từ máy tính', codec: 'bằng cuộc gọi tới thiết bị' },
    device: 'máy của điểm cầu',
    link: 'người có liên kết vào họp',
    direction: { up: 'chiều gửi về trung tâm', down: 'chiều nhận từ trung tâm' },
    advice: {
      fine: 'Đủ cho hình lớn và tiếng hai chiều. Không cần làm gì.',
      fineCall: 'Cuộc gọi thông suốt hai chiều ở tốc độ đã đo. Không cần làm gì.',
      loss: 'Mất {value} gói ở {direction}. Nối máy bằng dây mạng thay cho Wi-Fi, tắt việc tải khác; nếu vẫn còn, báo đơn vị cung cấp đường truyền.',
      jitter:
        'Gói tới không đều ({value}) ở {direction}. Tắt việc tải khác trên cùng đường truyền; nếu vẫn còn, báo đơn vị cung cấp đường truyền.',
      roundTrip: 'Trễ khứ hồi {value}: người nói sẽ chồng tiếng nhau. Báo đơn vị cung cấp đường truyền.',
      belowCapacity:
        'Chỉ qua được {value} ở {direction}, danh bạ ghi {limit}. Tắt việc tải khác rồi đo lại; nếu vẫn thiếu, báo đơn vị cung cấp đường truyền.',
      aboveTargetLoss:
        'Mất gói {value} ở {direction}, đơn vị cung cấp đường truyền cam kết {limit}. Báo đơn vị cung cấp.',
      aboveTargetJitter:
        'Rung pha {value} ở {direction}, đơn vị cung cấp đường truyền cam kết {limit}. Báo đơn vị cung cấp.',
      aboveTargetRoundTrip: 'Trễ khứ hồi {value}, đơn vị cung cấp đường truyền cam kết {limit}. Báo đơn vị cung cấp.',
      mediumPicture: 'Chỉ đủ cho hình vừa ở {direction} ({value}); hình lớn cần {limit}.',
      smallPicture: 'Chỉ đủ cho hình nhỏ ở {direction} ({value}); hình vừa cần {limit}. Đề nghị nâng đường truyền.',
      soundOnly:
        'Chỉ đủ cho tiếng ở {direction} ({value}); hình nhỏ cần {limit}. Đề nghị nâng đường truyền, hoặc họp bằng tiếng.',
      nothing: 'Không đủ cho cả tiếng ở {direction} ({value}, cần {limit}). Gọi điểm cầu này bằng điện thoại.',
      processor: 'Máy tính xử lý không kịp, chưa đo hết được đường truyền. Đóng chương trình khác rồi đo lại.',
      nothingSent: 'Không có gì đi qua {direction}. Kiểm tra camera, micrô của thiết bị và tường lửa.',
    },
  },
  en: {
    title: 'Line test',
    text: 'Measures both directions in about 20 seconds; no camera and no microphone is opened.',
    start: 'Test the line',
    again: 'Test again',
    stop: 'Stop the test',
    call: 'Test the line by a call',
    callText:
      'The centre calls the codec, measures picture and sound both ways, plays its own sound back to it, and hangs up by itself after about 20 seconds.',
    reading: 'Loading results…',
    none: 'This line was not tested yet.',
    history: 'Tests so far',
    stages: {
      calling: 'Calling the codec…',
      connecting: 'Connecting to the centre…',
      both: 'Measuring loss, jitter and delay…',
      up: 'Measuring the way to the centre…',
      down: 'Measuring the way from the centre…',
      loop: 'Playing its own sound back to the site…',
    },
    now: 'Sending {up}, receiving {down}',
    levels: { good: 'Line good', strained: 'Line strained', poor: 'Line poor', down: 'Line of no use' },
    failures: {
      call: 'The codec could not be called: {cause}.',
      noMedia:
        'No picture and no sound came through. Look at the firewall, for the UDP and TCP ports of the control centre.',
      stopped: 'The test was stopped half-way.',
      interrupted: 'The server stopped half-way. Test again.',
    },
    half: {
      up: 'To the centre',
      down: 'From the centre',
      full: '{rate}, no more',
      least: 'at least {rate}',
      carried: '{rate}, as the codec sends',
      carriedDown: '{rate}, as the centre sends',
      nothing: 'not measured',
    },
    marks: { sound: 'sound', small: 'small picture', medium: 'medium picture', large: 'large picture' },
    figures: {
      loss: 'Loss',
      jitter: 'Jitter',
      roundTrip: 'Round trip',
      level: 'Loudest sound from the site',
      loop: 'Sound loop',
    },
    silent: 'silent',
    loop: '{total} = {line} on the line + {centre} at the centre',
    loopText:
      'Sound loop: the site speaks, and hears itself two seconds later. Those two seconds do not count, nor what the codec itself takes.',
    upDown: '{up} sent, {down} received',
    said: '{time}, {way}, by {by}',
    ways: { browser: 'from a computer', codec: 'by a call to the codec' },
    device: "the site's computer",
    link: 'who holds a link',
    direction: { up: 'to the centre', down: 'from the centre' },
    advice: {
      fine: 'Enough for a large picture and sound both ways. Nothing to do.',
      fineCall: 'The call went through both ways at the rates measured. Nothing to do.',
      loss: '{value} of the packets are lost {direction}. Use a cable instead of Wi-Fi and stop other downloads; if it stays, tell the carrier.',
      jitter:
        'Packets come unevenly ({value}) {direction}. Stop other downloads on this line; if it stays, tell the carrier.',
      roundTrip: 'The round trip takes {value}: people will talk over each other. Tell the carrier.',
      belowCapacity:
        'Only {value} comes through {direction}, the directory says {limit}. Stop other downloads and test again; if it stays, tell the carrier.',
      aboveTargetLoss: 'Loss {value} {direction}, the carrier has promised {limit}. Tell the carrier.',
      aboveTargetJitter: 'Jitter {value} {direction}, the carrier has promised {limit}. Tell the carrier.',
      aboveTargetRoundTrip: 'Round trip {value}, the carrier has promised {limit}. Tell the carrier.',
      mediumPicture: 'Enough for a medium picture {direction} ({value}); a large one needs {limit}.',
      smallPicture:
        'Enough for a small picture {direction} ({value}); a medium one needs {limit}. Have the line widened.',
      soundOnly:
        'Enough for sound alone {direction} ({value}); a small picture needs {limit}. Have the line widened, or meet by sound.',
      nothing: 'Not enough even for sound {direction} ({value}, {limit} needed). Call this site by telephone.',
      processor: 'The computer was too slow to fill the line. Close other programs and test again.',
      nothingSent: 'Nothing came through {direction}. Look at camera and microphone of the codec, and at the firewall.',
    },
  },
});
