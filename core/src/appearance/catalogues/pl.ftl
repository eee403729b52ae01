# Polski. Nie czytał tego jeszcze nikt, dla kogo jest to język ojczysty.

continue-to-wallet = Przejdź do portfela
not-me = To nie ja
cancel = Anuluj
give-up = Zrezygnuj
try-again = Spróbuj ponownie
go-back = Wróć
go-on = Dalej
next = Dalej
by-yourself = Jeśli nic się nie dzieje, przejdź dalej samodzielnie.
enter-a-code = Wpisz kod
help = Pomoc
privacy = Prywatność
imprint = Informacje prawne
minutes-left = { $minutes ->
    [1] Działa to jeszcze niecałą minutę.
    [few] Działa to jeszcze niecałe { $minutes } minuty.
   *[other] Działa to jeszcze niecałe { $minutes } minut.
}

code-title = Wpisz kod ze swojego urządzenia
code-label = Kod
code-hint = Wpisuj tylko kod, który w tej chwili pokazuje Twoje własne urządzenie. Nikt inny go nie potrzebuje i nikt Cię o niego nie zapyta.
code-not-valid = Ten kod jest nieprawidłowy. Sprawdź go na urządzeniu albo poproś tam o nowy.
code-in-use = Ten kod jest już używany w innej przeglądarce. Kontynuuj tam albo poproś urządzenie o nowy kod.
code-tries-left = { $left ->
    [0] Po kolejnym błędnym kodzie trzeba będzie poczekać kilka minut.
    [1] Możesz spróbować jeszcze raz, zanim trzeba będzie poczekać kilka minut.
    [few] Możesz spróbować jeszcze { $left } razy, zanim trzeba będzie poczekać kilka minut.
   *[other] Możesz spróbować jeszcze { $left } razy, zanim trzeba będzie poczekać kilka minut.
}

confirm-title = Czy to Twoje urządzenie?
confirm-who = Urządzenie prosi o dostęp: { $client }. W tej chwili musi pokazywać ten kod:
confirm-label = Urządzenie przedstawia się jako { $label }.
confirm-if-not = Jeśli nie masz przed sobą takiego urządzenia albo jego kod jest inny, to nie Ty to rozpoczynasz.
confirm-asked = { $minutes ->
    [0] Poprosiło niecałą minutę temu.
    [1] Poprosiło minutę temu.
    [few] Poprosiło { $minutes } minuty temu.
   *[other] Poprosiło { $minutes } minut temu.
}
near-same = Wygląda na to, że jest w tej samej sieci co Ty.
near-different = Jest w innej sieci niż Ty. Jeśli ktoś przysłał Ci ten kod lub link, zatrzymaj się tutaj.
number-legend = Jaka liczba jest na urządzeniu?
number-pick = Wybierz liczbę, którą pokazuje urządzenie.
rights-title = Otrzyma
claims-title = Twój portfel zostanie poproszony o pokazanie
agreements-title = Wyrazisz zgodę na

authorize-title = Kontynuować z portfelem?
authorize-who = { $client } prosi o dostęp, a potem wrócisz do { $place }.
authorize-if-not = Jeśli nie przychodzisz stamtąd, anuluj.

choose-title = Którego portfela chcesz użyć?

scan-title = Zeskanuj to swoim portfelem
scan-who = { $client } prosi Twój portfel o pokazanie czegoś, tutaj, w tej przeglądarce.
scan-picture = Kod QR prośby do Twojego portfela
scan-careful = Zeskanuj go tylko wtedy, gdy tę stronę otworzyłeś Ty. Osoba, która przysłała Ci jej obraz, otrzymałaby to, co pokażesz.
scan-shown = Już pokazane
scan-here = Portfel jest na tym urządzeniu

ask-title = Pokaż to ze swojego portfela
ask-who = { $client } prosi Twój portfel o pokazanie czegoś.
ask-choose = Wybierz portfel
ask-other = Użyj innego portfela
ask-nothing = Nic nie zostało pokazane. Spróbuj ponownie albo użyj innego portfela.
ask-busy = Przeglądarka teraz o to pyta. Jeśli nie otworzyło się żadne okno, użyj innego portfela.

wallet-title = Otwórz swój portfel
wallet-who = { $client } prosi Twój portfel o pokazanie czegoś.
wallet-open = Otwórz portfel
wallet-nothing = Nic się nie stało?
wallet-nothing-text = Aplikacja portfela musi być na tym urządzeniu. Jeśli została właśnie zainstalowana, naciśnij przycisk ponownie. Jeśli Twój portfel jest na innym urządzeniu, otwórz na nim stronę, od której zaczynasz.
wallet-get = Pobierz aplikację portfela
wallet-scan = Pokaż kod QR dla portfela na innym urządzeniu

here-title = Przejść do portfela?
here-elsewhere = Otwarto to w innej przeglądarce
here-elsewhere-text = Jeśli to Ty, wróć do tamtej przeglądarki: czeka na Ciebie. Jeśli ten link otwierasz właśnie Ty, możesz kontynuować tutaj; być może program sprawdzający linki był szybszy.
here-careful = Kontynuuj tylko wtedy, gdy ten link otwierasz Ty. Jeśli ktoś Ci go przysłał, zatrzymaj się tutaj: ta osoba może otrzymać to, co pokażesz.

relay-title = Sprawdzanie odpowiedzi portfela
relay-wait = Chwileczkę
relay-wait-text = Odpowiedź Twojego portfela jest sprawdzana.
relay-nothing = Nic tu nie ma
relay-nothing-text = Ta strona przyjmuje tylko odpowiedź portfela, i to tylko raz. Wróć tam, gdzie się zaczęło.
relay-no-script = Ten krok wymaga JavaScriptu. Zezwól na niego w tej witrynie i zacznij jeszcze raz od początku; odpowiedź portfela nie została przekazana.
needs-script = Następny krok wymaga JavaScriptu. Zezwól na niego w tej witrynie, zanim przejdziesz dalej.
time-over = Czas minął. Wróć tam, gdzie zaczęto, i zacznij od nowa.
post-title = Do Twojego portfela
return-title = Z powrotem tam, skąd przychodzisz

logout-title = Wylogować się?
logout-who = { $client } kieruje Cię tutaj, aby się wylogować.
logout-text = Aplikacje, których używasz w tej przeglądarce, znów poproszą o Twój portfel.
logout-yes = Wyloguj
logout-no = Pozostań zalogowany
logout-done = Wylogowano
logout-done-text = Następnym razem aplikacje znów poproszą o Twój portfel. Możesz zamknąć tę stronę.

next-on-device = Wróć do swojego urządzenia. Możesz zamknąć tę stronę.
next-in-client = Wróć do { $client }. Możesz zamknąć tę stronę.
told-client = { $client } wie, że się nie udało.
done-verified = Gotowe
done-verified-text = { $client } ma to, czego potrzebuje.
done-not-me = To nie Ty?
done-not-me-text = Wtedy urządzenie znowu traci dostęp.
done-nothing-earned = To nie wystarcza
done-nothing-earned-text = Odpowiedź Twojego portfela jest prawdziwa, ale nie spełnia tego, o co prosi { $client }.
done-disowned = Zatrzymano
done-disowned-text = Zgłoszono, że to nie Ty to rozpoczynasz. Urządzenie nie otrzyma dostępu.
done-declined = Nic nie zostało pokazane
done-declined-text = Ty albo Twój portfel odmówiliście.
done-issuer = Nie udało się sprawdzić Twojego poświadczenia
done-issuer-text = To, co publikuje o nim wystawca, jest błędne albo niedostępne, a { $client } o tym wie. Z Tobą i Twoim portfelem wszystko jest w porządku.
done-postponed = Twojego poświadczenia nie można teraz sprawdzić
done-postponed-text = Serwer wystawcy nie odpowiada tak, jak powinien. Z Tobą i Twoim portfelem wszystko jest w porządku. Poczekaj minutę i spróbuj ponownie.
done-rejected = Nie udało się
done-rejected-text = Odpowiedzi Twojego portfela nie można było przyjąć.
done-again = Jeszcze się nie udało
done-tries-left = { $left ->
    [1] Możesz spróbować jeszcze raz.
    [few] Możesz spróbować jeszcze { $left } razy.
   *[other] Masz jeszcze { $left } prób.
}
done-return = Jeszcze jeden krok
done-return-text = Twój portfel odpowiedział. Wróć do niego i przejdź za nim tutaj, do tej przeglądarki; dopiero wtedy odpowiedź się liczy. Jeśli otworzył inną przeglądarkę, skopiuj stamtąd adres i otwórz go tutaj.
done-open = Jeszcze nie skończone
done-open-text = { $client } nadal czeka na odpowiedź Twojego portfela.
done-expired = Trwało to zbyt długo
done-expired-on-device = Nic nie zostało pokazane. Poproś urządzenie o nowy kod i zacznij od nowa.
done-expired-in-client = Nic nie zostało pokazane. Wróć do { $client } i zacznij od nowa.

trouble-taken-back = To poświadczenie już się nie liczy
trouble-taken-back-text = Wystawca je unieważnił albo zawiesił. Zapytaj wystawcę albo użyj innego poświadczenia.
trouble-expired = To poświadczenie wygasło
trouble-expired-text = Jego czas minął, więc już się nie liczy. Odnów je u wystawcy albo użyj innego poświadczenia.
trouble-not-yet = To poświadczenie jeszcze nie jest ważne
trouble-not-yet-text = Liczy się dopiero od późniejszej chwili. Zapytaj wystawcę albo użyj innego poświadczenia.
trouble-not-enough = To nie wystarcza
trouble-not-enough-text = To, co pokazujesz, jest prawdziwe, ale nie spełnia tego, o co prosi { $client }. Może spełni to inne poświadczenie.
trouble-other-issuer = Ten wystawca nie jest tu uznawany
trouble-other-issuer-text = { $client } nie uznaje poświadczeń wystawcy tego, które zostało pokazane. Użyj poświadczenia innego wystawcy.
trouble-other-credential = To inne poświadczenie
trouble-other-credential-text = Twój portfel pokazał inny rodzaj poświadczenia niż ten, o który proszono. Wybierz właściwe.
trouble-incomplete = Czegoś brakuje
trouble-incomplete-text = Twój portfel nie pokazał wszystkiego, o co proszono. Udostępnij wszystko, o co pyta.
trouble-credential = Z tym poświadczeniem jest coś nie tak
trouble-credential-text = Nie jest takie, jakie musi być, więc nie można go przyjąć. Poproś wystawcę o nowe albo użyj innego poświadczenia.
trouble-issuer-service = Wystawca nie odpowiada
trouble-issuer-service-text = W tej chwili nikt nie może powiedzieć, czy pokazane poświadczenie nadal się liczy. Spróbuj nieco później albo użyj innego poświadczenia.

stopped = Zatrzymano
stopped-text = Nic nie zostało pokazane, a kod już nie działa. Jeśli ktoś przysłał Ci ten kod lub link, nie rób tego, o co prosi.
stopped-late-text = Urządzenie nie otrzyma dostępu. Jeśli ktoś przysłał Ci ten kod lub link, nie rób tego, o co prosi.
stopped-revoked = Dostęp został odebrany
stopped-revoked-text = Urządzenie miało już dostęp; teraz go straciło. Tego, co widziało wcześniej, nie można cofnąć, a usługa, która nas nie pyta, może mu jeszcze przez chwilę wierzyć. Powiadom też tę usługę.

no-such-page = Nie ma takiej strony
no-such-page-text = Adres jest niepełny albo już nie istnieje. Wróć tam, gdzie się zaczęło.
our-fault = Coś poszło nie tak po naszej stronie
our-fault-text = Przepraszamy. Poczekaj kilka sekund i odśwież tę stronę.
our-fault-trace = Jeśli to się powtórzy, podaj operatorowi ten numer: { $trace }
too-many = Zbyt wiele żądań
too-many-text = Z Twojej sieci przychodzi więcej żądań, niż obsługujemy. Poczekaj minutę i odśwież tę stronę.
unknown-link = Ten link już nie działa
unknown-link-text = Wygasł albo nie został skopiowany w całości. Wróć tam, gdzie się zaczęło, i zacznij od nowa.
used-link = Ten link już nie działa
used-link-text = Wygasł albo został już użyty. Wróć do aplikacji i zacznij od nowa.
opened-elsewhere = Otwarto to w innej przeglądarce
opened-elsewhere-text = Dla Twojego bezpieczeństwa można kontynuować tylko w przeglądarce, która otworzyła to pierwsza. Wróć do niej albo zacznij od nowa tam, gdzie się zaczęło.
still-signed-in = Nadal jesteś zalogowany
still-signed-in-text = Nic się nie zmieniło. Możesz zamknąć tę stronę.
nothing-to-see = Nie ma tu nic do zobaczenia
nothing-to-see-text = Zostało to zapomniane jakiś czas po zakończeniu albo adres jest niepełny. Jeśli nadal na coś czekasz, zacznij od nowa tam, gdzie się zaczęło.
other-browser = To toczy się dalej w Twojej drugiej przeglądarce
other-browser-text = Wróć do przeglądarki, w której zaczynasz: czeka na Ciebie. Jeśli nie przejdzie dalej sama, skopiuj adres tej strony i otwórz go tam. Nikomu nie podawaj tego adresu. Jeśli nic nie zaczynasz, zamknij tę stronę.
answer-elsewhere = Twój portfel wrócił do innej przeglądarki
answer-elsewhere-text = Jego odpowiedź nie została użyta. Wróć do przeglądarki, w której zaczynasz: czeka i jeszcze raz poprowadzi Cię do portfela. Jeśli to ta przeglądarka, pliki cookie muszą być dozwolone w tej witrynie. Jeśli nic nie zaczynasz, zamknij tę stronę.
no-open-request = Ta odpowiedź nie jest już oczekiwana
no-open-request-text = Trwało to zbyt długo, została już użyta albo rozpoczęto ją w innej przeglądarce. Nie została sprawdzona. Jeśli zaczynasz w innej przeglądarce, wróć do niej: czeka. W przeciwnym razie zacznij od nowa tam, gdzie się zaczęło.
wallet-unusable = Twojego portfela nie można tu użyć
wallet-unusable-text = Usługa Twojego portfela podaje o sobie coś, co nie pasuje. Naprawić to może tylko jej operator; nic nie zostało pokazane.
wallet-silent = Twój portfel nie odpowiada
wallet-silent-text = Nie udało nam się połączyć z usługą Twojego portfela. Nic nie przepadło: poczekaj kilka sekund i odśwież tę stronę.
foreign-form = Zacznij od nowa
foreign-form-text = Twoja przeglądarka nie przysłała tego, czego potrzebujemy, aby mieć pewność, że to Ty. Pliki cookie muszą być dozwolone w tej witrynie. Potem wróć tam, gdzie się zaczęło.
no-cookies = Potrzebne są pliki cookie
no-cookies-text = Bez nich nie da się odróżnić odpowiedzi od odpowiedzi kogoś obcego. Zezwól tej witrynie na pliki cookie, a potem wróć tam, gdzie zaczęto. Niczego nie udostępniono.
code-elsewhere = Działa to tylko w sieci Twojego urządzenia
code-elsewhere-text = Nie widzimy, że w niej jesteś. Zwykle jest to domowe Wi-Fi: połącz się z nim i otwórz tę stronę ponownie. Jeśli ktoś przysłał Ci ten kod lub link, zatrzymaj się tutaj.
wrong-number = To nie jest liczba na Twoim urządzeniu
wrong-number-text = Nic nie zostało pokazane, a kod już nie działa. Jeśli to Twoje urządzenie, poproś je o nowy kod. Jeśli ktoś przysłał Ci ten kod lub link, zatrzymaj się tutaj.
unreadable = Nie udało się tego odczytać
unreadable-text = To, co przysłała Twoja przeglądarka, nie jest tym, czego oczekuje ta strona. Wróć tam, gdzie się zaczęło, i zacznij od nowa.
wrong-request = Na to żądanie nie można odpowiedzieć
wrong-application-text = Aplikacja, która Cię tu skierowała, nie jest poprawnie skonfigurowana ({ $reason }). Nic nie zostało pokazane; powiadom tych, którzy ją prowadzą.
wrong-logout-text = Aplikacja, która Cię tu skierowała, nie jest poprawnie skonfigurowana ({ $reason }). Nie wylogowano Cię; powiadom tych, którzy ją prowadzą.
too-many-codes = Zbyt wiele błędnych kodów
too-many-codes-text = { $minutes ->
    [1] Poczekaj minutę, a potem wpisz kod, który wtedy pokaże urządzenie.
    [few] Poczekaj { $minutes } minuty, a potem wpisz kod, który wtedy pokaże urządzenie.
   *[other] Poczekaj { $minutes } minut, a potem wpisz kod, który wtedy pokaże urządzenie.
}
unsafe-answer = Twój portfel odpowiedział w niebezpieczny sposób
unsafe-answer-text = Jego odpowiedź znalazła się tam, gdzie mogą ją przeczytać inni, więc nie została użyta. Nic nie zostało przyjęte; zacznij od nowa tam, gdzie się zaczęło.

claim-given_name = Imię
claim-family_name = Nazwisko
claim-birth_date = Data urodzenia
claim-age-over = Wiek { $years } lat lub więcej
claim-nationality = Obywatelstwo
claim-address = Adres
claim-email = Adres e-mail
claim-phone_number = Numer telefonu
claim-place_of_birth = Miejsce urodzenia
claim-portrait = Zdjęcie
claim-document_number = Numer dokumentu
claim-name = Imię i nazwisko
claim-birth_given_name = Imię nadane przy urodzeniu
claim-birth_family_name = Nazwisko rodowe
claim-birth_year = Rok urodzenia
claim-age = Wiek
claim-sex = Płeć
claim-country_of_birth = Kraj urodzenia
claim-street = Ulica
claim-house_number = Numer domu
claim-postal_code = Kod pocztowy
claim-locality = Miejscowość
claim-region = Region
claim-country = Kraj
claim-signature = Podpis
claim-height = Wzrost
claim-weight = Waga
claim-eye_colour = Kolor oczu
claim-hair_colour = Kolor włosów
claim-personal_number = Numer osobisty
claim-issuing_authority = Organ wydający
claim-issuing_country = Kraj wydający
claim-issued_on = Data wydania
claim-valid_until = Data ważności
claim-driving_privileges = Kategorie prawa jazdy

amount = { $number }{ "\u00A0" }{ $currency }
number-group = { "\u00A0" }
number-point = ,
number-grouped-from = 5
date = { $day } { $month ->
    [1] stycznia
    [2] lutego
    [3] marca
    [4] kwietnia
    [5] maja
    [6] czerwca
    [7] lipca
    [8] sierpnia
    [9] września
    [10] października
    [11] listopada
   *[12] grudnia
} { $year }
date-time = { $date }, { $time }
agree-line = { $label }: { $text }
agree-titled = { $title }: { $more }
agree-yes = tak
agree-no = nie
agree-none = brak
agree-payment = Płatność: { $amount }
agree-payment-for = Płatność: { $amount } za { $title }
agree-item = { $count } × { $unit } = { $total }
agree-description = Opis
agree-total = Razem
agree-mandate = Zlecenie płatności: { $amount } dla { $payee }
agree-summary = Podsumowanie
agree-amount = Kwota
agree-payee = Odbiorca płatności
agree-payee-id = Identyfikator odbiorcy płatności
agree-payee-website = Strona odbiorcy płatności
agree-paid-with = Płatne przez
agree-instruction = Instrukcja
agree-instrument = Środek płatniczy
agree-wire = Przelew: { $amount } do { $to }, konto zakończone na { $end }
agree-person-at = { $person } w { $institution }
agree-recipient = Odbiorca
agree-recipient-institution = Instytucja odbiorcy
agree-recipient-account = Konto odbiorcy
agree-recipient-routing = Numer rozliczeniowy banku odbiorcy
agree-recipient-website = Strona odbiorcy
agree-from = Od
agree-from-institution = Instytucja nadawcy
agree-from-account = Konto nadawcy
agree-from-routing = Numer rozliczeniowy banku nadawcy
agree-ending = zakończone na { $end }
agree-memo = Tytuł
agree-address = Adres sieciowy
agree-device = Urządzenie
agree-session = Sesja z adresu sieciowego { $address }
agree-device-access = Dostęp dla urządzenia: { $name }
agree-device-label = Nazywa się
agree-device-code = Pokazuje kod
sca-payment = Płatność
sca-sign-in = Logowanie
sca-account = Dostęp do Twojego konta
sca-mandate = Zlecenie
agree-action = Czynność
agree-service = Usługa
agree-asked-by = Prosi
agree-for = dla { $name }
agree-purpose = Cel
agree-start = Od dnia
agree-until = Do dnia
agree-reference = Numer referencyjny
agree-creditor = Wierzyciel
agree-time = Czas
agree-transaction = Transakcja
agree-amount-is = Kwota
agree-estimated = jest szacunkowa i może się zmienić
agree-earmarked = jest teraz zablokowana i pobrana później
agree-instant = jest przekazywana natychmiast
agree-variable = może być za każdym razem inna
agree-by-way-of = Za pośrednictwem
agree-on = W dniu
agree-repeated = Powtarzane
agree-times = Ile razy
agree-at-least = Co najmniej
agree-at-most = Najwyżej
agree-altogether = Łącznie
agree-at-first = Na początku
agree-first-times = Tyle razy pobierana jest pierwsza kwota
agree-apr = Rzeczywista roczna stopa oprocentowania
agree-amount-to = { $amount } dla { $payee }
agree-amount-to-often = { $amount } dla { $payee }, { $often }
often-INDA = kilka razy dziennie
often-DAIL = codziennie
often-WEEK = co tydzień
often-TOWK = co dwa tygodnie
often-TWMN = dwa razy w miesiącu
often-MNTH = co miesiąc
often-TOMN = co dwa miesiące
often-QUTR = co kwartał
often-FOMN = co cztery miesiące
often-SEMI = co pół roku
often-YEAR = co rok
often-TYEA = co dwa lata
