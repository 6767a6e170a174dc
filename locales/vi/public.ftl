# reviewed: no
# Những gì người dân đọc: trang công khai, mẫu báo tin và các câu trả lời.

language-name = Tiếng Việt
language-direction = ltr
language-clock = 24
language-day = { $day }/{ $month }
language-unreviewed = Chưa có người nói tiếng Việt nào kiểm tra phần này, nên chúng tôi hiển thị bằng tiếng Anh.

page-hurt = Có ai bị thương không? Hãy gọi 911 trước.
page-first-hand = Chính quý vị đang nhìn thấy, ngay lúc này?
page-report = Báo điều quý vị thấy
page-call = Hoặc gọi { $phone }

page-empty = Không có hoạt động nào được xác nhận đã báo cho chúng tôi trong { $hours ->
    [1] một giờ
    [2] hai giờ
   *[other] { $hours } giờ
} qua. Chúng tôi không thấy được mọi thứ.
page-staffed = Có người trực: có.
page-unstaffed = Có người trực: không. Tin báo sẽ chờ đến khi có người trở lại, và các tình nguyện viên dự bị được đánh thức.
page-unstaffed-call = Hiện không có ai trực. Hãy gọi { $phone }.
page-alerts = Cảnh báo hiện tại
page-rumors = Tin đồn đã kiểm tra
page-as-of = Tính đến { $time }. Tải lại trang để xem tin mới.
page-published = Đăng lúc { $time }
page-check-link = Kiểm tra xem điều này còn đúng không: { $link }
page-single-keyholder = Chỉ một người giữ khóa: một người có thể đăng tin cho mạng lưới này cho đến khi có người thứ hai.
page-about = Tình nguyện viên kiểm tra từng tin báo trước khi đăng ở đây. Không lưu danh sách người đọc, người gọi hay địa chỉ.
page-not-protected = Lời của quý vị được niêm phong trên máy này trước khi gửi. Máy chủ có thể thấy kết nối của quý vị đã gửi gì đó, và lúc nào.

form-kind = Chuyện gì đang xảy ra?
form-place = Ở đâu?
form-place-hint = Đặt dấu trên bản đồ, hoặc nêu hai đường giao nhau.
form-home = Đó là nhà của ai đó
form-size = Có bao nhiêu người và xe?
form-unit = Họ mặc gì? Chỉ nói chung chung.
form-equipment = Quý vị thấy xe hay dụng cụ gì? Chỉ nói chung chung.
form-when = Quý vị thấy lúc nào?
form-text = Quý vị còn thấy gì nữa?
form-language = Quý vị muốn dùng tiếng nào?
form-interpreter = Tôi cần người thông dịch
form-skip = Có thể bỏ qua mọi thứ, trừ chuyện gì và ở đâu.
form-no-names = Xin đừng ghi tên, biển số xe hay mặt người. Đừng bao giờ viết về tình trạng di trú của bất cứ ai.
form-phrase = Giữ những từ này để theo dõi tin báo: { $phrase }

concern-license-plate = Đây có vẻ là biển số xe. Xin bỏ đi.
concern-phone-number = Đây có vẻ là số điện thoại. Xin bỏ đi.
concern-social-security-number = Đây có vẻ là số An sinh Xã hội. Xin bỏ đi.
concern-alien-number = Đây có vẻ là số trên giấy tờ di trú. Xin bỏ đi.
concern-email-address = Đây có vẻ là địa chỉ email. Xin bỏ đi.

report-kept = Đã lưu trên điện thoại này.
report-kept-offline = Đã lưu trên điện thoại này. Sẽ gửi khi có kết nối.
report-sent = Đã gửi.
report-desk-has-it = Người trực đã nhận.

news-received = Người trực đã nhận tin của quý vị. Cảm ơn.
news-being-checked = Một người đã được huấn luyện đang đến xem. Xin giữ khoảng cách.
news-confirmed = Điều quý vị báo đã được xác nhận.
news-false-alarm = Tình nguyện viên đã kiểm tra. Họ thấy { $what }. Cảm ơn quý vị đã hỏi; xin báo lại cho người đã nói với quý vị.
news-could-not-check = Không ai kiểm tra được tin của quý vị. Chúng tôi không biết có đúng không.
news-over = Đã kết thúc. Cảm ơn.

kind-checkpoint = Trạm kiểm soát
kind-vehicle-stop = Chặn xe
kind-door-knock = Nhân viên ở trước cửa nhà
kind-workplace = Nhân viên ở nơi làm việc
kind-school = Nhân viên ở trường học hoặc gần đó
kind-transit = Nhân viên ở trạm xe, nhà ga hoặc sân bay
kind-public-building = Nhân viên ở tòa án, văn phòng hoặc bệnh viện
kind-presence = Nhân viên trong khu vực
kind-detention = Có người bị bắt đi
kind-other = Hoạt động khác

what-city-police = cảnh sát thành phố
what-sheriff = cảnh sát quận
what-state-police = cảnh sát tiểu bang
what-other-federal = nhân viên liên bang đến vì việc khác
what-fire-or-ambulance = lính cứu hỏa hoặc xe cứu thương
what-private-security = bảo vệ tư nhân
what-towing = xe kéo hoặc người kiểm tra đậu xe
what-utility = công nhân điện nước hoặc xây dựng
what-delivery = giao hàng hoặc việc thường ngày
what-nothing-there = không có gì ở đó
what-other = chuyện khác

how-left-nobody-taken = Họ đã đi. Theo tình nguyện viên thấy, không ai bị bắt đi.
how-people-taken = Họ đã đi. Có người bị bắt đi.
how-people-released = Những người bị giữ đã được thả.
how-left-unknown = Họ đã đi. Chúng tôi không biết thêm.
