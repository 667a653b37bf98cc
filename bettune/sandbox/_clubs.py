"""The invented football world: countries, their two leagues and their clubs.

Ids are derived from positions in these tables: keep the order, and add countries at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

# Country, hours ahead of UTC, first and second league, the two leagues' club names, twelve towns.
# fmt: off
_COUNTRIES: tuple[tuple[str, int, str, str, str, str, str], ...] = (
    ("England", 0, "Premier Division", "Championship", "{} United", "{} Athletic",
     "Leeds Hull Derby Bristol Norwich Plymouth Sunderland Reading Preston Ipswich Luton Carlisle"),
    ("Poland", 1, "Liga Krajowa", "I Liga", "KS {}", "Polonia {}",
     "Kraków Łódź Gdańsk Poznań Wrocław Lublin Szczecin Białystok Katowice Gliwice Kielce Radom"),
    ("Germany", 1, "Oberhaus", "2. Liga", "SV {}", "FC {}",
     "Hamburg Köln Bremen Kassel Rostock Dresden Mainz Münster Nürnberg Essen Karlsruhe Lübeck"),
    ("Spain", 1, "Primera", "Segunda", "Real {}", "Atlético {}",
     "Sevilla Málaga Murcia Cádiz Oviedo Gijón Burgos Almería Huesca Lugo Toledo Zamora"),
    ("Italy", 1, "Serie Prima", "Serie Seconda", "AC {}", "Virtus {}",
     "Torino Bologna Parma Genova Verona Bari Palermo Modena Pisa Perugia Ancona Trieste"),
    ("France", 1, "Ligue Une", "Ligue Deux", "Olympique {}", "Stade {}",
     "Lyon Nantes Lille Rennes Nice Metz Brest Dijon Amiens Caen Angers Nancy"),
    ("Portugal", 0, "Liga Maior", "Liga de Acesso", "CD {}", "União {}",
     "Porto Braga Faro Coimbra Aveiro Setúbal Leiria Viseu Guimarães Évora Chaves Portimão"),
    ("Netherlands", 1, "Hoofdklasse", "Eerste Klasse", "FC {}", "VV {}",
     "Utrecht Arnhem Breda Tilburg Zwolle Almere Leiden Haarlem Delft Gouda Venlo Enschede"),
    ("Belgium", 1, "First League", "Challenger League", "KV {}", "Racing {}",
     "Brugge Gent Genk Liège Leuven Mechelen Kortrijk Oostende Namur Mons Charleroi Hasselt"),
    ("Scotland", 0, "Top Flight", "First Division", "{} Thistle", "{} Rovers",
     "Dundee Perth Paisley Stirling Falkirk Ayr Inverness Dumfries Kilmarnock Elgin Oban Wick"),
    ("Türkiye", 3, "Üst Lig", "Birinci Lig", "{}spor", "{} Belediye",
     "Ankara İzmir Bursa Konya Adana Antalya Samsun Trabzon Kayseri Sivas Rize Gaziantep"),
    ("Greece", 2, "Ethniki", "Beta Ethniki", "AO {}", "Iraklis {}",
     "Athina Patra Volos Larisa Ioannina Kavala Serres Chania Rhodos Lamia Xanthi Kozani"),
    ("Austria", 1, "Erste Liga", "Regionalliga", "SK {}", "Union {}",
     "Wien Graz Linz Salzburg Innsbruck Klagenfurt Villach Wels Steyr Krems Bregenz Leoben"),
    ("Switzerland", 1, "Liga A", "Liga B", "FC {}", "Etoile {}",
     "Zürich Basel Bern Luzern Genève Lausanne Sion Lugano Aarau Thun Chur Winterthur"),
    ("Czechia", 1, "První liga", "Druhá liga", "Slovan {}", "Baník {}",
     "Praha Brno Plzeň Ostrava Olomouc Liberec Zlín Jihlava Teplice Opava Kladno Příbram"),
    ("Slovakia", 1, "Prvá liga", "Druhá liga", "MFK {}", "Tatran {}",
     "Bratislava Košice Žilina Trnava Nitra Prešov Trenčín Martin Poprad Skalica Senica Zvolen"),
    ("Hungary", 1, "Első Osztály", "Második Osztály", "{} SE", "{} Vasas",
     "Budapest Debrecen Szeged Pécs Győr Miskolc Sopron Eger Kecskemét Szolnok Tatabánya Paks"),
    ("Romania", 2, "Liga Întâi", "Liga Secundă", "CS {}", "Dinamo {}",
     "București Cluj Iași Craiova Brașov Sibiu Arad Oradea Galați Ploiești Pitești Bacău"),
    ("Bulgaria", 2, "Parva Liga", "Vtora Liga", "PFK {}", "Lokomotiv {}",
     "Sofia Plovdiv Varna Burgas Ruse Pleven Vratsa Sliven Dobrich Shumen Pernik Haskovo"),
    ("Croatia", 1, "Prva liga", "Druga liga", "NK {}", "HNK {}",
     "Zagreb Split Rijeka Osijek Zadar Pula Varaždin Šibenik Karlovac Sisak Vukovar Dubrovnik"),
    ("Serbia", 1, "Superliga", "Prva liga", "FK {}", "Radnički {}",
     "Beograd Niš Subotica Čačak Kragujevac Zrenjanin Pančevo Šabac Užice Valjevo Vranje Pirot"),
    ("Ukraine", 2, "Vyshcha Liha", "Persha Liha", "FC {}", "Zirka {}",
     "Kyiv Lviv Odesa Kharkiv Dnipro Poltava Sumy Rivne Lutsk Chernihiv Zhytomyr Uzhhorod"),
    ("Sweden", 1, "Förstaserien", "Andraserien", "IFK {}", "{} BK",
     "Malmö Göteborg Uppsala Örebro Umeå Gävle Kalmar Lund Borås Växjö Västerås Sundsvall"),
    ("Norway", 1, "Storserien", "Førstedivisjon", "{} FK", "{} IL",
     "Oslo Bergen Trondheim Stavanger Tromsø Bodø Molde Ålesund Drammen Skien Hamar Narvik"),
    ("Denmark", 1, "Hovedligaen", "Anden Division", "{} BK", "{} IF",
     "Aarhus Odense Aalborg Esbjerg Randers Vejle Horsens Viborg Silkeborg Køge Herning Roskilde"),
    ("Finland", 2, "Mestarisarja", "Ykkönen", "FC {}", "{} PS",
     "Helsinki Tampere Turku Oulu Lahti Kuopio Vaasa Pori Kotka Mikkeli Espoo Rovaniemi"),
    ("Ireland", 0, "Premier League", "Division One", "{} City", "{} Celtic",
     "Dublin Cork Limerick Galway Sligo Waterford Dundalk Drogheda Athlone Tralee Ennis Wexford"),
    ("Israel", 2, "Liga Al", "Liga Leumit", "Hapoel {}", "Maccabi {}",
     "Haifa Netanya Ashdod Eilat Tiberias Holon Ramla Acre Herzliya Nahariya Afula Hadera"),
    ("Brazil", -3, "Série Ouro", "Série Prata", "{} FC", "Esporte {}",
     "Santos Recife Belém Manaus Natal Maceió Curitiba Goiânia Cuiabá Vitória Campinas Londrina"),
    ("Argentina", -3, "Primera", "Ascenso", "Atlético {}", "Deportivo {}",
     "Rosario Córdoba Mendoza Salta Tucumán Paraná Quilmes Tandil Formosa Neuquén Ushuaia Posadas"),
    ("Chile", -4, "Primera División", "Segunda División", "Unión {}", "Deportes {}",
     "Santiago Valparaíso Concepción Temuco Iquique Arica Calama Talca Osorno Curicó Lebu Lota"),
    ("Colombia", -5, "Liga Mayor", "Torneo Ascenso", "Real {}", "Unión {}",
     "Bogotá Medellín Cali Pereira Cúcuta Ibagué Pasto Neiva Tunja Manizales Armenia Montería"),
    ("Mexico", -6, "Liga Mayor", "Liga de Ascenso", "CF {}", "Club {}",
     "Puebla Toluca Morelia Tijuana Mérida Torreón Celaya Oaxaca Tampico Durango León Colima"),
    ("USA", -5, "National League", "League Two", "{} SC", "{} FC",
     "Boston Denver Portland Memphis Tulsa Austin Oakland Omaha Tampa Richmond Hartford Madison"),
    ("Japan", 9, "First League", "Second League", "{} SC", "{} FC",
     "Tokyo Osaka Kobe Nagoya Sapporo Sendai Niigata Fukuoka Nagasaki Okayama Kyoto Hiroshima"),
    ("South Korea", 9, "League One", "League Two", "{} FC", "{} Citizen",
     "Seoul Busan Incheon Daegu Daejeon Ulsan Suwon Jeonju Gwangju Pohang Gimpo Asan"),
    ("Australia", 10, "First League", "State League", "{} Victory", "{} Wanderers",
     "Sydney Melbourne Brisbane Perth Adelaide Canberra Darwin Hobart Cairns Geelong Albury Dubbo"),
    ("Saudi Arabia", 3, "Premier League", "First Division", "Al-Nour {}", "Al-Bahr {}",
     "Riyadh Jeddah Dammam Mecca Medina Tabuk Abha Hail Najran Jizan Taif Khobar"),
    ("Egypt", 2, "Premier League", "Second Division", "{} SC", "El-Nasr {}",
     "Cairo Alexandria Giza Luxor Aswan Suez Ismailia Tanta Damietta Mansoura Fayoum Minya"),
    ("South Africa", 2, "Premiership", "First Division", "{} Stars", "{} United",
     "Durban Pretoria Soweto Polokwane Brits Kimberley Welkom Benoni Springs Paarl Knysna Ceres"),
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Named:
    """An id and a name, as the API shows countries, tournaments and teams."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class League:
    """A tournament, its country, and the clubs that play in it."""

    id: int
    name: str
    country: Named
    hours_ahead_of_utc: int
    clubs: tuple[Named, ...]


def _leagues() -> tuple[League, ...]:
    leagues = []
    for country_id, (country, ahead, *tournaments, first, second, towns) in enumerate(
        _COUNTRIES, 1
    ):
        for tier, (tournament, club) in enumerate(zip(tournaments, (first, second), strict=True)):
            league_id = country_id * 10 + tier
            clubs = tuple(
                Named(league_id * 100 + number, club.format(town))
                for number, town in enumerate(towns.split(), 1)
            )
            leagues.append(League(league_id, tournament, Named(country_id, country), ahead, clubs))
    return tuple(leagues)


LEAGUES = _leagues()
