"""Month and weekday names of the languages whose news pages we know."""

#: Twelve months a line; spellings of one month are parted by slashes. Full stops are put aside before the look-up.
_MONTHS = (
    (
        "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug"
        " september/sept/sep october/oct november/nov december/dec"
    ),
    "januar/jänner februar/feber märz/mär/mrz april mai juni juli august september oktober/okt november dezember/dez",
    "janvier/janv février/févr/fév mars avril/avr mai juin juillet/juil août septembre octobre novembre décembre/déc",
    (
        "enero/ene febrero marzo abril/abr mayo junio julio agosto/ago septiembre/setiembre/set octubre noviembre"
        " diciembre/dic"
    ),
    "janeiro fevereiro/fev março abril maio/mai junho julho agosto setembro/set outubro/out novembro dezembro/dez",
    (
        "gennaio/gen febbraio marzo aprile maggio/mag giugno/giu luglio/lug agosto settembre/set ottobre/ott novembre"
        " dicembre/dic"
    ),
    "januari februari maart/mrt april mei juni juli augustus september oktober/okt november december",
    (
        "января/янв февраля/фев марта/мар апреля/апр мая/май июня/июн июля/июл августа/авг сентября/сен/сент"
        " октября/окт ноября/ноя декабря/дек"
    ),
    "يناير فبراير مارس أبريل/ابريل مايو يونيو يوليو أغسطس/اغسطس سبتمبر أكتوبر/اكتوبر نوفمبر ديسمبر",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts/mars april maj/mai juni juli august september oktober november desember",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
)

MONTHS: dict[str, int] = {
    name: number
    for language in _MONTHS
    for number, names in enumerate(language.split(), start=1)
    for name in names.split("/")
}

_WEEKDAYS = """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
    lundi mardi mercredi jeudi vendredi samedi dimanche
    lunes martes miércoles jueves viernes sábado domingo
    segunda-feira terça-feira quarta-feira quinta-feira sexta-feira segunda terça quarta quinta sexta feira
    lunedì martedì mercoledì giovedì venerdì sabato domenica
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
    понедельник вторник среда четверг пятница суббота воскресенье
    الاثنين الإثنين الثلاثاء الأربعاء الاربعاء الخميس الجمعة السبت الأحد الاحد
    måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag
"""
WEEKDAYS: frozenset[str] = frozenset(_WEEKDAYS.split())
