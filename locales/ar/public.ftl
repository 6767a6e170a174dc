# reviewed: no
# ما يقرؤه الجيران: الصفحة العامة ونموذج الإبلاغ والردود.

language-name = العربية
language-direction = rtl
language-clock = 24
language-day = { $day }/{ $month }
language-unreviewed = لم يراجع هذا النص بعد شخص يتكلم العربية، لذلك نعرضه بالإنجليزية.

page-hurt = هل هناك مصاب؟ اتصل أولاً بالرقم 911.
page-first-hand = هل ترى ذلك بنفسك، الآن؟
page-report = أبلغ عمّا تراه
page-call = أو اتصل بالرقم { $phone }

page-empty = لم يُبلَّغ لنا عن أي نشاط مؤكد خلال { $hours ->
    [1] ساعة
    [2] ساعتين
    [zero] { $hours } ساعة
    [one] { $hours } ساعة
    [two] { $hours } ساعة
    [few] { $hours } ساعات
    [many] { $hours } ساعة
   *[other] { $hours } ساعة
}. نحن لا نرى كل شيء.
page-staffed = هل يوجد أحد في المناوبة؟ نعم.
page-unstaffed = هل يوجد أحد في المناوبة؟ لا. تنتظر البلاغات حتى يعود أحد، ويجري إيقاظ متطوعين احتياطيين.
page-unstaffed-call = لا أحد في المناوبة الآن. اتصل بالرقم { $phone }.
page-alerts = التنبيهات الحالية
page-rumors = شائعات جرى التحقق منها
page-as-of = حتى الساعة { $time }. أعد تحميل الصفحة لرؤية الجديد.
page-published = نُشر الساعة { $time }
page-check-link = تحقق مما إذا كان هذا لا يزال صحيحاً: { $link }
page-single-keyholder = المفتاح بيد شخص واحد: يستطيع شخص واحد النشر باسم هذه الشبكة حتى ينضم ثانٍ.
page-about = يتحقق متطوعون من كل بلاغ قبل نشر أي شيء هنا. لا نحتفظ بأي قائمة بالقراء أو المتصلين أو العناوين.
page-not-protected = تُختم كلماتك على هذا الجهاز قبل إرسالها. يستطيع الخادم أن يرى أن اتصالك أرسل شيئاً، ومتى.

form-kind = ماذا يحدث؟
form-place = أين؟
form-place-hint = ضع علامة على الخريطة، أو اذكر الشارعين المتقاطعين.
form-home = إنه بيت شخص ما
form-size = كم عدد الأشخاص والمركبات؟
form-unit = ماذا يرتدون؟ كلمات عامة فقط.
form-equipment = ما المركبات أو المعدات التي تراها؟ كلمات عامة فقط.
form-when = متى رأيت ذلك؟
form-text = ماذا ترى أيضاً؟
form-language = ما اللغة التي تريدها؟
form-interpreter = أريد مترجماً
form-skip = يمكنك ترك كل شيء ما عدا ماذا وأين.
form-no-names = من فضلك لا تذكر أسماء أو لوحات سيارات أو وجوهاً. لا تكتب أبداً عن وضع الهجرة لأي شخص.
form-phrase = احتفظ بهذه الكلمات لمتابعة بلاغك: { $phrase }

concern-license-plate = يبدو هذا كلوحة سيارة. من فضلك احذفه.
concern-phone-number = يبدو هذا كرقم هاتف. من فضلك احذفه.
concern-social-security-number = يبدو هذا كرقم ضمان اجتماعي. من فضلك احذفه.
concern-alien-number = يبدو هذا كرقم من أوراق الهجرة. من فضلك احذفه.
concern-email-address = يبدو هذا كعنوان بريد إلكتروني. من فضلك احذفه.

report-kept = محفوظ على هذا الهاتف.
report-kept-offline = محفوظ على هذا الهاتف. سيُرسل عندما يتوفر اتصال.
report-sent = أُرسل.
report-desk-has-it = وصل إلى المناوبة.

news-received = وصل بلاغك إلى المناوبة. شكراً.
news-being-checked = شخص مدرَّب في الطريق لينظر. من فضلك ابقَ بعيداً.
news-confirmed = تأكد ما أبلغت عنه.
news-false-alarm = تحقق متطوعون. رأوا { $what }. شكراً لسؤالك؛ أخبر من أخبرك.
news-could-not-check = لم يستطع أحد التحقق من بلاغك. لا نعرف إن كان الأمر كذلك.
news-over = انتهى الأمر. شكراً.

kind-checkpoint = حاجز تفتيش
kind-vehicle-stop = إيقاف مركبة
kind-door-knock = رجال أمن عند باب بيت
kind-workplace = رجال أمن في مكان عمل
kind-school = رجال أمن في مدرسة أو قربها
kind-transit = رجال أمن في موقف حافلات أو محطة أو مطار
kind-public-building = رجال أمن في محكمة أو مكتب أو مستشفى
kind-presence = رجال أمن في المنطقة
kind-detention = أُخذ شخص
kind-other = نشاط آخر

what-city-police = شرطة المدينة
what-sheriff = شرطة المقاطعة
what-state-police = شرطة الولاية
what-other-federal = موظفين اتحاديين جاؤوا لأمر آخر
what-fire-or-ambulance = رجال إطفاء أو سيارة إسعاف
what-private-security = حراساً خاصين
what-towing = شاحنات سحب أو مراقبة مواقف
what-utility = عمال خدمات أو بناء
what-delivery = توصيل طلبات أو عملاً يومياً
what-nothing-there = أنه لا يوجد شيء هناك
what-other = شيئاً آخر

how-left-nobody-taken = غادروا. لم يُؤخذ أحد، بحسب ما رآه المتطوعون.
how-people-taken = غادروا. أُخذ أشخاص.
how-people-released = أُطلق الأشخاص الذين كانوا محتجزين.
how-left-unknown = غادروا. لا نعرف أكثر من ذلك.
