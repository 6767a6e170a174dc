# reviewed: no
# صفحات المشرفين على الشبكة.

steward-health = الحالة
steward-manifest-until = الإعدادات سارية حتى
steward-note-until = مذكرة المفاتيح سارية حتى
steward-issuers = مفاتيح التصاريح
steward-issuers-missing = { $count ->
    [zero] صُنعت كلها
    [one] يجري صنع مفتاح واحد
    [two] يجري صنع مفتاحين
    [few] يجري صنع { $count } مفاتيح
    [many] يجري صنع { $count } مفتاحاً
   *[other] يجري صنع { $count } مفتاح
}
steward-log = القيود في السجل العام
steward-admitted-count = الأجهزة المقبولة
steward-due-key-note-stale = مذكرة المفاتيح قديمة. يُرجى إبقاء جهاز أحد المشرفين قيد العمل.
steward-due-manifest-ends = تنتهي مدة إعدادات الشبكة قريباً. يجب أن يوقّع المشرفون إعدادات جديدة.
steward-due-issuers-missing = تنقص مفاتيح للتصاريح. تُصنع ما دامت هذه الصفحة مفتوحة.
steward-invite = دعوة شخص
steward-invite-what = الدعوة لشخص واحد وجهاز واحد. يُرجى تسليمها باليد، أو بطريقة تثق بها.
steward-invite-make = إنشاء دعوة
steward-choose-role = يُرجى اختيار دور واحد على الأقل.
steward-invitation = من أجل: { $roles }. تصلح لمرة واحدة، حتى { $time }.
steward-invitation-once = تظهر هنا والآن فقط. يُرجى إبقاء هذا الجهاز قيد العمل حتى يدخل الشخص.
steward-take-back = سحبها
steward-admitted = قُبل شخص.
steward-application = الجهاز { $device } يطلب المشاركة في التسجيل.
steward-add-registrar = عرضه على المشرفين
steward-revoke = سحب صلاحيات جهاز
steward-revoke-what = لا أسماء في الشهادات. يستطيع الشخص، أو من قبله، أن يخبرك بأول ثماني خانات من شهادته.
steward-certificate = أول خانات الشهادة
steward-revoke-sure = سحب كل صلاحيات هذا الجهاز؟
steward-revoked = سُحبت صلاحياته.
steward-apply = طلب صلاحية قبول الأشخاص
steward-apply-what = يستطيع هذا الجهاز رعاية الشبكة، ولا يستطيع الدعوة بعد. يُطلب ممن يقبلون الأشخاص أن يضيفوه إليهم.
steward-applied = تم الطلب. يجب أن يوافق جهاز أحد من يقبلون الأشخاص.
