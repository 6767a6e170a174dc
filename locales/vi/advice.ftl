# reviewed: no
# Lời khuyên cho người đang phải quyết định.

guidance-observe = Chúng tôi quan sát và ghi hình từ xa. Chúng tôi không đi theo, chặn, chạm hay vây quanh ai.
guidance-drive = Lái xe bình thường. Đừng bao giờ đi theo xe nào.
guidance-parked = Đậu xe trước. Nói rằng đã đậu xe rồi mới nói chuyện khác.
guidance-distance = Đứng cách ít nhất { $feet } feet.
guidance-step-back = Nếu nhân viên bảo lùi lại, hãy lùi và ghi hình mình đang lùi.
guidance-pairs = Đi hai người. Một người nhìn, một người ghi chép.
guidance-no-faces = Đừng quay mặt người đang bị hỏi. Đừng phát trực tiếp.
guidance-no-plates = Ở đây không có biển số, mặt người, tên hay nhà.
guidance-no-duty = Không ai bắt buộc phải đi. Lúc nào cũng có thể quay về.
guidance-check-in = Báo khi đến và khi đi. Nếu quý vị im lặng, người trực sẽ gọi.
guidance-stopped = Nếu bị chặn: giữ bình tĩnh, để tay cho thấy, và hỏi mình có được đi không.
guidance-heads-up = Chưa xác nhận. Chúng tôi đang kiểm tra. Xin đừng chia sẻ.
guidance-no-sharing = Chỉ dành cho thành viên đã được huấn luyện cho đến khi được xác nhận.

advice-distance = Giữ khoảng cách. Đừng cản trở.
advice-record = Quý vị được ghi hình điều xảy ra nơi công cộng. Khi được bảo lùi lại, hãy lùi và tiếp tục ghi hình.
advice-no-share = Xin đừng đăng trước khi được kiểm tra. Phần lớn tin báo hóa ra là chuyện khác.
advice-checkpoint = Ở trạm kiểm soát, đi chậm lại và làm theo bảng chỉ dẫn. Quý vị có thể im lặng.
advice-vehicle-stop = Nếu xe bị chặn, tắt máy và để tay cho thấy. Quý vị có thể im lặng.
advice-door-knock = Quý vị không phải mở cửa nếu không có lệnh do thẩm phán ký. Yêu cầu họ đưa ra ở cửa sổ hoặc luồn dưới cửa.
advice-workplace = Giữ bình tĩnh và đừng chạy. Quý vị có thể im lặng. Hỏi mình có được đi không.
advice-school = Gọi văn phòng trường. Để nhân viên trường nói chuyện với họ.
advice-transit = Quý vị có thể im lặng. Hỏi mình có được đi không; nếu được, hãy đi một cách bình tĩnh.
advice-public-building = Ở lại khu vực công cộng. Quý vị có thể im lặng.
advice-presence = Xem có bao nhiêu người và họ làm gì. Đừng đến gần hơn.
advice-detention = Nhớ ở đâu, lúc nào và còn lại gì: xe, túi, trẻ em một mình. Gọi số trợ giúp pháp lý.
advice-other = Nhớ quý vị thấy gì, ở đâu và lúc nào. Đừng đến gần hơn.
