# reviewed: no
# 警报和已核实的传言。

alert-new-headline = { $kind }：{ $place }
alert-new-body = 受过训练的志愿者在 { $from } 至 { $until } 之间确认。
alert-update-headline = 仍在进行：{ $kind }，{ $place }
alert-update-body = 受过训练的志愿者在 { $from } 至 { $until } 之间再次看到。
alert-rechecking-headline = 正在重新核实：{ $kind }，{ $place }
alert-rechecking-body = 自 { $issued } 起对本警报有疑问。志愿者正在重新核实。
alert-wrong-headline = 弄错了：{ $kind }，{ $place }
alert-wrong-body = 志愿者在 { $until } 重新核实，看到的是{ $what }。这个警报是我们的错误。
alert-over-headline = 已结束：{ $kind }，{ $place }
alert-over-body = { $how }最后一次看到是 { $until }。
alert-rumor-check-headline = 已核实的传言：{ $place }
alert-rumor-check-body = { $until } 核实：志愿者看到的是{ $what }，没有移民执法人员。
alert-no-news-headline = 自 { $issued } 起没有新消息：{ $kind }，{ $place }
alert-no-news-body = 这不表示已经结束。

alert-place-around = { $place } 附近
alert-place-in = { $place } 某处
alert-only-then = 这只说明那个地点和那个时间的情况。
alert-call = 如果有人被带走或需要帮助，请拨打 { $phone }。

rumor-confirmed = { $at } 核实：{ $count } 名志愿者确认：{ $kind }。
rumor-false-alarm = { $at } 核实：{ $count } 名志愿者看到的是{ $what }，没有移民执法人员。
rumor-could-not-check = { $at } 有人问：没有人能核实。我们不知道。
rumor-ended = { $at } 核实：确有其事，已经结束。{ $how }
rumor-times = 被问过 { $count } 次。
