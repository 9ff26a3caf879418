"""What columns of a class list are called, on platforms and in the languages of many universities."""

from __future__ import annotations

import re
import unicodedata

_NUMBER = (
    "student_number",
    "matriculation_number",
    "matrikelnummer",
    "matrikelnr",
    "matrikel_nr",
    "matrikel_nummer",
    "matrikel",
    "matrnr",
    "matr_nr",
    "matricula",
    "numero_de_matricula",
    "matricola",
    "numero_di_matricola",
    "numero_etudiant",
    "numero_d_etudiant",
    "studentnummer",
    "studienummer",
)
COLUMNS = {
    "id": (
        "student_id",
        "studentid",
        "id",
        "student",
        "username",
        "user",
        "netid",
        "login",
        "sis_login_id",
        "sid",
        "sis_user_id",
        "id_number",
        "id_nummer",
        "numero_de_id",
        "email",
    ),
    "name": (
        "name",
        "full_name",
        "student_name",
        "display_name",
        "student",
        "vollstandiger_name",
        "nombre_completo",
        "nom_complet",
        "nome_completo",
        "volledige_naam",
        "nombre",
        "nom",
        "nome",
        "naam",
    ),
    "first": ("first_name", "firstname", "given_name", "first", "vorname", "prenom", "voornaam", "nombre_s"),
    "last": (
        "last_name",
        "lastname",
        "surname",
        "family_name",
        "last",
        "nachname",
        "familienname",
        "apellidos",
        "apellido",
        "apellido_s",
        "nom_de_famille",
        "cognome",
        "sobrenome",
        "apelido",
        "achternaam",
    ),
    "email": (
        "email",
        "email_address",
        "mail",
        "e_mail",
        "e_mail_adresse",
        "email_adresse",
        "mailadresse",
        "correo_electronico",
        "direccion_de_correo",
        "correo",
        "adresse_de_courriel",
        "courriel",
        "adresse_e_mail",
        "adresse_mail",
        "indirizzo_email",
        "e_mailadres",
    ),
    "login": (
        "username",
        "sis_login_id",
        "login",
        "login_id",
        "user",
        "netid",
        "benutzername",
        "anmeldename",
        "nutzername",
        "nombre_de_usuario",
        "nom_d_utilisateur",
        "nome_utente",
        "gebruikersnaam",
    ),
    "number": ("id_number", "id_nummer", "numero_de_id", "sid", "sis_user_id", *_NUMBER),
    "canvas": ("canvas_id", "canvas_user_id", "lms_user_id"),
    "moodle": ("moodle_id", "participant_id", "participant", "identifier"),
    "section": ("section", "group", "groups"),
    "group": ("group", "group_name", "groups", "team", "gruppe", "grupo"),
    "role": ("role", "roles", "course_role"),
}
"""By field, the columns that it is read from, the first that is there and not empty.

Case and punctuation of a column's title don't matter.
"""


def titled(text: str) -> str:
    """A heading as the table has it."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
