# reviewed: no
# Quyền, làm gì trước cửa, và khi có người bị bắt đi.

rights-silent = Quý vị có thể im lặng. Nói: “Tôi chọn im lặng.” Ở một số tiểu bang, phải cho biết tên khi cảnh sát hỏi.
rights-free = Hỏi: “Tôi có được đi không?” Nếu được, hãy đi một cách bình tĩnh.
rights-search = Quý vị có thể không cho khám người, túi, xe hay nhà. Nói: “Tôi không đồng ý cho khám.”
rights-lawyer = Quý vị có thể xin luật sư. Nói: “Tôi muốn nói chuyện với luật sư.” Sau đó đừng nói gì nữa.
rights-sign = Đừng ký điều gì mình không hiểu. Hãy hỏi luật sư trước.
rights-truth = Đừng nói dối, và đừng đưa giấy tờ không phải của mình.
rights-calm = Đừng chạy, xô đẩy hay chống lại, dù quý vị nghĩ họ sai.
rights-car = Trong xe: dừng lại, tắt máy, để tay cho thấy. Người lái và người đi cùng có thể im lặng.
rights-work = Ở chỗ làm: giữ bình tĩnh và đừng chạy. Để vào nơi không mở cho mọi người, họ cần lệnh của thẩm phán hoặc chủ đồng ý.
rights-record = Quý vị được ghi hình việc họ làm nơi công cộng. Giữ khoảng cách, và lùi lại khi được bảo.
rights-consulate = Nếu bị giữ, quý vị có thể xin gọi lãnh sự quán và gia đình.
rights-general = Đây là thông tin chung, không phải lời khuyên cho trường hợp của quý vị. Luật sư có thể khuyên quý vị.

door-closed = Cứ đóng cửa. Quý vị có thể nói chuyện qua cửa.
door-who = Hỏi họ là ai và muốn gì.
door-warrant = Quý vị không phải mở cửa nếu họ không có lệnh do thẩm phán ký. Yêu cầu họ luồn dưới cửa hoặc đưa lên cửa sổ.
door-look = Tìm tên tòa án, chữ ký của thẩm phán, và địa chỉ của quý vị.
door-agency = Giấy chỉ do một cơ quan ký, như mẫu I-200 hay I-205, không cho phép họ vào.
door-no = Nếu không đồng ý, hãy nói: “Tôi không đồng ý cho vào.”
door-force = Nếu họ vẫn vào, đừng chống lại. Nói lại rằng quý vị không đồng ý.
door-silent = Mọi người trong nhà có thể im lặng, trẻ em cũng vậy.
door-call = Gọi số dưới đây, và nhớ điều quý vị đã thấy.

taken-children = Xem có trẻ em hay ai khác giờ ở một mình không. Ở lại với họ cho đến khi gia đình đến.
taken-note = Ghi lại ở đâu, lúc nào, có bao nhiêu nhân viên, và họ nói gì.
taken-left = Ghi lại những gì còn lại: xe, túi, thú nuôi, thuốc người đó cần.
taken-call = Gọi số dưới đây. Luật sư có thể tìm ra người đó bị giữ ở đâu. Có thể mất vài giờ.
taken-lawyer = Chỉ đưa tên, ngày sinh và giấy tờ cho luật sư, qua điện thoại. Đừng bao giờ viết ở đây.
taken-sign = Nếu người đó gọi: đừng ký gì cả, và hãy xin luật sư.
taken-money = Cẩn thận với người lạ đòi tiền để giúp.
