# reviewed: no
# Bàn trực.

helpers-aid = Nhóm trợ giúp
helpers-legal = Nhóm pháp lý
step-new = Mới
step-update = Cập nhật
step-renew = Vẫn vậy

desk-joining = Máy này đang vào bàn trực. Máy của một người trực khác hoặc của người quản trị tự cho vào.
desk-on-shift = { $count ->
    [0] Không có ai trong ca trực
   *[other] { $count } người trong ca trực
}
desk-start-shift = Bắt đầu ca của tôi
desk-caller = Có người gọi
desk-rumors = Tin đồn
desk-zone-note = Ghi chú cho một khu vực
desk-zone-note-what = Thành viên đang làm nhiệm vụ trong khu vực này đọc được, cho đến hết ngày.
desk-figures = Số liệu
desk-keys = Phím
desk-send = Gửi

desk-queue = Hàng chờ
desk-search = Tìm
desk-waiting = { $count ->
    [0] Không có gì đang chờ
   *[other] { $count } vụ việc
}
desk-attention = Cần có người ngay
desk-a-home = Một căn nhà ở { $zone }
desk-on-it = Đang lo: { $who }
desk-you-have-it = Quý vị đang lo
desk-reports = { $count } tin báo
desk-vouched = { $count } có bảo đảm
desk-first-hand = Tận mắt thấy
desk-interpreter = Cần người thông dịch
desk-like = Giống số { $number }
desk-next = Tiếp
desk-before = Trước
desk-take = Để tôi lo
desk-let-go = Nhường người khác

desk-incident = Vụ việc
desk-choose = Xin chọn một vụ việc
desk-choose-hint = Nhấn J để đến vụ đầu tiên, T để nhận. Nhấn ? để xem mọi phím.
desk-choose-first = Xin chọn một vụ việc trước.
desk-six-keys = Sáu phím
desk-drawers = Phân loại
desk-erase-sure = Xóa tin báo này cho mọi người, cùng với mọi thứ đã ghép vào nó? Không giữ lại gì.
desk-map = Các khu vực xung quanh
desk-report-number = Tin báo { $number }
desk-said = Họ nói
desk-where = Ở đâu
desk-point = Vị trí
desk-home-is = Căn nhà
desk-call-back = Gọi lại
desk-seen = Thấy lúc
desk-source = Đến qua
desk-clock = Đồng hồ
desk-clock-doubtful = Đồng hồ của họ chạy nhanh. Giờ ở đây là giờ nhận tin.
desk-looks-like = Cái này có vẻ giống số { $number }.
desk-show-it = Xem
desk-strike = Gạch bỏ
desk-mark-home = Đây là nhà ở
desk-split = Tách ra
desk-talk = Với người báo tin
desk-reporter = Người báo tin
desk-question = Câu hỏi
desk-ask = Hỏi
desk-tell-what = Cho họ biết
desk-tell = Báo
desk-no-answer = Người báo tin không để lại cách trả lời.
desk-notes = Các ghi chú
desk-note = Ghi chú
desk-add-note = Thêm

desk-callback = Số để gọi lại
desk-callback-hint = Giữ trong hai giờ rồi xóa. Xin để trống nếu họ không muốn được gọi.
desk-caller-send = Đưa vào hàng chờ

desk-number = Số của vụ việc kia

desk-check-what = Thành viên đang làm nhiệm vụ chỉ thấy khoảng chừng ở đâu. Chỉ những người quý vị nhận mới biết đúng địa điểm.
desk-within = Cần trong bao lâu?
desk-check-send = Gọi người đi xem
desk-call-out = Lời gọi đi xem
desk-responder = { $name }, { $minutes } phút
desk-proposed = Đề nghị { $count } người: gần nhất, đi hai người một. Quý vị quyết định.
desk-accept = Nhận những người này
desk-alone-sure = Chỉ một người. Họ có đồng ý đi một mình không?
desk-decline = Không cần
desk-check-in = Hỏi họ có ổn không
desk-rung = Tôi đã gọi một tình nguyện viên dự bị
desk-close-call-out = Kết thúc lời gọi đi xem
desk-reached-note = Họ nói gì
desk-reached = Tôi đã liên lạc được
desk-envelope = Mở phong bì của họ
desk-envelope-sure = Mở phong bì khẩn cấp của người đã đi? Ai mở sẽ được ghi lại.

desk-finding = Kết quả
desk-seen-by = { $count } người đã nhìn
desk-signed = Đã ký
desk-not-signed = Chưa ký
desk-not-signed-hint = Đang chờ chữ ký của người kiểm chứng. Một người ghi danh thứ hai có thể ký thay.
desk-used = Đã đăng
desk-this-stands = Lấy kết quả này
desk-preview = Điều mọi người sẽ đọc
desk-quorum = Người kiểm chứng đã ký. Quý vị ký thì tin được đăng ngay.
desk-publish = Đăng cảnh báo
desk-publish-sure = Đăng cảnh báo này cho mọi người?
desk-publish-update = Đăng: vẫn đang tiếp tục, có thay đổi
desk-publish-renew = Đăng: vẫn vậy
desk-publish-over = Đăng: đã kết thúc
desk-publish-wrong = Đăng: đã sai
desk-publish-rumor = Đăng là tin đồn đã kiểm tra
desk-ask-countersign = Hỏi một người ghi danh thứ hai
desk-countersign = Ký
desk-alert = Cảnh báo
desk-alert-refused = Cảnh báo không được nhận ({ $code }). Chưa đăng gì cả.
desk-holds-until = Có giá trị đến { $time }
desk-publishing = Đang đăng …
desk-recheck = Đang kiểm tra lại
desk-end-it = Kết thúc cảnh báo

desk-close = Đóng vụ việc
desk-ending = Kết cuộc ra sao?
desk-class = Giữ lại bao lâu?
desk-closed-at = Đóng lúc { $time }
desk-after-action = Lần sau cần biết điều gì?
desk-reopen = Mở lại

desk-handover = Bàn giao
desk-hand-to = Cho
desk-whoever-next = Người đến tiếp theo
desk-handover-note = Điều ca sau cần biết
desk-hand-over = Bàn giao và kết thúc ca của tôi
desk-refer-to = Ai nên giúp?

desk-no-rumors = Không có tin đồn.
desk-rumor-open = Chưa trả lời.
desk-rumor-public = Câu trả lời đã công khai.

figures-by-hour = 24 giờ qua
figures-plot = Tin báo theo giờ và, ở phía trước, những tin đã xác nhận. Cột cao nhất là { $count }.
figures-reports = Tin báo
figures-confirmed = Đã xác nhận
figures-false-alarms = Báo nhầm
figures-unchecked = Không kiểm tra được
figures-share = Phần đã xác nhận
figures-responders = Số người đã cử đi
figures-on-duty = Đang làm nhiệm vụ
figures-to-desk = Từ tin báo đến người trực
figures-to-finding = Từ người trực đến kết quả
figures-to-alert = Từ người trực đến cảnh báo
figures-half = một nửa trong vòng { $time }
figures-unknown = chưa biết
