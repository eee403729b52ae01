// What the widget says, in the languages of the pages. English was written first; no native reader has read the others.

const TEXTS = {
  title: "Sign in with your wallet",
  preparing: "Preparing a code…",
  scan: "Scan this code with your phone.",
  tap: "Continue in your wallet, then come back here.",
  open: "Continue to your wallet",
  picture: "QR code that opens the address below",
  address: "Or open this address and enter the code:",
  compare: "The page must show this code:",
  number: "When the page asks for a number, pick this one:",
  left: "Time left:",
  offline: "No connection. Trying again…",
  expired: "The code is too old.",
  denied: "It was declined.",
  failed: "It did not work.",
  done: "Done.",
  retry: "Try again",
  cancel: "Cancel",
};

/** In the order of the names above. */
const TRANSLATED = {
  de: ["Mit Ihrer Wallet anmelden", "Ein Code wird vorbereitet…", "Scannen Sie diesen Code mit Ihrem Telefon.", "Machen Sie in Ihrer Wallet weiter und kommen Sie dann hierher zurück.", "Weiter zu Ihrer Wallet", "QR-Code, der die Adresse unten öffnet", "Oder öffnen Sie diese Adresse und geben Sie den Code ein:", "Die Seite muss diesen Code zeigen:", "Wenn die Seite nach einer Zahl fragt, wählen Sie diese:", "Verbleibende Zeit:", "Keine Verbindung. Neuer Versuch…", "Der Code ist zu alt.", "Es wurde abgelehnt.", "Es hat nicht geklappt.", "Fertig.", "Noch einmal versuchen", "Abbrechen"],
  fr: ["Se connecter avec votre portefeuille", "Préparation d’un code…", "Scannez ce code avec votre téléphone.", "Continuez dans votre portefeuille, puis revenez ici.", "Continuer vers votre portefeuille", "Code QR qui ouvre l’adresse ci-dessous", "Ou ouvrez cette adresse et saisissez le code :", "La page doit afficher ce code :", "Quand la page demande un nombre, choisissez celui-ci :", "Temps restant :", "Pas de connexion. Nouvel essai…", "Le code est trop ancien.", "La demande a été refusée.", "Cela n’a pas fonctionné.", "C’est fait.", "Réessayer", "Annuler"],
  es: ["Iniciar sesión con su cartera", "Preparando un código…", "Escanee este código con su teléfono.", "Continúe en su cartera y después vuelva aquí.", "Continuar a su cartera", "Código QR que abre la dirección de abajo", "O abra esta dirección e introduzca el código:", "La página debe mostrar este código:", "Cuando la página pida un número, elija este:", "Tiempo restante:", "Sin conexión. Intentándolo de nuevo…", "El código es demasiado antiguo.", "Se ha rechazado.", "No ha funcionado.", "Hecho.", "Intentar de nuevo", "Cancelar"],
  it: ["Accedi con il tuo wallet", "Preparazione di un codice…", "Scansiona questo codice con il telefono.", "Continua nel tuo wallet, poi torna qui.", "Continua verso il tuo wallet", "Codice QR che apre l’indirizzo qui sotto", "Oppure apri questo indirizzo e inserisci il codice:", "La pagina deve mostrare questo codice:", "Quando la pagina chiede un numero, scegli questo:", "Tempo rimasto:", "Nessuna connessione. Nuovo tentativo…", "Il codice è troppo vecchio.", "È stato rifiutato.", "Non ha funzionato.", "Fatto.", "Riprova", "Annulla"],
  nl: ["Aanmelden met uw wallet", "Er wordt een code voorbereid…", "Scan deze code met uw telefoon.", "Ga verder in uw wallet en kom dan hier terug.", "Verder naar uw wallet", "QR-code die het adres hieronder opent", "Of open dit adres en voer de code in:", "De pagina moet deze code tonen:", "Kies dit getal als de pagina om een getal vraagt:", "Resterende tijd:", "Geen verbinding. Nieuwe poging…", "De code is te oud.", "Het is geweigerd.", "Het is niet gelukt.", "Klaar.", "Opnieuw proberen", "Annuleren"],
  pl: ["Zaloguj się portfelem", "Przygotowywanie kodu…", "Zeskanuj ten kod telefonem.", "Kontynuuj w portfelu, a potem wróć tutaj.", "Przejdź do portfela", "Kod QR, który otwiera poniższy adres", "Albo otwórz ten adres i wpisz kod:", "Strona musi pokazywać ten kod:", "Gdy strona zapyta o liczbę, wybierz tę:", "Pozostały czas:", "Brak połączenia. Kolejna próba…", "Kod jest zbyt stary.", "Odmówiono.", "Nie udało się.", "Gotowe.", "Spróbuj ponownie", "Anuluj"],
  pt: ["Iniciar sessão com a sua carteira", "A preparar um código…", "Leia este código com o telemóvel.", "Continue na sua carteira e depois volte aqui.", "Continuar para a sua carteira", "Código QR que abre o endereço abaixo", "Ou abra este endereço e introduza o código:", "A página deve mostrar este código:", "Quando a página pedir um número, escolha este:", "Tempo restante:", "Sem ligação. A tentar de novo…", "O código é demasiado antigo.", "Foi recusado.", "Não resultou.", "Concluído.", "Tentar de novo", "Cancelar"],
  sv: ["Logga in med din plånbok", "Förbereder en kod…", "Skanna koden med din telefon.", "Fortsätt i din plånbok och kom sedan tillbaka hit.", "Fortsätt till din plånbok", "QR-kod som öppnar adressen nedan", "Eller öppna den här adressen och ange koden:", "Sidan måste visa den här koden:", "När sidan frågar efter ett tal, välj det här:", "Tid kvar:", "Ingen anslutning. Försöker igen…", "Koden är för gammal.", "Det avböjdes.", "Det fungerade inte.", "Klart.", "Försök igen", "Avbryt"],
  uk: ["Увійти за допомогою гаманця", "Готуємо код…", "Відскануйте цей код телефоном.", "Продовжте у своєму гаманці, а потім поверніться сюди.", "Далі до вашого гаманця", "QR-код, що відкриває адресу нижче", "Або відкрийте цю адресу й введіть код:", "Сторінка має показувати цей код:", "Коли сторінка запитає число, виберіть це:", "Залишилося часу:", "Немає з’єднання. Пробуємо ще раз…", "Код застарів.", "Відхилено.", "Не вийшло.", "Готово.", "Спробувати ще раз", "Скасувати"],
  ar: ["تسجيل الدخول بمحفظتك", "يجري إعداد رمز…", "امسح هذا الرمز بهاتفك.", "تابع في محفظتك، ثم عد إلى هنا.", "المتابعة إلى محفظتك", "رمز QR يفتح العنوان أدناه", "أو افتح هذا العنوان وأدخل الرمز:", "يجب أن تعرض الصفحة هذا الرمز:", "عندما تطلب الصفحة رقمًا فاختر هذا:", "الوقت المتبقي:", "لا يوجد اتصال. تُعاد المحاولة…", "الرمز قديم جدًا.", "رُفض الطلب.", "لم ينجح الأمر.", "تم.", "حاول مرة أخرى", "إلغاء"],
  ja: ["ウォレットでサインイン", "コードを準備しています…", "このコードをスマートフォンで読み取ってください。", "ウォレットで続けてから、ここに戻ってください。", "ウォレットに進む", "下のアドレスを開くQRコード", "または、このアドレスを開いてコードを入力してください：", "ページには次のコードが表示されるはずです：", "ページで数字を尋ねられたら、これを選んでください：", "残り時間：", "接続できません。再試行しています…", "コードが古くなりました。", "断られました。", "うまくいきませんでした。", "完了しました。", "もう一度試す", "キャンセル"],
};

/** The first language of these that there are words in, and its words. */
function wordsIn(...wishes) {
  for (const wish of wishes) {
    const tag = String(wish ?? "").split(/[-_]/)[0].toLowerCase();
    if (tag === "en") break;
    if (Object.hasOwn(TRANSLATED, tag)) {
      return { tag, texts: Object.fromEntries(Object.keys(TEXTS).map((name, at) => [name, TRANSLATED[tag][at]])) };
    }
  }
  return { tag: "en", texts: TEXTS };
}
