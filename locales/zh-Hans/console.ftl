# reviewed: no
# 值班台。

helpers-aid = 援助组
helpers-legal = 法律组
step-new = 新
step-update = 更新
step-renew = 情况依旧

desk-joining = 这台设备正在加入值班台。另一位值班员或管理员的设备会自动放行。
desk-on-shift = { $count ->
    [0] 没有人值班
   *[other] { $count } 人值班
}
desk-start-shift = 开始我的班
desk-caller = 有人来电
desk-rumors = 传言
desk-zone-note = 给片区的通知
desk-zone-note-what = 在这个片区值勤的成员能读到，直到当天结束。
desk-figures = 统计
desk-keys = 按键
desk-send = 发送

desk-queue = 队列
desk-search = 搜索
desk-waiting = { $count ->
    [0] 没有等待处理的事件
   *[other] { $count } 个事件
}
desk-attention = 现在需要有人处理
desk-a-home = { $zone }的一个住家
desk-on-it = 处理人：{ $who }
desk-you-have-it = 您在处理
desk-reports = { $count } 份报告
desk-vouched = { $count } 份有担保
desk-first-hand = 亲眼看到
desk-interpreter = 需要口译
desk-like = 像 { $number }
desk-next = 下一个
desk-before = 上一个
desk-take = 我来处理
desk-let-go = 让给别人

desk-incident = 事件
desk-choose = 请选择一个事件
desk-choose-hint = 按 J 选第一个，按 T 接手处理。按 ? 可看所有按键。
desk-choose-first = 请先选择一个事件。
desk-six-keys = 六个按键
desk-drawers = 分类
desk-erase-sure = 要为所有人清除这份报告，以及与它合并的一切吗？什么都不会保留。
desk-map = 周围的片区
desk-report-number = 报告 { $number }
desk-said = 报告内容
desk-where = 哪里
desk-point = 位置
desk-home-is = 住家
desk-call-back = 回电
desk-seen = 看到时间
desk-source = 来自
desk-clock = 时钟
desk-clock-doubtful = 对方的时钟快了。这里的时间是收到的时间。
desk-looks-like = 这看起来像 { $number }。
desk-show-it = 显示
desk-strike = 划掉
desk-mark-home = 这是住家
desk-split = 分开
desk-talk = 与报告人
desk-reporter = 报告人
desk-question = 问题
desk-ask = 询问
desk-tell-what = 告诉对方
desk-tell = 告诉
desk-no-answer = 报告人没有留下答复的办法。
desk-notes = 备注
desk-note = 备注
desk-add-note = 添加

desk-callback = 回电号码
desk-callback-hint = 保留两小时，然后清除。如果对方不想接电话，请留空。
desk-caller-send = 放入队列

desk-number = 另一个事件的号码

desk-check-what = 值勤的成员只看到大概的区域。只有您接受的人会得到准确地点。
desk-within = 多快需要？
desk-check-send = 发出请求
desk-call-out = 出动请求
desk-responder = { $name }，{ $minutes } 分钟
desk-proposed = 建议 { $count } 人：离得最近的，两人一组。由您决定。
desk-accept = 接受这些人
desk-alone-sure = 只有一个人。此人同意独自前往吗？
desk-decline = 不需要
desk-check-in = 问问是否一切都好
desk-rung = 我已打电话给一位待命的志愿者
desk-close-call-out = 结束出动请求
desk-reached-note = 对方说了什么
desk-reached = 我联系上了
desk-envelope = 打开其信封
desk-envelope-sure = 要打开前往人员的紧急信封吗？谁打开会留下记录。

desk-finding = 核实结果
desk-seen-by = { $count } 人看了
desk-signed = 已签名
desk-not-signed = 尚未签名
desk-not-signed-hint = 正在等核实员签名。第二位登记员可以代签。
desk-used = 已发布
desk-this-stands = 以这个为准
desk-preview = 公众会读到的内容
desk-quorum = 核实员已签名。您一签名就立即公开。
desk-publish = 发布警报
desk-publish-sure = 要向所有人发布这个警报吗？
desk-publish-update = 发布：仍在进行，有变化
desk-publish-renew = 发布：情况依旧
desk-publish-over = 发布：已结束
desk-publish-wrong = 发布：弄错了
desk-publish-rumor = 作为已核实的传言发布
desk-ask-countersign = 请第二位登记员签名
desk-countersign = 签名
desk-alert = 警报
desk-alert-refused = 警报没有被接受（{ $code }）。什么都没有发布。
desk-holds-until = 有效至 { $time }
desk-publishing = 正在发布……
desk-recheck = 正在重新核实
desk-end-it = 结束它

desk-close = 关闭事件
desk-ending = 结果如何？
desk-class = 保留多久？
desk-closed-at = 关闭于 { $time }
desk-after-action = 下次应该知道什么？
desk-reopen = 重新打开

desk-handover = 交班
desk-hand-to = 交给
desk-whoever-next = 下一位来的人
desk-handover-note = 下一班需要知道的事
desk-hand-over = 交班并结束我的班
desk-refer-to = 该由谁来帮助？

desk-no-rumors = 没有传言。
desk-rumor-open = 还没有答复。
desk-rumor-public = 答复已公开。

figures-by-hour = 最近 24 小时
figures-plot = 每小时的报告，前面是其中已确认的。最高的一条是 { $count }。
figures-reports = 报告
figures-confirmed = 已确认
figures-false-alarms = 误报
figures-unchecked = 无法核实
figures-share = 已确认的比例
figures-responders = 派出的人
figures-on-duty = 现在值勤
figures-to-desk = 从报告到值班台
figures-to-finding = 从值班台到核实结果
figures-to-alert = 从值班台到警报
figures-half = 一半在 { $time }内
figures-unknown = 还不知道
