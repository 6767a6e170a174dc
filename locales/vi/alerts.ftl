# reviewed: no
# Cảnh báo và tin đồn đã kiểm tra.

alert-new-headline = { $kind }: { $place }
alert-new-body = Tình nguyện viên đã được huấn luyện xác nhận từ { $from } đến { $until }.
alert-update-headline = Vẫn đang tiếp tục: { $kind }, { $place }
alert-update-body = Tình nguyện viên đã được huấn luyện lại thấy từ { $from } đến { $until }.
alert-rechecking-headline = Đang kiểm tra lại: { $kind }, { $place }
alert-rechecking-body = Có nghi ngờ về cảnh báo này từ { $issued }. Tình nguyện viên đang kiểm tra lại.
alert-wrong-headline = Đã sai: { $kind }, { $place }
alert-wrong-body = Tình nguyện viên kiểm tra lại lúc { $until } và thấy { $what }. Cảnh báo là lỗi của chúng tôi.
alert-over-headline = Đã kết thúc: { $kind }, { $place }
alert-over-body = { $how } Thấy lần cuối lúc { $until }.
alert-rumor-check-headline = Tin đồn đã kiểm tra: { $place }
alert-rumor-check-body = Kiểm tra lúc { $until }: tình nguyện viên thấy { $what }, không có nhân viên di trú.
alert-no-news-headline = Không có tin mới từ { $issued }: { $kind }, { $place }
alert-no-news-body = Điều này không có nghĩa là đã kết thúc.

alert-place-around = quanh { $place }
alert-place-in = đâu đó trong { $place }
alert-only-then = Điều này chỉ nói về nơi đó và lúc đó.
alert-call = Gọi { $phone } nếu có người bị bắt đi hoặc cần giúp đỡ.

rumor-confirmed = Kiểm tra lúc { $at }: { $count } tình nguyện viên đã xác nhận: { $kind }.
rumor-false-alarm = Kiểm tra lúc { $at }: { $count } tình nguyện viên thấy { $what }, không có nhân viên di trú.
rumor-could-not-check = Hỏi lúc { $at }: không ai kiểm tra được. Chúng tôi không biết.
rumor-ended = Kiểm tra lúc { $at }: có xảy ra, và đã kết thúc. { $how }
rumor-times = Được hỏi { $count } lần.
