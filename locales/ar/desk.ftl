# reviewed: no
# ما تقرؤه المناوبة.

stage-waiting = في الانتظار
stage-checking = يجري التحقق
stage-found = هناك نتيجة
stage-contradicted = النتائج متعارضة
stage-alerted = نُشر التنبيه
stage-closed = أُغلقت
stage-joined = ضُمّت إلى أخرى

call-out-calling = يجري النداء
call-out-unanswered = لم يجب أحد
call-out-answered = هناك من يستطيع الذهاب
call-out-staffed = أشخاص في الطريق
call-out-nobody-arrived = لم يصل أحد
call-out-closed = أُغلق

responder-offered = الذهاب ممكن
responder-accepted = جرى القبول
responder-on-the-way = في الطريق
responder-parked = السيارة متوقفة
responder-on-scene = في المكان
responder-leaving = مغادرة المكان
responder-left = في البيت
responder-stopped = إيقاف أو اعتقال
responder-declined = لا حاجة
responder-withdrawn = تعذّر الذهاب
responder-silent = لم تصل إشارة

alert-phase-drawn = غير منشور
alert-phase-live = سارٍ
alert-phase-rechecking = يجري التحقق مجدداً
alert-phase-no-news = لا أخبار
alert-phase-wrong = كان خطأ
alert-phase-over = انتهى

verdict-confirmed = مؤكد
verdict-false-alarm = إنذار خاطئ: رأوا { $what }
verdict-could-not-check = تعذّر التحقق
verdict-ended = انتهى. { $how }

drawer-do-not-share = عدم المشاركة مع أحد
drawer-share-unconfirmed = المشاركة مع من يتحققون، دون تأكيد
drawer-strong = أدلة قوية

source-public = الصفحة العامة
source-card = بطاقة
source-member = عضو
source-caller = متصل

first-hand-yes = رؤية مباشرة الآن
first-hand-no = سماع من آخرين
first-hand-unknown = غير معروف

ending-confirmed = مؤكد
ending-unfounded = لا أساس له
ending-could-not-check = تعذّر التحقق
ending-referred = أُحيل إلى فريق آخر
ending-rumor-answered = جرى الرد على الشائعة
ending-not-pursued = لم تجرِ متابعته

class-erase-now = المحو الآن
class-unfounded = الحفظ 7 أيام
class-general = الحفظ 30 يوماً
class-confirmed = الحفظ حتى يغلقها الفريق القانوني
class-hold = الحفظ دون محو حتى يسمح الفريق القانوني

key-same-as = مثل
key-check = تحقق
key-heads-up = إشعار غير مؤكد
key-rumor = شائعة
key-refer = المساعدة / القانون
key-erase = المحو الآن
key-erase-hint = لمن يشي بجيرانه. لن يُحفظ شيء.

attention-stopped = أوقفوا شخصاً ذهب أو اعتقلوه. يُرجى فتح ظرفه: فيه بمن يجب الاتصال.
attention-silent = لم تصل إشارة من شخص ذهب. يُرجى الاتصال به؛ إذا لم يجب أحد، يُرجى فتح ظرفه.
attention-contradicted = نتيجتان متعارضتان. يُرجى تحديد المعتمدة منهما.
attention-alert-doubtful = هناك شك في تنبيه منشور. يُرجى وضع علامة أن التحقق يجري مجدداً، ثم تصحيحه.
attention-nobody-at-desk = { $count ->
    [zero] لا بلاغ ينتظر
    [one] بلاغ واحد ينتظر
    [two] بلاغان ينتظران
    [few] { $count } بلاغات تنتظر
    [many] { $count } بلاغاً ينتظر
   *[other] { $count } بلاغ ينتظر
} ولا أحد في المناوبة. يجري إيقاظ المناوبين الاحتياطيين.
attention-unanswered = لم يجب أحد عن النداء خلال 60 ثانية. يُرجى الاتصال بالمتطوعين الاحتياطيين.
attention-nobody-arrived = لم يصل أحد ممن قُبلوا. يُرجى الاتصال بهم، أو إطلاق النداء مجدداً.
attention-countersign-awaited = تنبيه ينتظر توقيعاً ثانياً.
attention-unwatched = نُشر تنبيه ولم يبقَ أحد في المكان. يُرجى وضع علامة أن التحقق يجري مجدداً، وإرسال شخص لينظر.
attention-no-news = انتهت مدة تنبيه ولا أخبار. يُرجى تجديده أو إنهاؤه، أو القول إنه كان خطأ.
attention-left-behind = بدأ هذا ولم يعد أحد يتولاه. يُرجى تولي الأمر، أو إغلاقه.
attention-rumor-many = { $count ->
    [zero] لم يُسأل عن الشائعة نفسها
    [one] سُئل عن الشائعة نفسها مرة واحدة
    [two] سُئل عن الشائعة نفسها مرتين
    [few] سُئل عن الشائعة نفسها { $count } مرات
    [many] سُئل عن الشائعة نفسها { $count } مرة
   *[other] سُئل عن الشائعة نفسها { $count } مرة
}. يُرجى الرد عليها علناً.
attention-home = المكان بيت. لا تُذكر إلا منطقته؛ ولا يُكتب العنوان هنا أبداً.
attention-alone-at-desk = لا أحد معك في المناوبة. يحتاج النشر إلى نتيجة موقَّعة أو توقيع شخص احتياطي.

wake-nobody-at-desk = لا أحد في المناوبة
wake-too-much = أكثر مما تستطيع النوبة توليه
wake-countersign = يلزم توقيع ثانٍ

handover-line = في الانتظار: { $waiting }، هناك من يتولاها: { $claimed }، يجري التحقق: { $checking }، أشخاص ذهبوا ولم يعودوا: { $out }، تنبيهات سارية: { $alerts }، نتائج متعارضة: { $contradicted }، شائعات بلا جواب: { $rumors }.

breach-unknown = هذا يذكر شيئاً ليس في سجل الحوادث.
breach-erased = مُحيت الحادثة.
breach-closed = الحادثة مغلقة. يُرجى فتحها مجدداً أولاً.
breach-still-open = الحادثة ما زالت مفتوحة. يُرجى إغلاقها أولاً.
breach-held-by-other = شخص آخر يتولى هذه الحادثة.
breach-not-claimed = يُرجى تولي الحادثة أولاً.
breach-stale = تغيّر شيء في هذه الأثناء. يُرجى النظر مرة أخرى.
breach-too-soon = لم يحن وقت ذلك بعد.
breach-bad-text = النص طويل جداً، أو فيه حروف لا يمكن عرضها.
breach-bad-range = لا يوجد جزء كهذا في النص.
breach-bad-cell = المكان محدد أكثر من اللازم.
breach-out-of-limits = عدد أو قائمة أو وقت خارج الحد.
breach-exact-home = يجب ألا يُذكر مكان بيت بالضبط.
breach-vouch-mismatch = مصدر البلاغ وتصريحه غير متوافقين.
breach-joins-itself = لا يمكن ضم الحادثة إلى نفسها.
breach-already-joined = هي مضمومة إلى حادثة أخرى. يُرجى فصلها أولاً.
breach-not-joined = ليست مضمومة إلى حادثة أخرى.
breach-alert-live = ما زال هناك تنبيه سارٍ. يُرجى إنهاؤه أولاً.
breach-responders-out = ما زال هناك أشخاص ذهبوا ولم يعودوا. يُرجى الانتظار حتى يعودوا.
breach-no-reply-stream = لم يترك صاحب البلاغ طريقة للرد.
breach-not-in-pairs = يذهب شخصان أو ثلاثة معاً. من يذهب وحده يجب أن يوافق على ذلك.
breach-wrong-order = لا يمكن أن يأتي هذا بعد ما سبقه.
breach-not-parked = من يتحقق من الأمر لم يوقف السيارة بعد.
breach-not-escalated = لا يُفتح الظرف إلا إذا لم تصل إشارة من شخص ذهب أو أوقفوه.
breach-contradicted = نتيجتان متعارضتان. يُرجى أولاً تحديد المعتمدة منهما.
breach-nothing-to-resolve = لا نتائج متعارضة.
breach-not-found = لا نتيجة لهذا. لا يُنشر شيء غير مؤكد.
breach-no-quorum = التواقيع لا تكفي: تلزم نتيجة موقَّعة أو توقيع ثانٍ.
breach-own-countersign = يجب أن يوقّع شخص آخر.
breach-held = الفريق القانوني يحتفظ بهذه الحادثة.
breach-wrong-class = هذه النهاية لا تتفق مع مدة الحفظ هذه.
breach-differs-from-finding = التنبيه يقول غير ما تقوله النتيجة.
