# reviewed: no
# تطبيق الأعضاء: القفل والدعوة والخدمة والبلاغات والغرف والإعدادات.

loading = يجري الفتح …
close = إغلاق
copy = نسخ
copied = تم النسخ.
not-copied = لم يسمح لنا المتصفح بالنسخ. يُرجى تحديد النص ونسخه يدوياً.
yes = نعم
you = أنت
qr = رمز QR فيه النص نفسه
skip = إلى المحتوى
nav = أقسام التطبيق
nav-desk = المناوبة
nav-duty = الخدمة
nav-room = غرفة اليوم
nav-report = إبلاغ
nav-alerts = التنبيهات
nav-steward = الإشراف
nav-settings = الإعدادات
language = اللغة
language-not-there = تعذّر جلب نصوص { $language }. يُرجى إعادة المحاولة عند توفر الاتصال.
live = متصل
not-live = غير متصل. يُحفظ عملك ويُرسل لاحقاً.
lock = قفل
near-me = استخدم مكاني الآن
location-refused = لم يذكر المتصفح أين أنت. يمكنك كتابة المكان بدلاً من ذلك.
time-now = الآن
time-minutes = { $count ->
    [zero] أقل من دقيقة
    [one] دقيقة واحدة
    [two] دقيقتان
    [few] { $count } دقائق
    [many] { $count } دقيقة
   *[other] { $count } دقيقة
}
time-hours = { $count ->
    [zero] أقل من ساعة
    [one] ساعة واحدة
    [two] ساعتان
    [few] { $count } ساعات
    [many] { $count } ساعة
   *[other] { $count } ساعة
}
time-days = { $count ->
    [zero] أقل من يوم
    [one] يوم واحد
    [two] يومان
    [few] { $count } أيام
    [many] { $count } يوماً
   *[other] { $count } يوم
}

role-observer = المراقبة
role-verifier = التحقق
role-dispatcher = المناوبة
role-host = استضافة الغرف
role-registrar = التسجيل
role-trainer = التدريب
role-legal = الفريق القانوني
role-aid = فريق المساعدة
role-driver = قيادة السيارة
role-steward = الإشراف

gate-elsewhere = Bystand مفتوح في علامة تبويب أخرى
gate-elsewhere-why = لا يمكن أن تفتح خزنتك إلا علامة تبويب واحدة في الوقت نفسه. يُرجى إغلاق الأخرى، أو المتابعة هناك.
gate-try-again = إعادة المحاولة
gate-broken = لا يمكن المتابعة
gate-locked = مقفل
gate-passphrase = عبارة السر الخاصة بك
gate-open = فتح
gate-opening = يجري الفتح …
gate-wait = عدد كبير من عبارات السر الخاطئة. يُرجى الانتظار قليلاً قبل المحاولة التالية.
gate-erases = { $count ->
    [zero] عند عبارة سر خاطئة
    [one] بعد عبارة سر خاطئة واحدة
    [two] بعد عبارتي سر خاطئتين على التوالي
    [few] بعد { $count } عبارات سر خاطئة على التوالي
    [many] بعد { $count } عبارة سر خاطئة على التوالي
   *[other] بعد { $count } عبارة سر خاطئة على التوالي
} تُمحى الخزنة، كما اخترت.
gate-lost = فقدت عبارة السر
gate-lost-what = لا يستطيع أحد فتح هذه الخزنة بدونها. يُرجى محوها هنا، ثم طلب دعوة جديدة من أحد المشرفين على الشبكة. يستغرق ذلك دقيقتين.
gate-erase = محو كل شيء على هذا الجهاز
gate-erase-sure = محو الخزنة على هذا الجهاز نهائياً؟ لا يستطيع أحد استعادتها.

error-vault-missing = لم تعد هناك خزنة في هذا المتصفح.
error-vault-wrong-passphrase = هذه ليست عبارة السر.
error-vault-wrong-passphrase-left = هذه ليست عبارة السر. { $count ->
    [zero] لم تبقَ أي محاولة
    [one] بقيت محاولة واحدة
    [two] بقيت محاولتان
    [few] بقيت { $count } محاولات
    [many] بقيت { $count } محاولة
   *[other] بقيت { $count } محاولة
} قبل محو الخزنة.
error-vault-erased = عدد كبير من عبارات السر الخاطئة. مُحيت الخزنة، كما اخترت.
error-vault-memory = الذاكرة الفارغة لا تكفي لفتح الخزنة. يُرجى إغلاق علامات التبويب الأخرى وإعادة المحاولة.
error-vault-newer = كُتبت هذه الخزنة بإصدار أحدث. يُرجى إعادة تحميل الصفحة للحصول عليه.
error-vault-damaged = لا يمكن قراءة جزء من الخزنة. ربما محاه المتصفح. يُرجى طلب دعوة جديدة من أحد المشرفين على الشبكة.
error-storage-full = لم يبقَ مكان في الجهاز. يُرجى إفراغ بعض المكان وإعادة المحاولة: لم يضع شيء مما كتبته.
error-storage-unavailable = لا يحفظ هذا المتصفح شيئاً في نافذة خاصة. يُرجى فتح الصفحة في نافذة عادية.
error-storage-failed = لم يستطع المتصفح الحفظ. يُرجى إعادة تحميل الصفحة وإعادة المحاولة.
error-no-randomness = لا يستطيع هذا المتصفح صنع مفاتيح. يُرجى استخدام متصفح أحدث.

join-title = الانضمام بدعوة
join-what = يعطيك أحد المشرفين على الشبكة دعوة: رابطاً أو رمز QR أو سطراً من النص. تصلح لمرة واحدة.
join-invitation = الدعوة
join-invitation-hint = تبدأ بـ BYSTAND:INVITE
join-go-on = متابعة
join-public = إلى الصفحات العامة
join-found = لإنشاء شبكة خاصة بك: دليل تشغيل هذا البرنامج يشرح ذلك.
join-other-relay = هذه الدعوة مخصصة للعنوان { $relay }. يُرجى فتح ذلك العنوان.
join-invite-not-an-invitation = هذه ليست دعوة. تبدأ الدعوة بـ BYSTAND:INVITE.
join-invite-not-a-card = هذه بطاقة وليست دعوة.
join-invite-character = فيها حرف خاطئ. يُرجى نسخها كلها مرة أخرى.
join-invite-damaged = جزء منها ناقص أو خاطئ. يُرجى نسخها كلها مرة أخرى.
join-invite-too-long = هذا طويل جداً. يُرجى نسخ الدعوة فقط.
join-invite-content = جزء منها ناقص أو خاطئ. يُرجى نسخها كلها مرة أخرى.
join-invite-expired = انتهت مدة هذه الدعوة. يُرجى طلب دعوة جديدة.
join-welcome = أهلاً وسهلاً
join-as = ستكون مشاركتك في: { $roles }.
join-words-why = تحمي عبارة السر ما على هذا الجهاز إذا أخذه أحد. هذه الكلمات الست لك:
join-words-paper = يُرجى كتابتها على ورقة وحفظ الورقة في مكان آخر. لا يستطيع أحد فتح الخزنة بدونها.
join-type-words = كتابة هذه الكلمات، أو عبارة سر من اختيارك
join-too-easy = من السهل جداً تخمين هذه العبارة. يُرجى استخدام الكلمات الست، أو عبارة أطول بكلمات نادرة.
join-finish = انضمام

waiting-title = بقي القليل
waiting-what = طلبك في الطريق ({ $roles }). يجيب جهاز أحد المشرفين من تلقاء نفسه عندما يعمل.
waiting-hint = يمكنك إغلاق هذه الصفحة والعودة لاحقاً. لن يضيع شيء.
waiting-refused = لم يُقبل طلبك
waiting-refused-why = استُعملت الدعوة من قبل أو سُحبت أو انتهت مدتها ({ $code }). يُرجى طلب دعوة جديدة.

refused-not-certified = دورك لا يسمح بهذا.
refused-not-set-up = لم تصل إعدادات الشبكة بعد. يُرجى الانتظار حتى يتوفر الاتصال.
refused-not-in-team = لم يدخل هذا الجهاز الفريق بعد. قد يستغرق ذلك دقيقة.
refused-unknown = لم يعد هذا موجوداً. يُرجى النظر مرة أخرى.
refused-not-now = ليس الآن: { $reason }.
refused-no-pass = استُعملت كل تصاريحك لهذا الأسبوع. تأتي الجديدة من تلقاء نفسها.
refused-invalid = لا يمكن قبول هذا: { $reason }.
refused-room = لم تقبله الغرفة. يُرجى إعادة المحاولة بعد دقيقة.

duty-zones = أي مناطق؟ ثلاث في الأسبوع على الأكثر.
duty-choose-zone = يُرجى اختيار منطقة واحدة على الأقل.
duty-most-zones = ثلاث مناطق في الأسبوع على الأكثر.
duty-hours = كم من الوقت؟
duty-reach = إلى أي بُعد يمكنك الذهاب؟
duty-reach-near = قريب جداً (1 كم)
duty-reach-middle = في الجوار (3 كم)
duty-reach-far = بعيد (10 كم)
duty-place-why = مكانك يبقى على هذا الجهاز. هنا يتبين إن كان النداء قريباً منك.
duty-place-looking = يجري البحث …
duty-place-known = هذا الجهاز وحده يعرف مكانك.
duty-begin = بدء الخدمة
duty-until = في الخدمة حتى { $time }
duty-end = إنهاء الخدمة
duty-zone-count = { $zone }: في الخدمة { $count }، وفي الغرفة { $members }
duty-zone-no-room = { $zone }: لا غرفة بعد اليوم
duty-call-outs = النداءات
duty-no-call-outs = لا شيء الآن. يُرجى ترك التطبيق مفتوحاً: سيصلك صوت النداء.
duty-heads-ups = إشعارات غير مؤكدة
duty-needed = مطلوب خلال { $minutes ->
    [zero] أقل من دقيقة
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
}: { $roles }
duty-around = حول
duty-far = هذا ليس قريباً منك، أو يحتاج إلى دور آخر.
duty-go = أستطيع الذهاب، { $minutes ->
    [zero] أقل من دقيقة
    [one] دقيقة واحدة
    [two] دقيقتان
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
}
duty-offered = وصل عرضك إلى المناوبة. يُرجى انتظار جوابها قبل الذهاب.
duty-spoken = نداء في { $zone }. مطلوب خلال { $minutes ->
    [zero] أقل من دقيقة
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
}. لا أحد مجبر على الذهاب.
duty-accepted = يُرجى الذهاب. المكان على شاشتك.
duty-declined = شكراً. آخرون في الطريق.
duty-released = انتهى الأمر بالنسبة إليك. شكراً. لم يعد المكان محفوظاً.
duty-removed = جرى إخراجك من غرفة { $zone } لهذا الأسبوع.

going-title = وجهتك
going-offered = عرضتَ الذهاب
going-accepted = يُرجى الذهاب
going-on-the-way = في الطريق
going-parked = السيارة متوقفة
going-on-scene = في المكان
going-leaving = في الطريق إلى البيت
going-over = انتهى
going-asked = المناوبة تسأل: هل أنت بخير؟
going-fine = أنا بخير
going-alone = لا أحد
going-with = معك: { $names }
going-check-in = يُرجى إرسال إشارة كل { $minutes ->
    [zero] دقيقة
    [one] دقيقة
    [two] دقيقتين
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
}.
going-home-place = هذا بيت شخص ما. يُرجى عدم إخبار أحد بمكانه.
sign-on-the-way = أنا في الطريق
sign-parked = أوقفت السيارة
sign-on-scene = أنا في المكان
sign-leaving = أنا أغادر المكان
sign-left = أنا في البيت
sign-stopped = أوقفوني
sign-withdrawn = تعذّر عليّ الذهاب
finding-title = ماذا وجدت؟
finding-confirmed = مؤكد: الأمر كذلك
finding-false-alarm = إنذار خاطئ: كان شيئاً آخر
finding-over = كان الأمر كذلك، وقد انتهى
finding-could-not-check = لم أستطع التحقق
finding-choose = يُرجى اختيار ما وجدته.
finding-what = ماذا كان؟
finding-how = كيف انتهى؟
finding-seen-by = كم شخصاً منكم نظر؟
finding-note = أي شيء آخر، للمناوبة فقط
finding-send = إرسال النتيجة
finding-on-its-way = محفوظ على هذا الهاتف، وفي طريقه إلى المناوبة.

room-go-on-duty = تُفتح لك الغرف أثناء خدمتك.
room-not-open = لم تُفتح الغرفة بعد اليوم.
room-counts = في الغرفة { $members }، في الخدمة { $count }، مرات النظر دون ملاحظة شيء اليوم: { $quiet }
room-own-name = اسمك هنا هذا الأسبوع { $name }.
room-desk-says = المناوبة:
room-all-quiet = نظرة حول المكان: لا شيء يُلاحظ
room-quiet = نظرت حولي: لم ألاحظ شيئاً
room-say = رسالة إلى الغرفة
room-send = إرسال
room-too-large = في هذه الغرفة أكثر من 150 شخصاً. تظهر فيها النداءات والملاحظات والأعداد فقط.

form-cross-streets = الشارعان المتقاطعان أو مَعْلَم معروف
form-point = الموقع
form-point-hint = مثل 44.9484, -93.2619
form-zone = المنطقة
form-zone-unknown = لا أعرف
form-people = كم عدد الأشخاص؟
form-vehicles = كم عدد المركبات؟
form-needs-place = يُرجى ذكر المكان: الموقع أو الشارعان المتقاطعان أو المنطقة.
form-needs-kind = يُرجى ذكر ما يحدث.
form-needs-activity = يُرجى ذكر ما يحدث بكلماتك.
form-bad-point = لا يمكن قراءة الموقع. يُرجى كتابته هكذا: 44.9484, -93.2619.
report-find = هل تحققت من ذلك بنفسك؟
report-find-only-report = لا، هذا بلاغ فقط
report-find-confirmed = نعم: أراه بنفسي، الأمر كذلك
report-find-false-alarm = نعم: نظرت، وهو شيء آخر
report-send = إرسال إلى المناوبة
report-refused = تعذّر الإرسال. يُرجى الاتصال برقم الهاتف.

alerts-verified = فُحص كل تنبيه على هذا الجهاز: التواقيع والتصاريح والسجل العام.
alerts-page = صفحته العامة

settings-envelope = ظرف الطوارئ
settings-envelope-what = بمن تتصل المناوبة إذا أوقفوك أو لم تصل منك إشارة؟ الظرف مختوم. لا تستطيع المناوبة فتحه إلا عندئذ، ويُسجَّل ذلك.
settings-envelope-text = مثلاً: شخص للاتصال به، أو محامٍ
settings-envelope-kept = محفوظ في خزنتك.
settings-keep = حفظ
settings-kept = تم الحفظ.
settings-lock = القفل وعبارة السر
settings-lock-what = يُقفل التطبيق من تلقاء نفسه بعد 15 دقيقة دون لمس. أثناء الخدمة أو نوبة المناوبة، بعد 12 ساعة.
settings-erase = بعد عبارات سر خاطئة
settings-erase-never = لا تُمحى أبداً
settings-erase-after = { $count ->
    [zero] محو بلا انتظار
    [one] محو بعد عبارة خاطئة واحدة
    [two] محو بعد عبارتين خاطئتين على التوالي
    [few] محو بعد { $count } عبارات خاطئة على التوالي
    [many] محو بعد { $count } عبارة خاطئة على التوالي
   *[other] محو بعد { $count } عبارة خاطئة على التوالي
}
settings-passphrase = تغيير عبارة السر
settings-passphrase-set = استخدام عبارة السر الجديدة
settings-passphrase-changed = من الآن تُستخدم عبارة السر الجديدة.
settings-about = هذا الجهاز
settings-roles = المشاركة في
settings-until = حتى
settings-network = الشبكة
settings-not-protected = غير محمي: من يتحكم بعنوان هذا الموقع يستطيع تغيير التطبيق وقراءة ما يُكتب بعد ذلك. من يمسك هاتفك المفتوح يرى كل ما يظهر لك.
settings-leave = مغادرة الشبكة
settings-leave-what = يمحو الخزنة في هذا المتصفح. العودة تحتاج إلى دعوة جديدة.
