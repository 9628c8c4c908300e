"""How a verification level is shown; the texts of the levels table, known to the catalogue."""

from idp.web.texts import lazy_gettext as _

LEVEL_TEXTS = {
    1: _("Mức 1 – chưa được xác minh"),
    2: _("Mức 2 – đã được xác minh bởi nhà mạng"),
    3: _("Mức 3 – đã được xác minh trực tiếp"),
    4: _("Mức 4 – đã được xác minh bằng chữ ký số / VNeID mức 2"),
}
