# reviewed: no
# 邻居们读到的内容：公开页面、报告表和答复。

language-name = 简体中文
language-direction = ltr
language-clock = 24
language-day = { $month }月{ $day }日
language-unreviewed = 还没有懂中文的人核对过这段文字，所以我们用英文显示。

page-hurt = 有人受伤吗？请先拨打 911。
page-first-hand = 是您自己现在看到的吗？
page-report = 报告您看到的情况
page-call = 或拨打 { $phone }

page-empty = { $hours ->
    [1] 一小时
    [2] 两小时
   *[other] { $hours } 小时
}内没有人向我们报告已确认的活动。我们看不到所有情况。
page-staffed = 值班台有人：是。
page-unstaffed = 值班台有人：否。报告会等到有人回来，并会叫醒待命的志愿者。
page-unstaffed-call = 现在值班台没有人。请拨打 { $phone }。
page-alerts = 当前警报
page-rumors = 已核实的传言
page-as-of = 截至 { $time }。重新载入本页可看新消息。
page-published = 发布于 { $time }
page-check-link = 看看这是否仍然属实：{ $link }
page-single-keyholder = 只有一人持有钥匙：在第二个人加入之前，一个人就能为本网络发布消息。
page-about = 志愿者核实每份报告后，才会在这里发布。我们不保存读者、来电者或地址的名单。
page-not-protected = 您写的内容在发送前已在本机加密封好。服务器能看到您的连接发送了东西，以及发送的时间。

form-kind = 发生了什么事？
form-place = 在哪里？
form-place-hint = 在地图上放一个标记，或写出交叉的街道。
form-home = 这是某人的家
form-size = 有多少人和车辆？
form-unit = 他们穿什么？只写大概。
form-equipment = 您看到什么车辆或装备？只写大概。
form-when = 您什么时候看到的？
form-text = 您还看到什么？
form-language = 您想用哪种语言？
form-interpreter = 我需要口译
form-skip = 除了发生什么和在哪里，其他都可以不填。
form-no-names = 请不要写姓名、车牌或面孔。绝不要写任何人的移民身份。
form-phrase = 请保存这些词，以便查看您的报告：{ $phrase }

concern-license-plate = 这看起来像车牌。请删去。
concern-phone-number = 这看起来像电话号码。请删去。
concern-social-security-number = 这看起来像社会安全号码。请删去。
concern-alien-number = 这看起来像移民文件上的号码。请删去。
concern-email-address = 这看起来像电子邮件地址。请删去。

report-kept = 已保存在这部手机上。
report-kept-offline = 已保存在这部手机上。有网络时会发送。
report-sent = 已发送。
report-desk-has-it = 值班台已收到。

news-received = 值班台已收到您的报告。谢谢。
news-being-checked = 受过训练的人正在去查看。请保持距离。
news-confirmed = 您报告的情况已得到确认。
news-false-alarm = 志愿者核实过了。他们看到的是{ $what }。谢谢您来问；请也告诉那位告诉您的人。
news-could-not-check = 没有人能核实您的报告。我们不知道是否属实。
news-over = 已经结束。谢谢。

kind-checkpoint = 检查站
kind-vehicle-stop = 拦车
kind-door-knock = 执法人员在住家门口
kind-workplace = 执法人员在工作场所
kind-school = 执法人员在学校或附近
kind-transit = 执法人员在车站或机场
kind-public-building = 执法人员在法院、办公处或医院
kind-presence = 执法人员在这一带
kind-detention = 有人被带走
kind-other = 其他活动

what-city-police = 市警察
what-sheriff = 县警
what-state-police = 州警察
what-other-federal = 为别的事来的联邦人员
what-fire-or-ambulance = 消防员或救护车
what-private-security = 私人保安
what-towing = 拖车或停车管理人员
what-utility = 水电或建筑工人
what-delivery = 送货或日常业务
what-nothing-there = 那里什么也没有
what-other = 别的情况

how-left-nobody-taken = 他们走了。据志愿者所见，没有人被带走。
how-people-taken = 他们走了。有人被带走。
how-people-released = 被扣留的人已获释。
how-left-unknown = 他们走了。我们不知道更多情况。
