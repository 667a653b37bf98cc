"""The texts of the pages in Polish and English, and the texts of the schema in Polish."""

from __future__ import annotations

from types import SimpleNamespace

LANGUAGES = ("pl", "en")

# The labels are those of BetTune's own page. Each entry: Polish, English.
_WORDS: dict[str, tuple[str, str]] = {
    "name": ("API BetTune", "BetTune API"),
    "lead": (
        (
            "Interaktywna dokumentacja zewnętrznego API BetTune: wyszukiwanie meczów, odczyt "
            "filtrów prediction i zarządzanie kursami prediction."
        ),
        (
            "Interactive documentation of BetTune's external API: search matches, read prediction "
            "filters and manage prediction odds."
        ),
    ),
    "odds": (
        (
            "Kurs prognozy (prediction) to kurs minimalny: BetTune obstawia mecz, gdy kurs rynkowy "
            "go osiągnie."
        ),
        (
            "The odds of a prediction are minimum odds: BetTune bets on the match when the "
            "market's odds reach them."
        ),
    ),
    "sandbox": (
        (
            "To jest sandbox, czyli lokalny BetTune do prób, z fikcyjnymi meczami. Nic stąd nie "
            "trafia do prawdziwego API."
        ),
        (
            "This is the sandbox: a local BetTune for trials, with invented matches. "
            "It sends nothing to the real API."
        ),
    ),
    "to_content": ("Przejdź do treści", "Skip to content"),
    "contents": ("Spis treści", "Contents"),
    "documentation": ("Dokumentacja", "Documentation"),
    "other_language": ("English", "Polski"),
    "download": ("Pobierz schemat OpenAPI", "Download the OpenAPI schema"),
    "public_url": ("Publiczny bazowy URL API", "Public base URL of the API"),
    "sandbox_url": ("Bazowy URL tego sandboxa", "Base URL of this sandbox"),
    "api_token": ("Token API", "API token"),
    "api_token_text": (
        (
            "Token API możesz utworzyć lub wygenerować ponownie na stronie Settings w BetTune. "
            "Sandbox ma dwa własne tokeny, w każdym sandboxie te same:"
        ),
        (
            "You can create or regenerate your API token on the Settings page of BetTune. "
            "The sandbox has two tokens, the same in every sandbox:"
        ),
    ),
    "pro_only": ("Tylko subskrypcja PRO", "PRO subscription only"),
    "pro_only_text": (
        "API BetTune jest dostępne tylko dla użytkowników z aktywną subskrypcją PRO.",
        "The BetTune API is available only to users with an active PRO subscription.",
    ),
    "authentication": ("Uwierzytelnianie", "Authentication"),
    "placeholder": ("twoj_bettune_api_token", "your_bettune_api_token"),
    "endpoints": ("Endpointy", "Endpoints"),
    "endpoints_text": (
        "Otwórz endpoint, aby zobaczyć parametry, body, odpowiedzi, przykłady i schematy.",
        "Open an endpoint to see its parameters, body, responses, examples and schemas.",
    ),
    "parameters": ("Parametry", "Parameters"),
    "parameter_name": ("Nazwa", "Name"),
    "where": ("Gdzie", "In"),
    "is_required": ("Wymagane", "Required"),
    "type": ("Typ", "Type"),
    "description": ("Opis", "Description"),
    "yes": ("Tak", "Yes"),
    "no": ("Nie", "No"),
    "request_body": ("Request body", "Request body"),
    "responses": ("Odpowiedzi", "Responses"),
    "required": ("wymagane", "required"),
    "example": ("przykład", "example"),
    "headers": ("Nagłówki", "Headers"),
    "schemas": ("Schematy", "Schemas"),
    "copy": ("Kopiuj", "Copy"),
    "copied": ("Skopiowano", "Copied"),
    "try": ("Wypróbuj", "Try it"),
    "token": ("Token", "Token"),
    "pro": ("PRO", "PRO"),
    "free": ("bez PRO", "free"),
    "no_token": ("brak", "none"),
    "send": ("Wyślij", "Send"),
    "request": ("Zapytanie", "Request"),
    "response": ("Odpowiedź", "Response"),
    "response_headers": ("Nagłówki odpowiedzi", "Response headers"),
    "response_body": ("Treść odpowiedzi", "Response body"),
    "no_response": (
        "Brak odpowiedzi. Czy sandbox jeszcze działa?",
        "No response. Is the sandbox still running?",
    ),
    "no_python": (
        "bez tokenu bettune zgłasza ConfigurationError i nic nie wysyła",
        "without a token, bettune raises ConfigurationError and sends nothing",
    ),
    "without_script": (
        "Aby wysyłać zapytania z tej strony, włącz JavaScript.",
        "Enable JavaScript to send requests from this page.",
    ),
    "matches": ("Mecze dnia", "A day's matches"),
    "matches_text": (
        (
            "Mecze jednego dnia UTC i ich kursy minimalne w każdym filtrze. BetTune obstawia mecz, "
            "gdy kurs rynkowy osiągnie kurs minimalny. Tabela odświeża się sama, więc zobaczysz w "
            "niej kursy, które właśnie wysyłasz."
        ),
        (
            "The matches of one UTC day and their minimum odds in each filter. BetTune bets on a "
            "match when the market's odds reach the minimum odds. The table refreshes itself, so "
            "you see the odds that you are sending."
        ),
    ),
    "day": ("Dzień (UTC)", "Day (UTC)"),
    "show": ("Pokaż", "Show"),
    "kick_off": ("Początek (UTC)", "Kick-off (UTC)"),
    "match": ("Mecz", "Match"),
    "by_api": ("przez API", "through the API"),
    "by_ui": ("ustawione ręcznie w BetTune", "set by hand in BetTune"),
    "predictions": ("Prognozy", "Predictions"),
    "gone": (
        "Sandbox nie odpowiada. Tabela może być nieaktualna.",
        "The sandbox does not respond. The table may be out of date.",
    ),
}

# The texts of the schema are in English. New and changed texts are shown in English until they are
# translated here.
_SCHEMA_IN_POLISH = {
    "Sports": "Sporty",
    "Matches": "Mecze",
    "Prediction Filters": "Filtry",
    "Predictions": "Prognozy",
    "List available sports": "Lista dostępnych sportów",
    "List matches for one UTC date": "Lista meczów jednego dnia UTC",
    "List prediction filters": "Lista filtrów",
    "Search existing predictions": "Wyszukiwanie istniejących prognoz",
    "Create or update prediction odds": "Utworzenie lub zmiana kursu minimalnego prognozy",
    "Delete prediction": "Usunięcie prognozy",
    "UTC date in `YYYY-MM-DD` format.": "Dzień UTC w formacie `YYYY-MM-DD`.",
    "Sport id. Currently only football is exposed by `/sports`.": (
        "Identyfikator sportu. Obecnie `/sports` podaje tylko piłkę nożną."
    ),
    "Available sports.": "Dostępne sporty.",
    "Matches for the requested UTC date.": "Mecze podanego dnia UTC.",
    "Prediction-based filters for the current API token user.": (
        "Filtry prognoz użytkownika, do którego należy token API."
    ),
    "Existing predictions for requested matches.": "Istniejące prognozy podanych meczów.",
    "Created or updated prediction.": "Utworzona lub zmieniona prognoza.",
    "Prediction deleted. The endpoint is idempotent.": (
        "Prognoza usunięta. Zapytanie można bezpiecznie powtórzyć."
    ),
    "Invalid query parameters.": "Nieprawidłowe parametry zapytania.",
    "Validation error.": "Nieprawidłowe dane.",
    "Missing or invalid API token.": "Tokenu API brakuje lub jest nieprawidłowy.",
    "The current user cannot access this resource.": (
        "Właściciel tokenu nie ma dostępu do tego zasobu."
    ),
    "Filter or match not found.": "Nie znaleziono filtra lub meczu.",
    "Rate limit exceeded.": "Przekroczono limit zapytań.",
}


def words(language: str) -> SimpleNamespace:
    """Return all texts in one language."""
    index = LANGUAGES.index(language)
    return SimpleNamespace(**{key: pair[index] for key, pair in _WORDS.items()})


def schema_text(text: str, language: str) -> str:
    """Return a text of the schema, translated if a translation is known."""
    return _SCHEMA_IN_POLISH.get(text, text) if language == "pl" else text
