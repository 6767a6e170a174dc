# reviewed: no
# Các trang của người quản trị.

steward-health = Tình trạng
steward-manifest-until = Cài đặt có hiệu lực đến
steward-note-until = Bản ghi khóa có hiệu lực đến
steward-issuers = Khóa cho phiếu
steward-issuers-missing = { $count ->
    [0] Đã tạo đủ
   *[other] Đang tạo { $count } khóa
}
steward-log = Số mục trong sổ công khai
steward-admitted-count = Số máy đã được nhận
steward-due-key-note-stale = Bản ghi khóa đã cũ. Xin để máy của một người quản trị luôn chạy.
steward-due-manifest-ends = Cài đặt của mạng lưới sắp hết hạn. Những người quản trị phải ký cài đặt mới.
steward-due-issuers-missing = Còn thiếu khóa cho phiếu. Khóa được tạo trong khi trang này mở.
steward-invite = Mời một người
steward-invite-what = Một lời mời dành cho một người và một máy. Xin tự tay đưa, hoặc gửi qua cách quý vị tin tưởng.
steward-invite-make = Tạo lời mời
steward-choose-role = Xin chọn ít nhất một vai trò.
steward-invitation = Dành cho: { $roles }. Chỉ dùng được một lần, đến { $time }.
steward-invitation-once = Chỉ hiện ở đây và lúc này. Xin để máy này chạy cho đến khi người đó vào được.
steward-take-back = Rút lại
steward-admitted = Một người đã được nhận.
steward-application = Máy { $device } xin làm người ghi danh.
steward-add-registrar = Đề nghị với những người quản trị
steward-revoke = Lấy lại quyền của một máy
steward-revoke-what = Chứng nhận không có tên. Người đó, hoặc người đã nhận họ, có thể cho quý vị biết tám ký tự đầu.
steward-certificate = Những ký tự đầu của chứng nhận
steward-revoke-sure = Lấy lại mọi quyền của máy này?
steward-revoked = Máy đó không còn quyền nữa.
steward-apply = Xin quyền nhận người
steward-apply-what = Thiết bị này có thể trông coi mạng lưới nhưng chưa mời được ai. Những người nhận thành viên được hỏi để thêm thiết bị này.
steward-applied = Đã xin. Một thiết bị nhận thành viên phải đồng ý.
