# reviewed: no
# 管理员的页面。

steward-health = 状态
steward-manifest-until = 设置有效至
steward-note-until = 钥匙公告有效至
steward-issuers = 通行凭证的钥匙
steward-issuers-missing = { $count ->
    [0] 都已生成
   *[other] 正在生成 { $count } 个
}
steward-log = 公开记录中的条目
steward-admitted-count = 已接纳的设备
steward-due-key-note-stale = 钥匙公告已旧。请让一位管理员的设备开着。
steward-due-manifest-ends = 网络的设置快到期了。管理员们必须签署新的设置。
steward-due-issuers-missing = 缺少通行凭证的钥匙。本页开着时会生成。
steward-invite = 邀请一个人
steward-invite-what = 一个邀请只给一个人、一台设备。请亲手交给对方，或用您信任的方式发送。
steward-invite-make = 生成邀请
steward-choose-role = 请至少选一个角色。
steward-invitation = 用于：{ $roles }。只能用一次，有效至 { $time }。
steward-invitation-once = 只在这里显示这一次。请让这台设备开着，直到对方加入。
steward-take-back = 收回
steward-admitted = 已接纳一个人。
steward-application = 设备 { $device } 申请成为登记员。
steward-add-registrar = 向管理员们提议
steward-revoke = 收回一台设备的权限
steward-revoke-what = 证书上没有姓名。本人或接纳此人的人可以告诉您证书的前八个字符。
steward-certificate = 证书的前几个字符
steward-revoke-sure = 要收回这台设备的所有权限吗？
steward-revoked = 权限已收回。
steward-apply = 申请接纳成员的权限
steward-apply-what = 这台设备可以照管网络，但还不能邀请别人。现在请求负责接纳成员的人把它加进去。
steward-applied = 已申请。需要一台负责接纳成员的设备同意。
