# English. The names of messages and of their values in braces are the same in every language.

continue-to-wallet = Continue to your wallet
not-me = I did not start this
cancel = Cancel
give-up = Give up
try-again = Try again
go-back = Go back
go-on = Continue
next = Next
by-yourself = If nothing happens, continue by yourself.
enter-a-code = Enter a code
help = Help
privacy = Privacy
imprint = Legal notice
minutes-left = { $minutes ->
    [1] It works for less than a minute.
   *[other] It works for less than { $minutes } minutes.
}

code-title = Enter the code from your device
code-label = Code
code-hint = Only enter a code that is shown right now on a device of your own. Nobody else needs it, and nobody will ask you for it.
code-not-valid = This code is not valid. Check the code on your device, or ask it for a new one.
code-in-use = This code is already in use in another browser. Go on there, or ask your device for a new code.
code-tries-left = { $left ->
    [0] After another wrong code you must wait some minutes.
    [1] You can try once more before you must wait some minutes.
   *[other] You can try { $left } more times before you must wait some minutes.
}

confirm-title = Is this your device?
confirm-who = A device asks for access: { $client }. It must show this code right now:
confirm-label = The device calls itself { $label }.
confirm-if-not = If no such device is in front of you, or its code is different, you did not start this.
confirm-asked = { $minutes ->
    [0] It asked less than a minute ago.
    [1] It asked a minute ago.
   *[other] It asked { $minutes } minutes ago.
}
near-same = It seems to be on the same network as you are now.
near-different = It is on another network than you are now. If somebody sent you this code or link, stop here.
number-legend = Which number is on the device?
number-pick = Pick the number that your device shows.
rights-title = It will get
claims-title = Your wallet will be asked to show
agreements-title = You will be agreeing to

authorize-title = Continue with your wallet?
authorize-who = { $client } asks for access, and you will return to { $place }.
authorize-if-not = If you did not come from there, cancel.

choose-title = Which wallet do you want to use?

scan-title = Scan this with your wallet
scan-who = { $client } asks your wallet to show something, here in this browser.
scan-picture = QR code of the request for your wallet
scan-careful = Scan it only if you opened this page yourself. Whoever sent you a picture of it would receive what you show.
scan-shown = I have shown it
scan-here = The wallet is on this device

ask-title = Show this from your wallet
ask-who = { $client } asks your wallet to show something.
ask-choose = Choose a wallet
ask-other = Use another wallet
ask-nothing = Nothing was shown. Try again, or use another wallet.
ask-busy = Your browser is asking you now. If none of its windows has opened, use another wallet.

wallet-title = Open your wallet
wallet-who = { $client } asks your wallet to show something.
wallet-open = Open your wallet
wallet-nothing = Nothing happened?
wallet-nothing-text = The wallet app must be on this device. If you have just installed it, press the button again. If your wallet is on another device, open the page where you began on that device.
wallet-get = Get the wallet app
wallet-scan = Show a QR code for a wallet on another device

here-title = Continue to your wallet?
here-elsewhere = This was opened in another browser
here-elsewhere-text = If that was you, go back to that browser: it is waiting for you. If you opened this link yourself, just now, you can go on here instead; a program that looks at links may have been quicker than you.
here-careful = Go on only if you opened this link yourself. If somebody sent it to you, stop here: whoever sent it may receive what you show.

relay-title = Checking your wallet's answer
relay-wait = One moment
relay-wait-text = The answer of your wallet is being checked.
relay-nothing = There is nothing here
relay-nothing-text = This page only takes the answer of a wallet, and only once. Go back to where you started.
relay-no-script = This step needs JavaScript. Allow it for this site and begin again where you started; the answer of your wallet was not passed on.
needs-script = The next step needs JavaScript. Allow it for this site before you go on.
time-over = The time is over. Go back to where you started and begin again.
post-title = On to your wallet
return-title = Back to where you came from

logout-title = Sign out?
logout-who = { $client } sent you here to sign out.
logout-text = Applications that you use in this browser will ask for your wallet again.
logout-yes = Sign out
logout-no = Stay signed in
logout-done = You are signed out
logout-done-text = The next time, applications will ask for your wallet again. You can close this page.

next-on-device = Return to your device. You can close this page.
next-in-client = Go back to { $client }. You can close this page.
told-client = { $client } was told that it did not work.
done-verified = Done
done-verified-text = { $client } has what it needs.
done-not-me = Was it not you?
done-not-me-text = Then the device loses its access again.
done-nothing-earned = This is not enough
done-nothing-earned-text = Your wallet's answer is genuine, but it does not meet what { $client } asks for.
done-disowned = Stopped
done-disowned-text = You said that you did not start this. The device gets no access.
done-declined = Nothing was shared
done-declined-text = You or your wallet said no.
done-issuer = Your credential could not be checked
done-issuer-text = What its issuer publishes about it is wrong or cannot be had, and { $client } was told so. Nothing is wrong with you or your wallet.
done-postponed = Your credential cannot be checked right now
done-postponed-text = The server of its issuer does not answer as it should. Nothing is wrong with you or your wallet. Wait a minute and try again.
done-rejected = This did not work
done-rejected-text = The answer of your wallet could not be accepted.
done-again = This did not work yet
done-tries-left = { $left ->
    [1] You can try once more.
   *[other] You can try { $left } more times.
}
done-return = One more step
done-return-text = Your wallet has answered. Go back to it and follow it to here in this browser; only then does the answer count. If it opened another browser, copy the address from there and open it here.
done-open = Not finished yet
done-open-text = { $client } is still waiting for an answer of your wallet.
done-expired = This took too long
done-expired-on-device = Nothing was shared. Ask your device for a new code and begin again.
done-expired-in-client = Nothing was shared. Go back to { $client } and begin again.

trouble-taken-back = This credential does not count any more
trouble-taken-back-text = Its issuer has taken it back or put it on hold. Ask the issuer about it, or use another credential.
trouble-expired = This credential has expired
trouble-expired-text = Its time is over, so it does not count any more. Renew it with its issuer, or use another credential.
trouble-not-yet = This credential is not valid yet
trouble-not-yet-text = It counts from a later time on. Ask its issuer about it, or use another credential.
trouble-not-enough = This is not enough
trouble-not-enough-text = What you showed is genuine, but it does not meet what { $client } asks for. Another credential may.
trouble-other-issuer = This issuer is not accepted here
trouble-other-issuer-text = { $client } does not accept credentials of the issuer of the one that you showed. Use a credential of another issuer.
trouble-other-credential = This is another credential
trouble-other-credential-text = Your wallet showed another kind of credential than was asked for. Choose the one that is asked for.
trouble-incomplete = Something is missing
trouble-incomplete-text = Your wallet did not show all that was asked for. Share everything that it asks you about.
trouble-credential = Something is wrong with this credential
trouble-credential-text = It is not as it must be, so it cannot be accepted. Ask its issuer for a new one, or use another credential.
trouble-issuer-service = The issuer does not answer
trouble-issuer-service-text = Nobody can say at the moment whether the credential that you showed still counts. Try again a little later, or use another credential.

stopped = Stopped
stopped-text = Nothing was shared, and the code no longer works. If somebody sent you that code or link, do not follow what they ask.
stopped-late-text = The device gets no access. If somebody sent you that code or link, do not follow what they ask.
stopped-revoked = Access was taken away
stopped-revoked-text = The device had access already; it has lost it now. What it saw before cannot be taken back, and a service that does not ask us may believe it for a while. Tell that service too.

no-such-page = There is no such page
no-such-page-text = The address is not complete, or it no longer exists. Go back to where you started.
our-fault = Something went wrong on our side
our-fault-text = We are sorry. Wait a few seconds and reload this page.
our-fault-trace = If it happens again, tell the operator this number: { $trace }
too-many = Too many requests
too-many-text = From your network come more requests than we answer. Wait a minute and reload this page.
unknown-link = This link no longer works
unknown-link-text = It has expired, or it was not copied completely. Go back to where you started and begin again.
used-link = This link no longer works
used-link-text = It has expired, or it was used already. Go back to the application and begin again.
opened-elsewhere = This was opened in another browser
opened-elsewhere-text = For your safety it can only be continued in the browser that opened it first. Go back to that browser, or begin again where you started.
still-signed-in = You are still signed in
still-signed-in-text = Nothing has changed. You can close this page.
nothing-to-see = There is nothing to see here
nothing-to-see-text = It was forgotten some time after it ended, or the address is not complete. If you are still waiting for something, begin again where you started.
other-browser = This goes on in your other browser
other-browser-text = Go back to the browser in which you began: it is waiting for you. If it does not go on by itself, copy the address of this page and open it there. Give that address to nobody. If you did not begin anything, close this page.
answer-elsewhere = Your wallet came back to another browser
answer-elsewhere-text = Its answer was not used. Go back to the browser in which you began: it is waiting, and leads you to your wallet once more. If this is that browser, cookies must be allowed for this site. If you did not begin anything, close this page.
no-open-request = This answer is not expected any more
no-open-request-text = It took too long, it was used already, or it was begun in another browser. It was not looked at. If you began in another browser, go back to it: it is waiting. Otherwise begin again where you started.
wallet-unusable = Your wallet cannot be used here
wallet-unusable-text = The service of your wallet says something about itself that does not fit. Only its operator can mend that; nothing was shared.
wallet-silent = Your wallet does not answer
wallet-silent-text = We could not reach the service of your wallet. Nothing is lost: wait a few seconds and reload this page.
foreign-form = Please start again
foreign-form-text = Your browser did not send what we need to be sure that it is you. Cookies must be allowed for this site. Then go back to where you started.
no-cookies = Cookies are needed here
no-cookies-text = Without them your answer cannot be told from a stranger's. Allow cookies for this site, then go back to where you started. Nothing was shared.
code-elsewhere = This only works on the network of your device
code-elsewhere-text = We cannot see that you are on it. It is usually your Wi-Fi at home: connect to it, then open this page again. If somebody sent you this code or link, stop here.
wrong-number = That is not the number on your device
wrong-number-text = Nothing was shared, and the code no longer works. If it is your device, ask it for a new code. If somebody sent you this code or link, stop here.
unreadable = This could not be read
unreadable-text = What your browser sent is not what this page expects. Go back to where you started and begin again.
wrong-request = This request cannot be answered
wrong-application-text = The application that sent you here is not set up correctly ({ $reason }). Nothing was shared; tell those who run it.
wrong-logout-text = The application that sent you here is not set up correctly ({ $reason }). You are not signed out; tell those who run it.
too-many-codes = Too many wrong codes
too-many-codes-text = { $minutes ->
    [1] Wait a minute, then type the code that your device shows then.
   *[other] Wait { $minutes } minutes, then type the code that your device shows then.
}
unsafe-answer = Your wallet answered in an unsafe way
unsafe-answer-text = Its answer was put where others can read it, so it was not used. Nothing was accepted; begin again where you started.

claim-given_name = Given name
claim-family_name = Family name
claim-birth_date = Date of birth
claim-age-over = { $years } or older
claim-nationality = Nationality
claim-address = Address
claim-email = E-mail address
claim-phone_number = Telephone number
claim-place_of_birth = Place of birth
claim-portrait = Portrait
claim-document_number = Number of the document
claim-name = Name
claim-birth_given_name = Given name at birth
claim-birth_family_name = Family name at birth
claim-birth_year = Year of birth
claim-age = Age
claim-sex = Sex
claim-country_of_birth = Country of birth
claim-street = Street
claim-house_number = House number
claim-postal_code = Postal code
claim-locality = Town
claim-region = Region
claim-country = Country
claim-signature = Signature
claim-height = Height
claim-weight = Weight
claim-eye_colour = Eye colour
claim-hair_colour = Hair colour
claim-personal_number = Personal number
claim-issuing_authority = Issuing authority
claim-issuing_country = Issuing country
claim-issued_on = Issued on
claim-valid_until = Valid until
claim-driving_privileges = Vehicles that may be driven

amount = { $number } { $currency }
number-group = ,
number-point = .
number-grouped-from = 4
date = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $day }, { $year }
date-time = { $date }, { $time }
agree-line = { $label }: { $text }
agree-titled = { $title }: { $more }
agree-yes = yes
agree-no = no
agree-none = none
agree-payment = Payment: { $amount }
agree-payment-for = Payment: { $amount } for { $title }
agree-item = { $count } × { $unit } = { $total }
agree-description = Description
agree-total = Total
agree-mandate = Payment mandate: { $amount } to { $payee }
agree-summary = Summary
agree-amount = Amount
agree-payee = Payee
agree-payee-id = Payee's identifier
agree-payee-website = Payee's website
agree-paid-with = Paid with
agree-instruction = Instruction
agree-instrument = Instrument
agree-wire = Wire transfer: { $amount } to { $to }, account ending { $end }
agree-person-at = { $person } at { $institution }
agree-recipient = Recipient
agree-recipient-institution = Recipient's institution
agree-recipient-account = Recipient's account
agree-recipient-routing = Recipient's routing number
agree-recipient-website = Recipient's website
agree-from = From
agree-from-institution = From institution
agree-from-account = From account
agree-from-routing = From routing number
agree-ending = ending { $end }
agree-memo = Memo
agree-address = Network address
agree-device = Device
agree-session = Session from the network address { $address }
agree-device-access = Access for a device: { $name }
agree-device-label = It calls itself
agree-device-code = It shows the code
sca-payment = Payment
sca-sign-in = Sign-in
sca-account = Access to your account
sca-mandate = Mandate
agree-action = Action
agree-service = Service
agree-asked-by = Asked for by
agree-for = for { $name }
agree-purpose = Purpose
agree-start = From
agree-until = Until
agree-reference = Reference
agree-creditor = Creditor
agree-time = Time
agree-transaction = Transaction
agree-amount-is = The amount is
agree-estimated = estimated; it may change
agree-earmarked = set aside now, and taken later
agree-instant = transferred at once
agree-variable = may differ each time
agree-by-way-of = By way of
agree-on = On
agree-repeated = Repeated
agree-times = How many times
agree-at-least = At least
agree-at-most = At most
agree-altogether = Altogether
agree-at-first = At first
agree-first-times = The first amount is taken so many times
agree-apr = Annual percentage rate
agree-amount-to = { $amount } to { $payee }
agree-amount-to-often = { $amount } to { $payee }, { $often }
often-INDA = several times a day
often-DAIL = every day
often-WEEK = every week
often-TOWK = every two weeks
often-TWMN = twice a month
often-MNTH = every month
often-TOMN = every two months
often-QUTR = every quarter
often-FOMN = every four months
often-SEMI = every half year
often-YEAR = every year
often-TYEA = every two years
