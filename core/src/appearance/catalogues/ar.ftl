# العربية. لم يقرأها بعد أحد نشأ على هذه اللغة.

continue-to-wallet = المتابعة إلى محفظتك
not-me = لم أبدأ هذا
cancel = إلغاء
give-up = تخلٍّ عن الطلب
try-again = حاول مرة أخرى
go-back = رجوع
go-on = متابعة
next = التالي
by-yourself = إذا لم يحدث شيء فتابع بنفسك.
enter-a-code = أدخل رمزًا
help = المساعدة
privacy = الخصوصية
imprint = بيانات قانونية
minutes-left = { $minutes ->
    [1] يبقى هذا صالحًا لأقل من دقيقة.
    [two] يبقى هذا صالحًا لأقل من دقيقتين.
    [few] يبقى هذا صالحًا لأقل من { $minutes } دقائق.
   *[other] يبقى هذا صالحًا لأقل من { $minutes } دقيقة.
}

code-title = أدخل الرمز من جهازك
code-label = الرمز
code-hint = لا تدخل إلا رمزًا يظهر الآن على جهاز تملكه. لا أحد غيرك يحتاج إليه، ولن يسألك أحد عنه.
code-not-valid = هذا الرمز غير صالح. تحقق من الرمز على جهازك، أو اطلب منه رمزًا جديدًا.
code-in-use = هذا الرمز مستخدم بالفعل في متصفح آخر. تابع هناك، أو اطلب من جهازك رمزًا جديدًا.
code-tries-left = { $left ->
    [0] بعد رمز خاطئ آخر عليك الانتظار بضع دقائق.
    [1] يمكنك المحاولة مرة واحدة قبل أن تضطر إلى الانتظار بضع دقائق.
    [two] يمكنك المحاولة مرتين قبل أن تضطر إلى الانتظار بضع دقائق.
    [few] يمكنك المحاولة { $left } مرات قبل أن تضطر إلى الانتظار بضع دقائق.
   *[other] يمكنك المحاولة { $left } مرة قبل أن تضطر إلى الانتظار بضع دقائق.
}

confirm-title = هل هذا جهازك؟
confirm-who = جهاز يطلب الوصول: { $client }. يجب أن يعرض الآن هذا الرمز:
confirm-label = يسمّي الجهاز نفسه { $label }.
confirm-if-not = إذا لم يكن أمامك جهاز كهذا أو كان رمزه مختلفًا فأنت لم تبدأ هذا.
confirm-asked = { $minutes ->
    [0] طلب ذلك قبل أقل من دقيقة.
    [1] طلب ذلك قبل دقيقة.
    [two] طلب ذلك قبل دقيقتين.
    [few] طلب ذلك قبل { $minutes } دقائق.
   *[other] طلب ذلك قبل { $minutes } دقيقة.
}
near-same = يبدو أنه على الشبكة نفسها التي أنت عليها الآن.
near-different = إنه على شبكة غير التي أنت عليها الآن. إذا أرسل إليك أحد هذا الرمز أو الرابط فتوقف هنا.
number-legend = أي رقم يظهر على الجهاز؟
number-pick = اختر الرقم الذي يعرضه جهازك.
rights-title = سيحصل على
claims-title = سيُطلب من محفظتك أن تعرض
agreements-title = ستوافق على

authorize-title = هل تتابع بمحفظتك؟
authorize-who = يطلب { $client } الوصول، وستعود إلى { $place }.
authorize-if-not = إذا لم تأتِ من هناك فألغِ الطلب.

choose-title = أي محفظة تريد أن تستخدم؟

scan-title = امسح هذا بمحفظتك
scan-who = يطلب { $client } من محفظتك أن تعرض شيئًا، هنا في هذا المتصفح.
scan-picture = رمز QR للطلب الموجه إلى محفظتك
scan-careful = لا تمسحه إلا إذا فتحت هذه الصفحة بنفسك. من أرسل إليك صورة منه سيحصل على ما تعرضه.
scan-shown = لقد عرضته
scan-here = المحفظة على هذا الجهاز

ask-title = اعرض هذا من محفظتك
ask-who = يطلب { $client } من محفظتك أن تعرض شيئًا.
ask-choose = اختر محفظة
ask-other = استخدم محفظة أخرى
ask-nothing = لم يُعرض شيء. حاول مرة أخرى أو استخدم محفظة أخرى.
ask-busy = متصفحك يسألك الآن. إذا لم تُفتح أي نافذة فاستخدم محفظة أخرى.

wallet-title = افتح محفظتك
wallet-who = يطلب { $client } من محفظتك أن تعرض شيئًا.
wallet-open = افتح محفظتك
wallet-nothing = ألم يحدث شيء؟
wallet-nothing-text = يجب أن يكون تطبيق المحفظة على هذا الجهاز. إذا ثبّته للتو فاضغط الزر مرة أخرى. إذا كانت محفظتك على جهاز آخر فافتح هناك الصفحة التي بدأت منها.
wallet-get = احصل على تطبيق المحفظة
wallet-scan = عرض رمز QR لمحفظة على جهاز آخر

here-title = هل تتابع إلى محفظتك؟
here-elsewhere = فُتح هذا في متصفح آخر
here-elsewhere-text = إذا كنت أنت من فتحه فارجع إلى ذلك المتصفح: إنه ينتظرك. وإذا فتحت هذا الرابط بنفسك الآن فيمكنك المتابعة هنا؛ ربما سبقك برنامج يفحص الروابط.
here-careful = لا تتابع إلا إذا فتحت هذا الرابط بنفسك. إذا أرسله إليك أحد فتوقف هنا: قد يحصل المرسل على ما تعرضه.

relay-title = يجري التحقق من جواب محفظتك
relay-wait = لحظة واحدة
relay-wait-text = يجري التحقق من جواب محفظتك.
relay-nothing = لا شيء هنا
relay-nothing-text = هذه الصفحة لا تستقبل إلا جواب محفظة، ومرة واحدة فقط. ارجع إلى حيث بدأت.
relay-no-script = تحتاج هذه الخطوة إلى JavaScript. اسمح به لهذا الموقع وابدأ من جديد من حيث بدأت؛ لم يُنقل جواب محفظتك.
needs-script = تحتاج الخطوة التالية إلى JavaScript. اسمح به لهذا الموقع قبل أن تتابع.
time-over = انتهى الوقت. عد إلى حيث بدأت وابدأ من جديد.
post-title = إلى محفظتك
return-title = العودة إلى حيث أتيت

logout-title = هل تريد تسجيل الخروج؟
logout-who = أرسلك { $client } إلى هنا لتسجيل الخروج.
logout-text = ستطلب التطبيقات التي تستخدمها في هذا المتصفح محفظتك من جديد.
logout-yes = تسجيل الخروج
logout-no = البقاء مسجلًا
logout-done = تم تسجيل خروجك
logout-done-text = في المرة القادمة ستطلب التطبيقات محفظتك من جديد. يمكنك إغلاق هذه الصفحة.

next-on-device = ارجع إلى جهازك. يمكنك إغلاق هذه الصفحة.
next-in-client = ارجع إلى { $client }. يمكنك إغلاق هذه الصفحة.
told-client = أُبلغ { $client } بأن الأمر لم ينجح.
done-verified = تم
done-verified-text = حصل { $client } على ما يحتاج إليه.
done-not-me = ألم تكن أنت؟
done-not-me-text = عندها يفقد الجهاز صلاحية الوصول من جديد.
done-nothing-earned = هذا لا يكفي
done-nothing-earned-text = جواب محفظتك صحيح، لكنه لا يستوفي ما يطلبه { $client }.
done-disowned = تم الإيقاف
done-disowned-text = قلت إنك لم تبدأ هذا. لن يحصل الجهاز على الوصول.
done-declined = لم يُعرض شيء
done-declined-text = رفضت أنت أو محفظتك.
done-issuer = تعذر التحقق من وثيقتك
done-issuer-text = ما ينشره مُصدرها عنها خاطئ أو لا يمكن الحصول عليه، وقد أُبلغ { $client } بذلك. لا خلل لديك ولا في محفظتك.
done-postponed = لا يمكن التحقق من وثيقتك الآن
done-postponed-text = خادم مُصدرها لا يجيب كما ينبغي. لا خلل لديك ولا في محفظتك. انتظر دقيقة ثم حاول مرة أخرى.
done-rejected = لم ينجح هذا
done-rejected-text = تعذر قبول جواب محفظتك.
done-again = لم ينجح هذا بعد
done-tries-left = { $left ->
    [1] يمكنك المحاولة مرة واحدة.
    [two] يمكنك المحاولة مرتين.
    [few] يمكنك المحاولة { $left } مرات.
   *[other] يمكنك المحاولة { $left } مرة.
}
done-return = خطوة أخرى
done-return-text = أجابت محفظتك. ارجع إليها واتبعها إلى هنا في هذا المتصفح؛ عندئذ فقط يُعتد بالجواب. إذا فتحت متصفحًا آخر فانسخ العنوان منه وافتحه هنا.
done-open = لم ينته الأمر بعد
done-open-text = ما زال { $client } ينتظر جوابًا من محفظتك.
done-expired = استغرق هذا وقتًا طويلًا
done-expired-on-device = لم يُعرض شيء. اطلب من جهازك رمزًا جديدًا وابدأ من جديد.
done-expired-in-client = لم يُعرض شيء. ارجع إلى { $client } وابدأ من جديد.

trouble-taken-back = لم تعد هذه الوثيقة معتبرة
trouble-taken-back-text = سحبها مُصدرها أو علّقها. اسأل المُصدر عنها أو استخدم وثيقة أخرى.
trouble-expired = انتهت صلاحية هذه الوثيقة
trouble-expired-text = مضى وقتها فلم تعد معتبرة. جدّدها لدى مُصدرها أو استخدم وثيقة أخرى.
trouble-not-yet = لم تصبح هذه الوثيقة صالحة بعد
trouble-not-yet-text = يُعتد بها ابتداءً من وقت لاحق. اسأل مُصدرها عنها أو استخدم وثيقة أخرى.
trouble-not-enough = هذا لا يكفي
trouble-not-enough-text = ما عرضته صحيح، لكنه لا يستوفي ما يطلبه { $client }. قد تستوفيه وثيقة أخرى.
trouble-other-issuer = هذا المُصدر غير مقبول هنا
trouble-other-issuer-text = لا يقبل { $client } وثائق من مُصدر الوثيقة التي عرضتها. استخدم وثيقة من مُصدر آخر.
trouble-other-credential = هذه وثيقة أخرى
trouble-other-credential-text = عرضت محفظتك نوعًا من الوثائق غير المطلوب. اختر الوثيقة المطلوبة.
trouble-incomplete = هناك شيء ناقص
trouble-incomplete-text = لم تعرض محفظتك كل ما طُلب. شارك كل ما تسألك عنه.
trouble-credential = هناك خلل في هذه الوثيقة
trouble-credential-text = ليست كما ينبغي أن تكون، لذلك لا يمكن قبولها. اطلب من مُصدرها وثيقة جديدة أو استخدم وثيقة أخرى.
trouble-issuer-service = المُصدر لا يجيب
trouble-issuer-service-text = لا يستطيع أحد الآن أن يقول هل ما زالت الوثيقة التي عرضتها معتبرة. حاول مرة أخرى بعد قليل أو استخدم وثيقة أخرى.

stopped = تم الإيقاف
stopped-text = لم يُعرض شيء ولم يعد الرمز صالحًا. إذا أرسل إليك أحد ذلك الرمز أو الرابط فلا تفعل ما يطلبه.
stopped-late-text = لن يحصل الجهاز على الوصول. إذا أرسل إليك أحد ذلك الرمز أو الرابط فلا تفعل ما يطلبه.
stopped-revoked = سُحب الوصول
stopped-revoked-text = كان لدى الجهاز وصول بالفعل، وقد فقده الآن. ما رآه من قبل لا يمكن استرجاعه، والخدمة التي لا تسألنا قد تصدّقه لبعض الوقت. أخبر تلك الخدمة أيضًا.

no-such-page = لا توجد صفحة كهذه
no-such-page-text = العنوان ناقص أو لم يعد موجودًا. ارجع إلى حيث بدأت.
our-fault = حدث خطأ من جهتنا
our-fault-text = نأسف لذلك. انتظر بضع ثوانٍ وأعد تحميل هذه الصفحة.
our-fault-trace = إذا تكرر ذلك فأعطِ المشغّل هذا الرقم: { $trace }
too-many = طلبات كثيرة جدًا
too-many-text = تأتي من شبكتك طلبات أكثر مما نجيب عنه. انتظر دقيقة وأعد تحميل هذه الصفحة.
unknown-link = لم يعد هذا الرابط صالحًا
unknown-link-text = انتهت صلاحيته أو لم يُنسخ كاملًا. ارجع إلى حيث بدأت وابدأ من جديد.
used-link = لم يعد هذا الرابط صالحًا
used-link-text = انتهت صلاحيته أو استُخدم من قبل. ارجع إلى التطبيق وابدأ من جديد.
opened-elsewhere = فُتح هذا في متصفح آخر
opened-elsewhere-text = لسلامتك لا يمكن متابعته إلا في المتصفح الذي فتحه أولًا. ارجع إلى ذلك المتصفح أو ابدأ من جديد من حيث بدأت.
still-signed-in = ما زلت مسجلًا
still-signed-in-text = لم يتغير شيء. يمكنك إغلاق هذه الصفحة.
nothing-to-see = لا شيء يُرى هنا
nothing-to-see-text = نُسي بعد انتهائه بمدة، أو أن العنوان ناقص. إذا كنت ما زلت تنتظر شيئًا فابدأ من جديد من حيث بدأت.
other-browser = يتابع هذا في متصفحك الآخر
other-browser-text = ارجع إلى المتصفح الذي بدأت فيه: إنه ينتظرك. إذا لم يتابع من تلقاء نفسه فانسخ عنوان هذه الصفحة وافتحه هناك. لا تعطِ هذا العنوان لأحد. إذا لم تبدأ شيئًا فأغلق هذه الصفحة.
answer-elsewhere = عادت محفظتك إلى متصفح آخر
answer-elsewhere-text = لم يُستخدم جوابها. ارجع إلى المتصفح الذي بدأت فيه: إنه ينتظر ويقودك إلى محفظتك مرة أخرى. إذا كان هذا هو ذلك المتصفح فيجب السماح بملفات تعريف الارتباط لهذا الموقع. إذا لم تبدأ شيئًا فأغلق هذه الصفحة.
no-open-request = لم يعد هذا الجواب منتظرًا
no-open-request-text = استغرق وقتًا طويلًا، أو استُخدم من قبل، أو بدأ في متصفح آخر. لم يُنظر فيه. إذا بدأت في متصفح آخر فارجع إليه: إنه ينتظر. وإلا فابدأ من جديد من حيث بدأت.
wallet-unusable = لا يمكن استخدام محفظتك هنا
wallet-unusable-text = تقول خدمة محفظتك عن نفسها شيئًا لا يتوافق. لا يستطيع إصلاح ذلك إلا مشغّلها؛ لم يُعرض شيء.
wallet-silent = محفظتك لا تجيب
wallet-silent-text = تعذر علينا الوصول إلى خدمة محفظتك. لم يضع شيء: انتظر بضع ثوانٍ وأعد تحميل هذه الصفحة.
foreign-form = ابدأ من جديد من فضلك
foreign-form-text = لم يرسل متصفحك ما نحتاج إليه لنتأكد من أنك أنت. يجب السماح بملفات تعريف الارتباط لهذا الموقع. ثم ارجع إلى حيث بدأت.
no-cookies = ملفات تعريف الارتباط مطلوبة هنا
no-cookies-text = من دونها لا يمكن تمييز إجابتك من إجابة شخص غريب. اسمح بملفات تعريف الارتباط لهذا الموقع، ثم عد إلى حيث بدأت. لم تُشارَك أي معلومات.
code-elsewhere = لا يعمل هذا إلا على شبكة جهازك
code-elsewhere-text = لا نرى أنك عليها. غالبًا ما تكون شبكة Wi-Fi في بيتك: اتصل بها ثم افتح هذه الصفحة مرة أخرى. إذا أرسل إليك أحد هذا الرمز أو الرابط فتوقف هنا.
wrong-number = ليس هذا هو الرقم على جهازك
wrong-number-text = لم يُعرض شيء ولم يعد الرمز صالحًا. إذا كان الجهاز جهازك فاطلب منه رمزًا جديدًا. إذا أرسل إليك أحد هذا الرمز أو الرابط فتوقف هنا.
unreadable = تعذرت قراءة هذا
unreadable-text = ما أرسله متصفحك ليس ما تتوقعه هذه الصفحة. ارجع إلى حيث بدأت وابدأ من جديد.
wrong-request = لا يمكن الإجابة عن هذا الطلب
wrong-application-text = التطبيق الذي أرسلك إلى هنا غير مُعد كما ينبغي ({ $reason }). لم يُعرض شيء؛ أخبر من يشغّلونه.
wrong-logout-text = التطبيق الذي أرسلك إلى هنا غير مُعد كما ينبغي ({ $reason }). لم يُسجل خروجك؛ أخبر من يشغّلونه.
too-many-codes = رموز خاطئة كثيرة جدًا
too-many-codes-text = { $minutes ->
    [1] انتظر دقيقة، ثم اكتب الرمز الذي يعرضه جهازك حينئذ.
    [two] انتظر دقيقتين، ثم اكتب الرمز الذي يعرضه جهازك حينئذ.
    [few] انتظر { $minutes } دقائق، ثم اكتب الرمز الذي يعرضه جهازك حينئذ.
   *[other] انتظر { $minutes } دقيقة، ثم اكتب الرمز الذي يعرضه جهازك حينئذ.
}
unsafe-answer = أجابت محفظتك بطريقة غير آمنة
unsafe-answer-text = وُضع جوابها حيث يستطيع غيرك قراءته، لذلك لم يُستخدم. لم يُقبل شيء؛ ابدأ من جديد من حيث بدأت.

claim-given_name = الاسم
claim-family_name = اسم العائلة
claim-birth_date = تاريخ الميلاد
claim-age-over = { $years } سنة أو أكثر
claim-nationality = الجنسية
claim-address = العنوان
claim-email = البريد الإلكتروني
claim-phone_number = رقم الهاتف
claim-place_of_birth = مكان الميلاد
claim-portrait = الصورة الشخصية
claim-document_number = رقم الوثيقة
claim-name = الاسم الكامل
claim-birth_given_name = الاسم الأول عند الولادة
claim-birth_family_name = اسم العائلة عند الولادة
claim-birth_year = سنة الميلاد
claim-age = العمر
claim-sex = الجنس
claim-country_of_birth = بلد الميلاد
claim-street = الشارع
claim-house_number = رقم المنزل
claim-postal_code = الرمز البريدي
claim-locality = المدينة
claim-region = المنطقة
claim-country = البلد
claim-signature = التوقيع
claim-height = الطول
claim-weight = الوزن
claim-eye_colour = لون العينين
claim-hair_colour = لون الشعر
claim-personal_number = الرقم الشخصي
claim-issuing_authority = جهة الإصدار
claim-issuing_country = بلد الإصدار
claim-issued_on = تاريخ الإصدار
claim-valid_until = صالح حتى
claim-driving_privileges = فئات القيادة

amount = { $number }{ "\u00A0" }{ $currency }
number-group = ,
number-point = .
number-grouped-from = 4
date = { $day } { $month ->
    [1] يناير
    [2] فبراير
    [3] مارس
    [4] أبريل
    [5] مايو
    [6] يونيو
    [7] يوليو
    [8] أغسطس
    [9] سبتمبر
    [10] أكتوبر
    [11] نوفمبر
   *[12] ديسمبر
} { $year }
date-time = { $date }، { $time }
agree-line = { $label }: { $text }
agree-titled = { $title }: { $more }
agree-yes = نعم
agree-no = لا
agree-none = لا شيء
agree-payment = دفع: { $amount }
agree-payment-for = دفع: { $amount } مقابل { $title }
agree-item = { $count } × { $unit } = { $total }
agree-description = الوصف
agree-total = المجموع
agree-mandate = تفويض بالدفع: { $amount } إلى { $payee }
agree-summary = الملخص
agree-amount = المبلغ
agree-payee = المستفيد
agree-payee-id = معرّف المستفيد
agree-payee-website = موقع المستفيد
agree-paid-with = الدفع بواسطة
agree-instruction = التعليمات
agree-instrument = وسيلة الدفع
agree-wire = حوالة: { $amount } إلى { $to }، حساب ينتهي بـ { $end }
agree-person-at = { $person } لدى { $institution }
agree-recipient = المستلم
agree-recipient-institution = مؤسسة المستلم
agree-recipient-account = حساب المستلم
agree-recipient-routing = الرمز المصرفي للمستلم
agree-recipient-website = موقع المستلم
agree-from = من
agree-from-institution = مؤسسة المرسل
agree-from-account = حساب المرسل
agree-from-routing = الرمز المصرفي للمرسل
agree-ending = ينتهي بـ { $end }
agree-memo = ملاحظة
agree-address = عنوان الشبكة
agree-device = الجهاز
agree-session = جلسة من عنوان الشبكة { $address }
agree-device-access = وصول لجهاز: { $name }
agree-device-label = يسمّي نفسه
agree-device-code = يعرض الرمز
sca-payment = دفع
sca-sign-in = تسجيل دخول
sca-account = الوصول إلى حسابك
sca-mandate = تفويض
agree-action = الإجراء
agree-service = الخدمة
agree-asked-by = بطلب من
agree-for = لصالح { $name }
agree-purpose = الغرض
agree-start = من تاريخ
agree-until = حتى تاريخ
agree-reference = المرجع
agree-creditor = الدائن
agree-time = الوقت
agree-transaction = المعاملة
agree-amount-is = المبلغ
agree-estimated = تقديري وقد يتغير
agree-earmarked = يُحجز الآن ويُسحب لاحقًا
agree-instant = يُحوَّل فورًا
agree-variable = قد يختلف كل مرة
agree-by-way-of = عن طريق
agree-on = في
agree-repeated = يتكرر
agree-times = عدد المرات
agree-at-least = على الأقل
agree-at-most = على الأكثر
agree-altogether = إجمالًا
agree-at-first = في البداية
agree-first-times = عدد مرات سحب المبلغ الأول
agree-apr = معدل النسبة السنوية
agree-amount-to = { $amount } إلى { $payee }
agree-amount-to-often = { $amount } إلى { $payee }، { $often }
often-INDA = عدة مرات في اليوم
often-DAIL = كل يوم
often-WEEK = كل أسبوع
often-TOWK = كل أسبوعين
often-TWMN = مرتين في الشهر
often-MNTH = كل شهر
often-TOMN = كل شهرين
often-QUTR = كل ثلاثة أشهر
often-FOMN = كل أربعة أشهر
often-SEMI = كل نصف سنة
often-YEAR = كل سنة
often-TYEA = كل سنتين
