# 日本語。日本語を母語とする人にはまだ読まれていません。

continue-to-wallet = ウォレットに進む
not-me = 自分が始めたものではない
cancel = キャンセル
give-up = やめる
try-again = もう一度試す
go-back = 戻る
go-on = 進む
next = 次へ
by-yourself = 何も起こらない場合は、ご自分で進んでください。
enter-a-code = コードを入力する
help = ヘルプ
privacy = プライバシー
imprint = 運営者情報
minutes-left = { $minutes ->
    [1] 有効なのはあと1分未満です。
   *[other] 有効なのはあと{ $minutes }分未満です。
}

code-title = 機器に表示されたコードを入力してください
code-label = コード
code-hint = ご自分の機器に今表示されているコードだけを入力してください。ほかの人には必要なく、誰かが尋ねることもありません。
code-not-valid = このコードは無効です。機器のコードを確認するか、新しいコードを表示させてください。
code-in-use = このコードは別のブラウザーで使用中です。そちらで続けるか、機器に新しいコードを表示させてください。
code-tries-left = { $left ->
    [0] もう一度間違えると、数分待つ必要があります。
   *[other] あと{ $left }回試せます。その後は数分待つ必要があります。
}

confirm-title = これはあなたの機器ですか？
confirm-who = 機器がアクセスを求めています：{ $client }。今、次のコードが表示されているはずです：
confirm-label = 機器は{ $label }と名乗っています。
confirm-if-not = そのような機器が目の前にない場合や、コードが違う場合は、あなたが始めたものではありません。
confirm-asked = { $minutes ->
    [0] 求めがあったのは1分以内です。
   *[other] 求めがあったのは{ $minutes }分前です。
}
near-same = あなたと同じネットワークにあるようです。
near-different = あなたとは別のネットワークにあります。誰かからこのコードやリンクが送られてきた場合は、ここでやめてください。
number-legend = 機器にはどの数字が表示されていますか？
number-pick = 機器に表示されている数字を選んでください。
rights-title = 得られるもの
claims-title = ウォレットに提示を求める項目
agreements-title = 同意する内容

authorize-title = ウォレットで続けますか？
authorize-who = { $client }がアクセスを求めています。終わると{ $place }に戻ります。
authorize-if-not = そこから来たのでない場合は、キャンセルしてください。

choose-title = どのウォレットを使いますか？

scan-title = ウォレットで読み取ってください
scan-who = { $client }が、このブラウザーであなたのウォレットに提示を求めています。
scan-picture = ウォレットへの要求のQRコード
scan-careful = このページを自分で開いた場合にだけ読み取ってください。画像を送ってきた人がいれば、提示したものがその人に渡ります。
scan-shown = 提示しました
scan-here = ウォレットはこの端末にあります

ask-title = ウォレットから提示してください
ask-who = { $client }があなたのウォレットに提示を求めています。
ask-choose = ウォレットを選ぶ
ask-other = 別のウォレットを使う
ask-nothing = 何も提示されませんでした。もう一度試すか、別のウォレットを使ってください。
ask-busy = いまブラウザーが確認しています。ウィンドウが開かない場合は、別のウォレットを使ってください。

wallet-title = ウォレットを開いてください
wallet-who = { $client }があなたのウォレットに提示を求めています。
wallet-open = ウォレットを開く
wallet-nothing = 何も起こりませんか？
wallet-nothing-text = ウォレットのアプリがこの端末に必要です。インストールしたばかりの場合は、もう一度ボタンを押してください。ウォレットが別の端末にある場合は、始めたページをその端末で開いてください。
wallet-get = ウォレットのアプリを入手する
wallet-scan = 別の端末のウォレット用にQRコードを表示する

here-title = ウォレットに進みますか？
here-elsewhere = 別のブラウザーで開かれています
here-elsewhere-text = それがあなたなら、そのブラウザーに戻ってください。あなたを待っています。今このリンクを自分で開いたのなら、ここで続けることもできます。リンクを調べるプログラムが先に開いたのかもしれません。
here-careful = このリンクを自分で開いた場合にだけ進んでください。誰かから送られてきた場合は、ここでやめてください。提示したものが送り主に渡るおそれがあります。

relay-title = ウォレットの回答を確認しています
relay-wait = お待ちください
relay-wait-text = ウォレットの回答を確認しています。
relay-nothing = ここには何もありません
relay-nothing-text = このページはウォレットの回答を一度だけ受け取ります。始めた場所に戻ってください。
relay-no-script = この手順にはJavaScriptが必要です。このサイトで許可し、始めた場所からやり直してください。ウォレットの回答は渡されていません。
needs-script = 次の手順にはJavaScriptが必要です。進む前にこのサイトで許可してください。
time-over = 時間切れです。始めたところに戻って、もう一度やり直してください。
post-title = ウォレットへ
return-title = 元の場所へ戻ります

logout-title = サインアウトしますか？
logout-who = { $client }からサインアウトのためにここに来ました。
logout-text = このブラウザーで使うアプリケーションは、再びウォレットを求めます。
logout-yes = サインアウト
logout-no = サインインしたままにする
logout-done = サインアウトしました
logout-done-text = 次回、アプリケーションは再びウォレットを求めます。このページは閉じてかまいません。

next-on-device = 機器に戻ってください。このページは閉じてかまいません。
next-in-client = { $client }に戻ってください。このページは閉じてかまいません。
told-client = うまくいかなかったことは{ $client }に伝わっています。
done-verified = 完了しました
done-verified-text = { $client }は必要なものを受け取りました。
done-not-me = あなたではありませんか？
done-not-me-text = その場合、端末のアクセス権は取り消されます。
done-nothing-earned = これでは足りません
done-nothing-earned-text = ウォレットの回答は本物ですが、{ $client }の求めを満たしていません。
done-disowned = 中止しました
done-disowned-text = 自分が始めたものではないとのことでした。機器はアクセスを得ません。
done-declined = 何も提示されませんでした
done-declined-text = あなたまたはウォレットが断りました。
done-issuer = 証明書を確認できませんでした
done-issuer-text = 発行者が公開している情報が誤っているか、取得できません。そのことは{ $client }に伝わっています。あなたやウォレットに問題はありません。
done-postponed = 今は証明書を確認できません
done-postponed-text = 発行者のサーバーが正しく応答していません。あなたやウォレットに問題はありません。1分待ってからもう一度試してください。
done-rejected = うまくいきませんでした
done-rejected-text = ウォレットの回答を受け入れられませんでした。
done-again = まだうまくいっていません
done-tries-left = { $left ->
   *[other] あと{ $left }回試せます。
}
done-return = あと一歩です
done-return-text = ウォレットが回答しました。ウォレットに戻り、その案内に従ってこのブラウザーに来てください。そうして初めて回答が有効になります。別のブラウザーが開いた場合は、そこのアドレスをコピーしてここで開いてください。
done-open = まだ終わっていません
done-open-text = { $client }はまだウォレットの回答を待っています。
done-expired = 時間がかかりすぎました
done-expired-on-device = 何も提示されませんでした。機器に新しいコードを表示させて、やり直してください。
done-expired-in-client = 何も提示されませんでした。{ $client }に戻ってやり直してください。

trouble-taken-back = この証明書はもう有効ではありません
trouble-taken-back-text = 発行者が取り消したか、停止しています。発行者に問い合わせるか、別の証明書を使ってください。
trouble-expired = この証明書は期限が切れています
trouble-expired-text = 期限が過ぎたため、もう有効ではありません。発行者で更新するか、別の証明書を使ってください。
trouble-not-yet = この証明書はまだ有効ではありません
trouble-not-yet-text = 有効になるのはもっと後です。発行者に問い合わせるか、別の証明書を使ってください。
trouble-not-enough = これでは足りません
trouble-not-enough-text = 提示されたものは本物ですが、{ $client }の求めを満たしていません。別の証明書なら満たすかもしれません。
trouble-other-issuer = この発行者はここでは認められていません
trouble-other-issuer-text = 提示された証明書の発行者を{ $client }は認めていません。別の発行者の証明書を使ってください。
trouble-other-credential = これは別の証明書です
trouble-other-credential-text = ウォレットは求められたものとは別の種類の証明書を提示しました。求められているものを選んでください。
trouble-incomplete = 足りないものがあります
trouble-incomplete-text = ウォレットは求められたすべてを提示しませんでした。尋ねられたものをすべて共有してください。
trouble-credential = この証明書には問題があります
trouble-credential-text = 正しい形ではないため、受け入れられません。発行者に新しいものを求めるか、別の証明書を使ってください。
trouble-issuer-service = 発行者が応答しません
trouble-issuer-service-text = 提示された証明書がまだ有効かどうか、今は誰にもわかりません。少し後でもう一度試すか、別の証明書を使ってください。

stopped = 中止しました
stopped-text = 何も提示されず、コードはもう使えません。誰かからそのコードやリンクが送られてきた場合は、その指示に従わないでください。
stopped-late-text = 機器はアクセスを得ません。誰かからそのコードやリンクが送られてきた場合は、その指示に従わないでください。
stopped-revoked = アクセスを取り上げました
stopped-revoked-text = 機器はすでにアクセスを得ていましたが、今失いました。それまでに見たものは取り戻せません。また、こちらに確認しないサービスはしばらく信じ続けるかもしれません。そのサービスにも伝えてください。

no-such-page = そのようなページはありません
no-such-page-text = アドレスが不完全か、もう存在しません。始めた場所に戻ってください。
our-fault = こちらで問題が起こりました
our-fault-text = 申し訳ありません。数秒待ってからこのページを再読み込みしてください。
our-fault-trace = また起こる場合は、運営者にこの番号を伝えてください：{ $trace }
too-many = 要求が多すぎます
too-many-text = あなたのネットワークからの要求が、こちらで応じられる数を超えています。1分待ってからこのページを再読み込みしてください。
unknown-link = このリンクはもう使えません
unknown-link-text = 期限が切れたか、完全にコピーされていません。始めた場所に戻ってやり直してください。
used-link = このリンクはもう使えません
used-link-text = 期限が切れたか、すでに使われました。アプリケーションに戻ってやり直してください。
opened-elsewhere = 別のブラウザーで開かれています
opened-elsewhere-text = 安全のため、最初に開いたブラウザーでしか続けられません。そのブラウザーに戻るか、始めた場所からやり直してください。
still-signed-in = サインインしたままです
still-signed-in-text = 何も変わっていません。このページは閉じてかまいません。
nothing-to-see = ここには見るものがありません
nothing-to-see-text = 終わってしばらくして消去されたか、アドレスが不完全です。まだ何かを待っている場合は、始めた場所からやり直してください。
other-browser = 続きは別のブラウザーです
other-browser-text = 始めたブラウザーに戻ってください。あなたを待っています。自動で進まない場合は、このページのアドレスをコピーしてそちらで開いてください。そのアドレスは誰にも教えないでください。何も始めていない場合は、このページを閉じてください。
answer-elsewhere = ウォレットが別のブラウザーに戻りました
answer-elsewhere-text = その回答は使われていません。始めたブラウザーに戻ってください。待っており、もう一度ウォレットに案内します。それがこのブラウザーの場合は、このサイトのクッキーを許可する必要があります。何も始めていない場合は、このページを閉じてください。
no-open-request = この回答はもう待たれていません
no-open-request-text = 時間がかかりすぎたか、すでに使われたか、別のブラウザーで始められたものです。回答は確認されていません。別のブラウザーで始めた場合は、そこに戻ってください。待っています。そうでなければ、始めた場所からやり直してください。
wallet-unusable = あなたのウォレットはここでは使えません
wallet-unusable-text = ウォレットのサービスが示す情報が合っていません。直せるのはその運営者だけです。何も提示されていません。
wallet-silent = ウォレットが応答しません
wallet-silent-text = ウォレットのサービスに接続できませんでした。失われたものはありません。数秒待ってからこのページを再読み込みしてください。
foreign-form = やり直してください
foreign-form-text = あなた本人だと確かめるのに必要なものが、ブラウザーから送られませんでした。このサイトのクッキーを許可してください。それから始めた場所に戻ってください。
no-cookies = ここではCookieが必要です
no-cookies-text = Cookieがないと、あなたの回答を他人の回答と区別できません。このサイトのCookieを許可してから、始めたところに戻ってください。何も共有されていません。
code-elsewhere = これは機器のネットワークでのみ使えます
code-elsewhere-text = あなたがそのネットワークにいることを確認できません。多くの場合は自宅のWi-Fiです。接続してからこのページを開き直してください。誰かからこのコードやリンクが送られてきた場合は、ここでやめてください。
wrong-number = 機器に表示された数字ではありません
wrong-number-text = 何も提示されず、コードはもう使えません。自分の機器であれば、新しいコードを表示させてください。誰かからこのコードやリンクが送られてきた場合は、ここでやめてください。
unreadable = 読み取れませんでした
unreadable-text = ブラウザーが送ったものは、このページが求めるものではありません。始めた場所に戻ってやり直してください。
wrong-request = この要求には応じられません
wrong-application-text = あなたをここに送ったアプリケーションが正しく設定されていません（{ $reason }）。何も提示されていません。運営者に伝えてください。
wrong-logout-text = あなたをここに送ったアプリケーションが正しく設定されていません（{ $reason }）。サインアウトしていません。運営者に伝えてください。
too-many-codes = 間違ったコードが多すぎます
too-many-codes-text = { $minutes ->
   *[other] { $minutes }分待ってから、そのとき機器に表示されるコードを入力してください。
}
unsafe-answer = ウォレットが安全でない方法で回答しました
unsafe-answer-text = 回答がほかの人にも読める場所に置かれたため、使われませんでした。何も受け入れられていません。始めた場所からやり直してください。

claim-given_name = 名
claim-family_name = 姓
claim-birth_date = 生年月日
claim-age-over = { $years }歳以上
claim-nationality = 国籍
claim-address = 住所
claim-email = メールアドレス
claim-phone_number = 電話番号
claim-place_of_birth = 出生地
claim-portrait = 顔写真
claim-document_number = 文書番号
claim-name = 氏名
claim-birth_given_name = 出生時の名
claim-birth_family_name = 出生時の姓
claim-birth_year = 生年
claim-age = 年齢
claim-sex = 性別
claim-country_of_birth = 出生国
claim-street = 町名・番地
claim-house_number = 家屋番号
claim-postal_code = 郵便番号
claim-locality = 市区町村
claim-region = 都道府県・地域
claim-country = 国
claim-signature = 署名
claim-height = 身長
claim-weight = 体重
claim-eye_colour = 目の色
claim-hair_colour = 髪の色
claim-personal_number = 個人識別番号
claim-issuing_authority = 発行機関
claim-issuing_country = 発行国
claim-issued_on = 発行日
claim-valid_until = 有効期限
claim-driving_privileges = 運転できる車両の種類

amount = { $number }{ "\u00A0" }{ $currency }
number-group = ,
number-point = .
number-grouped-from = 4
date = { $year }年{ $month }月{ $day }日
date-time = { $date } { $time }
agree-line = { $label }：{ $text }
agree-titled = { $title }：{ $more }
agree-yes = はい
agree-no = いいえ
agree-none = なし
agree-payment = 支払い：{ $amount }
agree-payment-for = 支払い：{ $title }に{ $amount }
agree-item = { $count } × { $unit } = { $total }
agree-description = 説明
agree-total = 合計
agree-mandate = 支払いの委任：{ $payee }へ{ $amount }
agree-summary = 概要
agree-amount = 金額
agree-payee = 受取人
agree-payee-id = 受取人の識別子
agree-payee-website = 受取人のウェブサイト
agree-paid-with = 支払い方法
agree-instruction = 指示
agree-instrument = 支払い手段
agree-wire = 送金：{ $to }（口座番号の末尾{ $end }）へ{ $amount }
agree-person-at = { $institution }の{ $person }
agree-recipient = 受取人（個人）
agree-recipient-institution = 受取側の金融機関
agree-recipient-account = 受取口座
agree-recipient-routing = 受取銀行のコード
agree-recipient-website = 受取側のウェブサイト
agree-from = 送金元
agree-from-institution = 送金元の金融機関
agree-from-account = 送金元の口座
agree-from-routing = 送金元銀行のコード
agree-ending = 末尾{ $end }
agree-memo = メモ
agree-address = ネットワークアドレス
agree-device = 端末
agree-session = ネットワークアドレス{ $address }からのセッション
agree-device-access = 端末のアクセス：{ $name }
agree-device-label = 端末の名乗る名前
agree-device-code = 表示しているコード
sca-payment = 支払い
sca-sign-in = サインイン
sca-account = あなたの口座へのアクセス
sca-mandate = 委任
agree-action = 操作
agree-service = サービス
agree-asked-by = 要求元
agree-for = { $name }のため
agree-purpose = 目的
agree-start = 開始
agree-until = 終了
agree-reference = 参照番号
agree-creditor = 債権者
agree-time = 日時
agree-transaction = 取引
agree-amount-is = 金額の扱い
agree-estimated = 概算で、変わることがあります
agree-earmarked = いま確保され、後で引き落とされます
agree-instant = すぐに送金されます
agree-variable = 毎回変わることがあります
agree-by-way-of = 仲介
agree-on = 実行日
agree-repeated = 繰り返し
agree-times = 回数
agree-at-least = 最低
agree-at-most = 最高
agree-altogether = 総額
agree-at-first = 最初
agree-first-times = 最初の金額が引き落とされる回数
agree-apr = 実質年率
agree-amount-to = { $payee }へ{ $amount }
agree-amount-to-often = { $payee }へ{ $amount }、{ $often }
often-INDA = 1日に数回
often-DAIL = 毎日
often-WEEK = 毎週
often-TOWK = 2週間ごと
often-TWMN = 月2回
often-MNTH = 毎月
often-TOMN = 2か月ごと
often-QUTR = 四半期ごと
often-FOMN = 4か月ごと
often-SEMI = 半年ごと
often-YEAR = 毎年
often-TYEA = 2年ごと
