# reviewed: no
# لوحة المناوبة.

helpers-aid = فريق المساعدة
helpers-legal = الفريق القانوني
step-new = جديد
step-update = تحديث
step-renew = ما زال كذلك

desk-joining = هذا الجهاز ينضم إلى المناوبة. يُدخله من تلقاء نفسه جهاز آخر في المناوبة أو جهاز أحد المشرفين.
desk-on-shift = { $count ->
    [zero] لا أحد في النوبة
    [one] شخص واحد في النوبة
    [two] شخصان في النوبة
    [few] { $count } أشخاص في النوبة
    [many] { $count } شخصاً في النوبة
   *[other] { $count } شخص في النوبة
}
desk-start-shift = بدء نوبتي
desk-caller = شخص يتصل
desk-rumors = الشائعات
desk-zone-note = ملاحظة إلى منطقة
desk-zone-note-what = يقرؤها الأعضاء الذين في الخدمة في هذه المنطقة، حتى نهاية اليوم.
desk-figures = الأرقام
desk-keys = أزرار لوحة المفاتيح
desk-send = إرسال

desk-queue = قائمة الانتظار
desk-search = بحث
desk-waiting = { $count ->
    [zero] لا شيء في الانتظار
    [one] حادثة واحدة
    [two] حادثتان
    [few] { $count } حوادث
    [many] { $count } حادثة
   *[other] { $count } حادثة
}
desk-attention = يحتاج إلى شخص الآن
desk-a-home = بيت في { $zone }
desk-on-it = يتولى الأمر: { $who }
desk-you-have-it = الأمر بيدك
desk-reports = { $count ->
    [zero] لا بلاغات
    [one] بلاغ واحد
    [two] بلاغان
    [few] { $count } بلاغات
    [many] { $count } بلاغاً
   *[other] { $count } بلاغ
}
desk-vouched = { $count } بتزكية عضو
desk-first-hand = رؤية مباشرة
desk-interpreter = يلزم مترجم
desk-like = يشبه { $number }
desk-next = التالي
desk-before = السابق
desk-take = سأتولى الأمر
desk-let-go = ترك الأمر لشخص آخر

desk-incident = الحادثة
desk-choose = يُرجى اختيار حادثة
desk-choose-hint = الزر J للأولى، والزر T لتولي الأمر. الزر ? لعرض كل الأزرار.
desk-choose-first = يُرجى اختيار حادثة أولاً.
desk-six-keys = الأزرار الستة
desk-drawers = تصنيف
desk-erase-sure = محو هذا البلاغ عند الجميع، مع كل ما ضُمّ إليه؟ لن يُحفظ شيء.
desk-map = المناطق المحيطة
desk-report-number = البلاغ { $number }
desk-said = نص البلاغ
desk-where = أين
desk-point = الموقع
desk-home-is = البيت
desk-call-back = معاودة الاتصال
desk-seen = وقت الرؤية
desk-source = وصل عبر
desk-clock = الساعة
desk-clock-doubtful = كانت ساعة الجهاز المُرسِل متقدمة. الأوقات هنا هي أوقات الوصول.
desk-looks-like = هذا يشبه { $number }.
desk-show-it = عرض
desk-strike = شطب
desk-mark-home = إنه بيت
desk-split = فصل
desk-talk = مع صاحب البلاغ
desk-reporter = صاحب البلاغ
desk-question = سؤال
desk-ask = طرح السؤال
desk-tell-what = إبلاغ صاحب البلاغ
desk-tell = إبلاغ
desk-no-answer = لم يترك صاحب البلاغ طريقة للرد.
desk-notes = ملاحظات
desk-note = ملاحظة
desk-add-note = إضافة

desk-callback = رقم لمعاودة الاتصال
desk-callback-hint = يُحفظ ساعتين ثم يُمحى. يُترك فارغاً إذا كان المتصل لا يريد مكالمة.
desk-caller-send = وضعه في قائمة الانتظار

desk-number = رقم الحادثة الأخرى

desk-check-what = يرى الأعضاء في الخدمة المنطقة التقريبية. من تقبلهم وحدهم يعرفون المكان بالضبط.
desk-within = خلال كم من الوقت؟
desk-check-send = إطلاق النداء
desk-call-out = نداء
desk-responder = { $name }، { $minutes ->
    [zero] أقل من دقيقة
    [one] دقيقة واحدة
    [two] دقيقتان
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
}
desk-proposed = { $count ->
    [zero] لا أحد مقترح
    [one] شخص واحد مقترح
    [two] شخصان مقترحان
    [few] { $count } أشخاص مقترحون
    [many] { $count } شخصاً مقترحاً
   *[other] { $count } شخص مقترح
}: الأقرب، اثنين اثنين. القرار لك.
desk-accept = قبول هؤلاء
desk-alone-sure = شخص واحد وحده. هل وافق على الذهاب وحده؟
desk-decline = لا حاجة
desk-check-in = سؤال إن كان كل شيء بخير
desk-rung = اتصلت بأحد المتطوعين الاحتياطيين
desk-close-call-out = إنهاء النداء
desk-reached-note = ما قيل في الاتصال
desk-reached = تم التواصل
desk-envelope = فتح الظرف
desk-envelope-sure = فتح ظرف الطوارئ للشخص الذي ذهب؟ يُسجَّل من فتحه.

desk-finding = النتيجة
desk-seen-by = { $count ->
    [zero] لم ينظر أحد
    [one] نظر شخص واحد
    [two] نظر شخصان
    [few] نظر { $count } أشخاص
    [many] نظر { $count } شخصاً
   *[other] نظر { $count } شخص
}
desk-signed = موقَّع
desk-not-signed = غير موقَّع بعد
desk-not-signed-hint = ينتظر توقيع من تحقق من الأمر. يستطيع شخص ثانٍ من التسجيل التوقيع بدلاً منه.
desk-used = نُشر
desk-this-stands = هذه هي المعتمدة
desk-preview = ما سيقرؤه الجمهور
desk-quorum = وقّع من تحقق من الأمر. بتوقيعك يُنشر فوراً.
desk-publish = نشر التنبيه
desk-publish-sure = نشر هذا التنبيه للجميع؟
desk-publish-update = نشر: ما زال مستمراً، وتغيّر شيء
desk-publish-renew = نشر: ما زال كذلك
desk-publish-over = نشر: انتهى الأمر
desk-publish-wrong = نشر: كان خطأ
desk-publish-rumor = نشره كشائعة جرى التحقق منها
desk-ask-countersign = طلب توقيع شخص ثانٍ من التسجيل
desk-countersign = توقيع
desk-alert = تنبيه
desk-alert-refused = لم يُقبل التنبيه ({ $code }). لم يُنشر شيء.
desk-holds-until = سارٍ حتى { $time }
desk-publishing = يجري النشر …
desk-recheck = يجري التحقق مجدداً
desk-end-it = إنهاء التنبيه

desk-close = إغلاق الحادثة
desk-ending = ماذا كانت النهاية؟
desk-class = كم من الوقت تُحفظ؟
desk-closed-at = أُغلقت { $time }
desk-after-action = ماذا ينبغي أن نعرف في المرة القادمة؟
desk-reopen = فتحها مجدداً

desk-handover = تسليم
desk-hand-to = إلى
desk-whoever-next = من يأتي بعد ذلك
desk-handover-note = ما يجب أن تعرفه النوبة التالية
desk-hand-over = التسليم وإنهاء نوبتي
desk-refer-to = من ينبغي أن يساعد؟

desk-no-rumors = لا شائعات.
desk-rumor-open = لا جواب بعد.
desk-rumor-public = الجواب منشور للجميع.

figures-by-hour = آخر 24 ساعة
figures-plot = البلاغات في كل ساعة، وأمامها المؤكد منها. أعلى عمود هو { $count }.
figures-reports = البلاغات
figures-confirmed = المؤكدة
figures-false-alarms = الإنذارات الخاطئة
figures-unchecked = تعذّر التحقق منها
figures-share = نسبة المؤكد
figures-responders = الأشخاص المرسلون
figures-on-duty = في الخدمة الآن
figures-to-desk = من البلاغ إلى المناوبة
figures-to-finding = من المناوبة إلى النتيجة
figures-to-alert = من المناوبة إلى التنبيه
figures-half = النصف خلال: { $time }
figures-unknown = غير معروف بعد
