# reviewed: no
# التنبيهات والشائعات التي جرى التحقق منها.

alert-new-headline = { $kind }: { $place }
alert-new-body = أكده متطوعون مدرَّبون بين الساعة { $from } والساعة { $until }.
alert-update-headline = ما زال مستمراً: { $kind }، { $place }
alert-update-body = رآه متطوعون مدرَّبون مجدداً بين الساعة { $from } والساعة { $until }.
alert-rechecking-headline = يجري التحقق مجدداً: { $kind }، { $place }
alert-rechecking-body = هناك شك في هذا التنبيه منذ الساعة { $issued }. يتحقق متطوعون منه مجدداً.
alert-wrong-headline = كان خطأ: { $kind }، { $place }
alert-wrong-body = تحقق متطوعون مجدداً الساعة { $until } ورأوا { $what }. كان التنبيه خطأ منا.
alert-over-headline = انتهى: { $kind }، { $place }
alert-over-body = { $how } شوهد آخر مرة الساعة { $until }.
alert-rumor-check-headline = شائعة جرى التحقق منها: { $place }
alert-rumor-check-body = جرى التحقق الساعة { $until }: رأى متطوعون { $what }، ولم يروا رجال هجرة.
alert-no-news-headline = لا أخبار منذ الساعة { $issued }: { $kind }، { $place }
alert-no-news-body = هذا لا يعني أن الأمر انتهى.

alert-place-around = حول { $place }
alert-place-in = في مكان ما في { $place }
alert-only-then = هذا عن ذلك المكان وذلك الوقت فقط.
alert-call = اتصل بالرقم { $phone } إذا أُخذ شخص أو احتاج إلى مساعدة.

rumor-confirmed = جرى التحقق الساعة { $at }: { $count ->
    [zero] لم يؤكده أحد
    [one] أكده متطوع واحد
    [two] أكده متطوعان
    [few] أكده { $count } متطوعين
    [many] أكده { $count } متطوعاً
   *[other] أكده { $count } متطوع
}: { $kind }.
rumor-false-alarm = جرى التحقق الساعة { $at }: { $count ->
    [zero] لم ير أحد سوى
    [one] رأى متطوع واحد
    [two] رأى متطوعان
    [few] رأى { $count } متطوعين
    [many] رأى { $count } متطوعاً
   *[other] رأى { $count } متطوع
} { $what }، لا رجال هجرة.
rumor-could-not-check = سُئل الساعة { $at }: لم يستطع أحد التحقق. لا نعرف.
rumor-ended = جرى التحقق الساعة { $at }: كان صحيحاً، وقد انتهى. { $how }
rumor-times = { $count ->
    [zero] لم يُسأل عنه
    [one] سُئل عنه مرة
    [two] سُئل عنه مرتين
    [few] سُئل عنه { $count } مرات
    [many] سُئل عنه { $count } مرة
   *[other] سُئل عنه { $count } مرة
}.
