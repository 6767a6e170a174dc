# reviewed: no
# Những gì người trực đọc.

stage-waiting = Đang chờ
stage-checking = Đang kiểm tra
stage-found = Có kết quả
stage-contradicted = Các kết quả trái ngược nhau
stage-alerted = Đã đăng cảnh báo
stage-closed = Đã đóng
stage-joined = Đã ghép vào vụ khác

call-out-calling = Đang gọi
call-out-unanswered = Không ai trả lời
call-out-answered = Có người đi được
call-out-staffed = Có người đang đi
call-out-nobody-arrived = Không ai đến nơi
call-out-closed = Đã đóng

responder-offered = Đi được
responder-accepted = Đã nhận
responder-on-the-way = Đang đi
responder-parked = Đã đậu xe
responder-on-scene = Đang ở tại chỗ
responder-leaving = Đang rời đi
responder-left = Đã về nhà
responder-stopped = Bị chặn lại hoặc bị bắt
responder-declined = Không cần
responder-withdrawn = Không đi được
responder-silent = Không báo gì

alert-phase-drawn = Chưa công khai
alert-phase-live = Đang có giá trị
alert-phase-rechecking = Đang kiểm tra lại
alert-phase-no-news = Không có tin mới
alert-phase-wrong = Đã sai
alert-phase-over = Đã kết thúc

verdict-confirmed = Đã xác nhận
verdict-false-alarm = Báo nhầm: { $what }
verdict-could-not-check = Không kiểm tra được
verdict-ended = Đã kết thúc. { $how }

drawer-do-not-share = Không chia sẻ
drawer-share-unconfirmed = Chia sẻ với người kiểm chứng, chưa xác nhận
drawer-strong = Bằng chứng mạnh

source-public = Trang công khai
source-card = Thẻ
source-member = Thành viên
source-caller = Người gọi

first-hand-yes = Đang nhìn thấy
first-hand-no = Nghe người khác nói
first-hand-unknown = Không rõ

ending-confirmed = Đã xác nhận
ending-unfounded = Không có căn cứ
ending-could-not-check = Không kiểm tra được
ending-referred = Đã chuyển cho nhóm khác
ending-rumor-answered = Đã trả lời tin đồn
ending-not-pursued = Không theo tiếp

class-erase-now = Xóa ngay
class-unfounded = Giữ 7 ngày
class-general = Giữ 30 ngày
class-confirmed = Giữ đến khi nhóm pháp lý đóng
class-hold = Giữ lại đến khi nhóm pháp lý cho xóa

key-same-as = Giống với
key-check = Kiểm tra
key-heads-up = Báo trước, chưa xác nhận
key-rumor = Tin đồn
key-refer = Trợ giúp / pháp lý
key-erase = Xóa ngay
key-erase-hint = Dành cho người tố cáo hàng xóm của mình. Không giữ lại gì.

attention-stopped = Một người đã đi bị chặn lại hoặc bị bắt. Xin mở phong bì của họ: trong đó ghi cần gọi cho ai.
attention-silent = Một người đã đi không báo gì. Xin gọi cho họ; nếu không ai trả lời, xin mở phong bì của họ.
attention-contradicted = Hai kết quả trái ngược nhau. Xin cho biết lấy kết quả nào.
attention-alert-doubtful = Có nghi ngờ về một cảnh báo đã đăng. Xin đánh dấu là đang kiểm tra lại, rồi sửa.
attention-nobody-at-desk = { $count } tin báo đang chờ và không có ai trực. Đang đánh thức những người trực dự bị.
attention-unanswered = Không ai trả lời lời gọi đi xem trong 60 giây. Xin gọi điện cho các tình nguyện viên dự bị.
attention-nobody-arrived = Trong những người đã nhận, chưa ai đến nơi. Xin gọi cho họ, hoặc gọi người khác đi xem.
attention-countersign-awaited = Một cảnh báo đang chờ chữ ký thứ hai.
attention-unwatched = Cảnh báo đã đăng mà không còn ai ở tại chỗ. Xin đánh dấu là đang kiểm tra lại, và cử người đi xem.
attention-no-news = Một cảnh báo đã hết hạn và không có tin mới. Xin gia hạn, kết thúc, hoặc cho biết là đã sai.
attention-left-behind = Việc này đã bắt đầu mà không còn ai lo. Xin nhận lo, hoặc đóng lại.
attention-rumor-many = Cùng một tin đồn được hỏi { $count } lần. Xin trả lời công khai.
attention-home = Nơi này là nhà ở. Chỉ báo ra khu vực; không bao giờ ghi địa chỉ ở đây.
attention-alone-at-desk = Chỉ có một mình quý vị trực. Muốn đăng thì cần một kết quả đã ký hoặc chữ ký của người dự bị.

wake-nobody-at-desk = Không có ai trực
wake-too-much = Nhiều hơn ca trực lo được
wake-countersign = Cần chữ ký thứ hai

handover-line = Đang chờ: { $waiting }, có người lo: { $claimed }, đang kiểm tra: { $checking }, người đi chưa về: { $out }, cảnh báo đang có giá trị: { $alerts }, kết quả trái ngược: { $contradicted }, tin đồn chưa trả lời: { $rumors }.

breach-unknown = Việc này nêu một điều không có trong sổ vụ việc.
breach-erased = Vụ việc đã bị xóa.
breach-closed = Vụ việc đã đóng. Xin mở lại trước.
breach-still-open = Vụ việc còn mở. Xin đóng trước.
breach-held-by-other = Có người khác đang lo vụ việc này.
breach-not-claimed = Xin nhận lo vụ việc trước.
breach-stale = Trong lúc đó đã có thay đổi. Xin xem lại.
breach-too-soon = Còn quá sớm để làm việc đó.
breach-bad-text = Đoạn chữ quá dài, hoặc có ký tự không hiển thị được.
breach-bad-range = Đoạn chữ không có phần đó.
breach-bad-cell = Địa điểm quá chính xác.
breach-out-of-limits = Một con số, danh sách hoặc thời gian vượt ngoài giới hạn.
breach-exact-home = Không được nêu đúng vị trí của nhà ở.
breach-vouch-mismatch = Nguồn của tin báo và phiếu của nó không khớp nhau.
breach-joins-itself = Không thể ghép một vụ việc vào chính nó.
breach-already-joined = Vụ này đã ghép vào vụ khác. Xin tách ra trước.
breach-not-joined = Vụ này không ghép vào vụ nào khác.
breach-alert-live = Còn một cảnh báo đang có giá trị. Xin kết thúc cảnh báo đó trước.
breach-responders-out = Còn người đi chưa về. Xin chờ đến khi họ về.
breach-no-reply-stream = Người báo tin không để lại cách trả lời.
breach-not-in-pairs = Mỗi lần đi hai hoặc ba người cùng nhau. Ai đi một mình thì phải đồng ý.
breach-wrong-order = Việc này không thể theo sau việc trước đó.
breach-not-parked = Người kiểm chứng chưa đậu xe.
breach-not-escalated = Chỉ mở phong bì khi người đã đi không báo gì hoặc bị chặn lại.
breach-contradicted = Hai kết quả trái ngược nhau. Xin cho biết lấy kết quả nào trước.
breach-nothing-to-resolve = Không có kết quả nào trái ngược nhau.
breach-not-found = Chưa có kết quả cho việc này. Điều chưa xác nhận thì không đăng.
breach-no-quorum = Chưa đủ chữ ký: cần một kết quả đã ký hoặc chữ ký thứ hai.
breach-own-countersign = Phải có người khác ký.
breach-held = Nhóm pháp lý đang giữ vụ việc này.
breach-wrong-class = Kết cuộc này không đi với thời gian giữ lại đó.
breach-differs-from-finding = Cảnh báo nói khác với kết quả.
