"""What words in team names mean: club forms, shared words, marks of other sides, cities' names.

Common knowledge, written down here; the exonyms are the cities' names in Polish and English, as any
atlas has them.
"""

# ruff: noqa: SIM905 - lists of words are read more easily as text

from __future__ import annotations

# Words that neither tell teams apart nor stand for one.
STOP = frozenset(
    "a al am an and au d da das de dei del della den der des di die do dos du e el en et i im in l"
    " la las le les lo los na o of os pod the u und v van vom von y z".split()
)

# Club forms: one provider writes them, another does not.
FORMS = frozenset(
    "ac acf ad ae afc ais aj as asd bc bfc bk bsc bv ca calcio cd ce cf cfc club clube cp cs csd"
    " csm dsc ea ec efc ev fa fbc fc fco fcv fco ff fk foot football fotbal fsc fsv fussball futbol"
    " futebol futbal fv gd gks gnk gs hfc hnk hsc hsk if ifk ik il jk k kaa kas kf kfc kk kp krc ks"
    " ksc ksk ksv kv kvc lks mfk mke mks msv nfc nk ofc ofk ogc osc pfc pfk pks rc rcd rfc rks rsc"
    " sad saf sba sbv sc scp sd sfc sk sl spa spvgg ss ssc ssd ssv sv svg tc tj ts tsc tsg tsv tus"
    " ud us usc vfb vfl vfr vv zks balompie fodbold association associazione societa sportiva"
    " sportverein verein sociedade sport sports".split()
)

# Words that many clubs share: they tell two apart, but none of them alone names one.
SHARED = frozenset(
    "academica academical albion alemannia alianza america arminia arsenal atletico borussia boys"
    " celtic central cercle city club concordia county cska deportiva deportivo dinamo dynamo"
    " eintracht energie estrela estudiantes etoile forest fortuna gimnasia girondins goianiense"
    " hapoel hearts hellas holstein independiente inter juventud kickers lokomotiv lokomotive"
    " maccabi mineiro nacional national new north olimpia olimpic olimpija olympic olympique"
    " paranaense polonia preussen racing"
    " radnicki rangers rapid real red reial rot rovers royal royale slavia slovan south sparta"
    " spartak sporting sportivo st stade stal star thistle torpedo town uniao union unione united"
    " universidad universitario universitatea victoria viktoria virtus vitoria wanderers wednesday"
    " west wisla young".split()
)

# One spelling for each of these words.
SAME = {
    "ath": "atletico",
    "athletic": "atletico",
    "athletico": "atletico",
    "atl": "atletico",
    "atletic": "atletico",
    "bor": "borussia",
    "dep": "deportivo",
    "dyn": "dynamo",
    "internazionale": "inter",
    "jrs": "juniors",
    "lok": "lokomotiv",
    "rvrs": "rovers",
    "rvs": "rovers",
    "saint": "st",
    "sankt": "st",
    "sint": "st",
    "sth": "south",
    "utd": "united",
    "wand": "wanderers",
    "wed": "wednesday",
    "weds": "wednesday",
}

# Other sides of a club, which are other teams: women, reserves, youth (with U17 to U23).
MARKS = {
    word: mark
    for mark, words in {
        "women": "women womens woman ladies w wfc k f fem kobiet kobiety feminas femeni feminino"
        " feminina femenino femenina femenil femminile feminin feminine feminines frauen damen"
        " dames dam vrouwen kvinner kvinder zeny zene girls",
        "b": "ii b 2 reserve reserves res rezerwy amateure amateurs amat castilla fabril jong"
        " jeunes mestalla promesas",
        "c": "iii 3",
        "youth": "youth primavera juvenil jugend academy akademia akatemia juniorzy mlodzi",
    }.items()
    for word in words.split()
}
# Those of them that say as much in the name of a tournament, where "II liga" and "Serie B" do not.
TOURNAMENT_MARKS = {
    word: mark for word, mark in MARKS.items() if len(word) > 2 and word not in {"iii", "res"}
}

# Names of first sides in which a letter looks like a mark.
NOT_MARKED = {frozenset({"k", "beerschot", "va"}): "beerschot va"}

# Towns that are a club's name by themselves, or the second half of several: a word beside one of
# them, on one side only, names another club (Espanyol Barcelona, Dundee United, Paris FC).
SHARED_TOWNS = frozenset(
    "ajaccio athina barcelona beograd berlin bristol brugge bucuresti cluj cordoba dundee eindhoven"
    " genova glasgow goteborg graz helsinki istanbul kobenhavn koln krakow lausanne lisboa"
    " liverpool lodz london madrid manchester milan minsk moskva munchen paris plovdiv praha riga"
    " roma rotterdam saloniki sarajevo sevilla sheffield sofia stockholm tirana torino verona volos"
    " wien yerevan zagreb zurich".split()
)

# Reserves that have a name of their own, by the side that they belong to.
RESERVES = {
    frozenset(name.split()): frozenset(first.split())
    for name, first in {
        "atletico barcelona": "barcelona",
        "atletico madrileno": "atletico madrid",
        "atletico sevilla": "sevilla",
        "betis deportivo": "betis",
        "betis deportivo real": "betis real",
        "celta fortuna": "celta",
    }.items()
}

# Clubs known by a town that their name lacks, by another name in English, or by an abbreviation
# that data files (football-data.co.uk's first) write for it.
ALSO = {
    frozenset(name.split()): frozenset(also.split())
    for name, also in {
        "aab": "aalborg",
        "agf": "aarhus",
        "america mg": "america mineiro",
        "athletic club": "atletico bilbao",
        "athletico pr": "atletico paranaense",
        "atletico go": "atletico goianiense",
        "atletico mg": "atletico mineiro",
        "atletico pr": "atletico paranaense",
        "az": "az alkmaar",
        "buyuksehyr": "istanbul basaksehir",
        "celtic": "celtic glasgow",
        "central cordoba sde": "central cordoba",
        "crvena zvezda": "red star beograd",
        "crvena zvezda beograd": "red star beograd",
        "estrela": "estrela amadora",
        "estudiantes": "estudiantes plata",
        "estudiantes lp": "estudiantes plata",
        "ferencvarosi": "ferencvaros budapest",
        "gallos blancos": "queretaro",
        "gfco ajaccio": "gazelec ajaccio",
        "gimnasia lp": "gimnasia plata",
        "guadalajara chivas": "deportivo guadalajara",
        "ham kam": "hamarkameratene",
        "hamkam": "hamarkameratene",
        "heart midlothian": "hearts edinburgh",
        "hellas verona": "verona",
        "inter": "inter milan",
        "kups": "kuopion ps",
        "nec": "nec nijmegen",
        "odd": "odds",
        "ofi heraklion": "ofi kreta",
        "pari nn": "nizhny novgorod pari",
        "psv": "psv eindhoven",
        "rangers": "rangers glasgow",
        "real betis": "betis sevilla",
        "sk rapid": "rapid wien",
        "sporting cp": "sporting lisboa",
        "sporting clube portugal": "sporting lisboa",
        "vitoria ba": "vitoria",
        "vitoria sc": "vitoria guimaraes",
        "vitoria fc": "vitoria setubal",
        "vps": "vaasan ps",
        "young boys": "young boys bern",
    }.items()
}

# Cities in Polish and English (some in French or German), and French clubs' adjectives.
EXONYMS = {
    other: name
    for name, others in {
        "aachen": "akwizgran",
        "alkmaar": "alkmar",
        "antwerpen": "antwerp antwerpia anvers",
        "athina": "athens athen ateny",
        "barcelona": "barcelone",
        "basel": "bazylea basle bale",
        "beograd": "belgrad belgrade",
        "bern": "berno berne",
        "bologna": "bolonia",
        "bratislava": "bratyslawa",
        "braunschweig": "brunszwik brunswick",
        "bremen": "brema",
        "brugge": "brugia bruges",
        "brussel": "bruksela brussels bruxelles",
        "bucuresti": "bukareszt bucharest",
        "budapest": "budapeszt",
        "cadiz": "kadyks",
        "cordoba": "kordoba kordowa",
        "donetsk": "donieck",
        "dresden": "drezno",
        "edinburgh": "edynburg",
        "firenze": "florencja florence",
        "freiburg": "fryburg",
        "geneve": "genewa geneva genf",
        "genova": "genua genoa",
        "gent": "gandawa ghent gand",
        "goteborg": "gothenburg",
        "granada": "grenada",
        "haag": "haga hague",
        "hannover": "hanower hanover",
        "istanbul": "stambul",
        "kiel": "kilonia",
        "kobenhavn": "kopenhaga copenhagen kopenhagen",
        "koln": "kolonia cologne",
        "krakow": "cracow",
        "kreta": "crete kriti",
        "kharkiv": "charkow kharkov",
        "kyiv": "kijow kiev kiew",
        "lausanne": "lozanna",
        "laval": "lavallois",
        "leipzig": "lipsk",
        "liege": "luik luttich",
        "lisboa": "lizbona lisbon",
        "ljubljana": "lublana laibach",
        "london": "londyn",
        "luhansk": "lugansk",
        "luzern": "lucerna lucerne",
        "lviv": "lwow lvov",
        "lyon": "lyonnais",
        "madrid": "madryt",
        "mainz": "moguncja",
        "mallorca": "majorka majorca",
        "marseille": "marsylia marseilles",
        "milan": "mediolan milano mailand",
        "moskva": "moskwa moscow moskau",
        "munchen": "monachium munich",
        "nantes": "nantais",
        "napoli": "neapol naples neapel",
        "nice": "nicea",
        "nicosia": "nikozja",
        "nimes": "nimois",
        "niort": "niortais",
        "nurnberg": "norymberga nuremberg",
        "odesa": "odessa",
        "ostrava": "ostrawa",
        "paris": "paryz",
        "pireas": "pireus piraeus piraus",
        "plzen": "pilzno pilsen",
        "sheva": "szewa",
        "tiraspol": "tyraspol",
        "praha": "praga prague prag",
        "regensburg": "ratyzbona",
        "rennes": "rennais",
        "riga": "ryga",
        "roma": "rzym rome rom",
        "saloniki": "thessaloniki salonika thessalonique",
        "sevilla": "sewilla seville",
        "shakhtar": "szachtar schachtar schachtjor",
        "stockholm": "sztokholm",
        "strasbourg": "strasburg strassburg",
        "torino": "turyn turin",
        "toulouse": "tuluza",
        "valencia": "walencja",
        "venezia": "wenecja venice",
        "verona": "werona",
        "vilnius": "wilno",
        "warszawa": "warsaw warschau",
        "wien": "wieden vienna",
        "zagreb": "zagrzeb",
        "zaragoza": "saragossa",
        "zurich": "zurych",
    }.items()
    for other in others.split()
}
