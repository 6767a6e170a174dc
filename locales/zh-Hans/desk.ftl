# reviewed: no
# 值班员读到的内容。

stage-waiting = 等待中
stage-checking = 正在核实
stage-found = 已有核实结果
stage-contradicted = 核实结果互相矛盾
stage-alerted = 已发布警报
stage-closed = 已关闭
stage-joined = 已合并到另一个

call-out-calling = 正在呼叫
call-out-unanswered = 没有人回应
call-out-answered = 有人能去
call-out-staffed = 有人正在去
call-out-nobody-arrived = 没有人到达
call-out-closed = 已关闭

responder-offered = 能去
responder-accepted = 已接受
responder-on-the-way = 在路上
responder-parked = 已停好车
responder-on-scene = 在现场
responder-leaving = 正在离开
responder-left = 已到家
responder-stopped = 被拦住或被捕
responder-declined = 不需要
responder-withdrawn = 去不了
responder-silent = 没有消息

alert-phase-drawn = 未公开
alert-phase-live = 有效
alert-phase-rechecking = 正在重新核实
alert-phase-no-news = 没有新消息
alert-phase-wrong = 弄错了
alert-phase-over = 已结束

verdict-confirmed = 已确认
verdict-false-alarm = 误报：{ $what }
verdict-could-not-check = 无法核实
verdict-ended = 已结束。{ $how }

drawer-do-not-share = 不分享
drawer-share-unconfirmed = 分享给核实员，未确认
drawer-strong = 证据有力

source-public = 公开页面
source-card = 卡片
source-member = 成员
source-caller = 来电者

first-hand-yes = 现在亲眼看到
first-hand-no = 听别人说的
first-hand-unknown = 不清楚

ending-confirmed = 已确认
ending-unfounded = 没有根据
ending-could-not-check = 无法核实
ending-referred = 已转给别的小组
ending-rumor-answered = 传言已答复
ending-not-pursued = 没有继续处理

class-erase-now = 立即清除
class-unfounded = 保留 7 天
class-general = 保留 30 天
class-confirmed = 保留到法律组关闭为止
class-hold = 一直保留，直到法律组放行

key-same-as = 与此相同
key-check = 核实
key-heads-up = 未确认的提醒
key-rumor = 传言
key-refer = 援助 / 法律
key-erase = 立即清除
key-erase-hint = 用于举报自己邻居的人。什么都不会保留。

attention-stopped = 一位前往人员被拦住或被捕。请打开其信封：里面写着该打给谁。
attention-silent = 一位前往人员没有消息。请打电话；如果没有人接，请打开其信封。
attention-contradicted = 两个核实结果互相矛盾。请说明以哪个为准。
attention-alert-doubtful = 对一个已发布的警报有疑问。请标记为正在重新核实，然后更正。
attention-nobody-at-desk = 有 { $count } 份报告在等，而值班台没有人。正在叫醒待命的值班员。
attention-unanswered = 60 秒内没有人回应出动请求。请打电话给待命的志愿者。
attention-nobody-arrived = 已接受的人都还没有到达。请打电话给他们，或再发一次出动请求。
attention-countersign-awaited = 一个警报在等第二个签名。
attention-unwatched = 警报已发布，而现场已经没有人了。请标记为正在重新核实，并派人去看。
attention-no-news = 一个警报已到期，没有新消息。请延长它、结束它，或说明弄错了。
attention-left-behind = 这件事已经开始，现在没有人处理。请接手处理，或关闭它。
attention-rumor-many = 同一个传言被问过 { $count } 次。请公开答复。
attention-home = 这个地点是住家。只对外说明片区；地址绝不写在这里。
attention-alone-at-desk = 值班台只有您一个人。要发布，需要一个已签名的核实结果，或一位待命人员的签名。

wake-nobody-at-desk = 值班台没有人
wake-too-much = 超出这一班能处理的量
wake-countersign = 需要第二个签名

handover-line = 等待 { $waiting }，有人处理 { $claimed }，正在核实 { $checking }，外出未归的人 { $out }，有效警报 { $alerts }，矛盾 { $contradicted }，未答复的传言 { $rumors }。

breach-unknown = 这里提到的东西不在事件簿里。
breach-erased = 事件已清除。
breach-closed = 事件已关闭。请先重新打开。
breach-still-open = 事件还没有关闭。请先关闭。
breach-held-by-other = 这个事件由别人处理。
breach-not-claimed = 请先接手处理这个事件。
breach-stale = 这期间有变化。请再看一下。
breach-too-soon = 现在还太早。
breach-bad-text = 文字太长，或含有无法显示的字符。
breach-bad-range = 文字里没有这一部分。
breach-bad-cell = 地点太精确。
breach-out-of-limits = 有一个数字、名单或时间超出了限度。
breach-exact-home = 住家不得给出准确地点。
breach-vouch-mismatch = 报告的来源与它的通行凭证不符。
breach-joins-itself = 事件不能与自己合并。
breach-already-joined = 它已合并到另一个事件。请先分开。
breach-not-joined = 它没有合并到另一个事件。
breach-alert-live = 还有一个警报有效。请先结束它。
breach-responders-out = 还有前往人员没有回来。请等他们回来。
breach-no-reply-stream = 报告人没有留下答复的办法。
breach-not-in-pairs = 前往人员要结伴，一次两人或三人。只有一个人时，必须本人同意。
breach-wrong-order = 这不能接在前一步之后。
breach-not-parked = 核实员还没有停好车。
breach-not-escalated = 只有前往人员没有消息或被拦住时，才能打开信封。
breach-contradicted = 两个核实结果互相矛盾。请先说明以哪个为准。
breach-nothing-to-resolve = 没有互相矛盾的核实结果。
breach-not-found = 这件事没有核实结果。未确认的一概不发布。
breach-no-quorum = 签名不够：需要一个已签名的核实结果，或第二个签名。
breach-own-countersign = 必须由别人签名。
breach-held = 法律组正在保留这个事件。
breach-wrong-class = 这个结果不能配这个保留时间。
breach-differs-from-finding = 警报的内容与核实结果不一致。
