"""培训班次: what can be chosen, found as people say it; one class with what it gives, costs, when, where and who teaches."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from wudan.kernel.clock import now
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.orders.catalogue.queries.offers import open_offers, public_offer
from wudan.orders.catalogue.queries.prices import UNPRICED, price_of_class
from wudan.orders.catalogue.states import OFFER
from wudan.orders.delivery.queries.quality import quality_of
from wudan.orders.enrolment.queries.places import places_left, waiting_counts
from wudan.people.queries import towns
from wudan.policy.engine.rulebook import Rulebook
from wudan.web.public.frame import frame, rulebook_of
from wudan.web.shared.capacity.cases import teacher_name
from wudan.web.shared.choosing.words import OfferWords, offer_words
from wudan.web.shared.parts import Crumb, Fact, Tone
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

A_PAGE = 20
MARKS = (("shortage", "急需紧缺"), ("local", "地方特色"), ("free", "不收学费"), ("online", "可以线上学"))
LEVELS = ("5", "4", "3", "2", "1")
STATE_TONES: dict[str, Tone] = {
    "open": "now",
    "closed": "wait",
    "running": "done",
    "ended": "off",
    "cancelled": "wrong",
}


@require_GET
def courses(request: HttpRequest, code: str) -> HttpResponse:
    """The list, the soonest to begin first; everything asked for stands in the address."""
    rulebook, today = rulebook_of(code), legal_day(now())
    places = list(towns(code))
    asked = _asked(request, {t.code for t in places})
    found = open_offers(
        code, today, text=asked["q"], town=asked["town"], level=asked["level"], shortage="shortage" in asked["marks"],
        local="local" in asked["marks"], free="free" in asked["marks"], mode="online" if "online" in asked["marks"] else "",
    )  # fmt: skip
    shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    offers = list(shown.object_list)
    left, waiting = places_left([o.pk for o in offers]), waiting_counts([o.pk for o in offers])
    context = frame(
        code, title="培训班次", subtitle="选好班次，登录后就能报名；能不能补贴、补多少，选之前先告诉您。", rulebook=rulebook,
        cards=[_card(o, left[o.pk], waiting.get(o.pk, 0), rulebook) for o in offers], shown=shown, asked=asked,
        narrowed=bool(asked["q"] or asked["town"] or asked["level"] or asked["marks"]), towns=places,
        levels=[(n, rulebook.levels[n].label) for n in LEVELS if n in rulebook.levels], marks=MARKS,
        clear_url=reverse("public:courses", args=[code]), crumbs=[Crumb("培训班次")],
    )  # fmt: skip
    return page(request, "public/courses.html", context)


def _asked(request: HttpRequest, known_towns: set[str]) -> dict[str, Any]:
    """What the address asks for; what it cannot mean is left out."""
    given = request.GET
    town, level = given.get("town", ""), given.get("level", "")
    return {
        "q": given.get("q", "").replace("\x00", "").strip()[:40],
        "town": town if town in known_towns else "",
        "level": level if level in LEVELS else "",
        "marks": [mark for mark, _ in MARKS if given.get(mark)],
    }


@require_GET
def course(request: HttpRequest, code: str, offer_id: int) -> HttpResponse:
    """One class; a restricted one, or one for a single enterprise's staff, does not exist here."""
    rulebook, today = rulebook_of(code), legal_day(now())
    offer = public_offer(offer_id)
    if offer is None or offer.district_id != code:
        raise Http404
    left, waiting = places_left([offer.pk])[offer.pk], waiting_counts([offer.pk]).get(offer.pk, 0)
    words = offer_words(offer, left, waiting)
    choosable = offer.state == "open" and offer.choose_until >= today
    quality = quality_of(offer.provider_id, today) if offer.provider_id else None
    context = frame(
        code, title=offer.title, words=words, choosable=choosable, price=_price(offer, rulebook),
        facts=_facts(words, rulebook, choosable=choosable), quality=_results(quality) if quality else [],
        since=quality.since if quality else None,
        state=(OFFER.states[offer.state], STATE_TONES[offer.state]), marks=_marks(offer),
        choose_url=_learners_page(offer.pk), reason=offer.reason if offer.state == "cancelled" else "",
        entry_url=reverse("public:catalogue", args=[code, offer.entry.edition_id]), edition=offer.entry.edition,
        crumbs=[Crumb("培训班次", reverse("public:courses", args=[code])), Crumb(offer.title)],
    )  # fmt: skip
    return page(request, "public/course.html", context)


def _card(offer: Any, left: int, waiting: int, rulebook: Rulebook) -> dict[str, Any]:
    return {
        "words": offer_words(offer, left, waiting),
        "price": _price(offer, rulebook)["short"],
        "marks": _marks(offer),
    }


def _marks(offer: Any) -> list[tuple[str, Tone]]:
    found: list[tuple[str, Tone]] = []
    if offer.entry.shortage:
        found.append(("急需紧缺", "wait"))
    if offer.entry.local:
        found.append(("地方特色", "now"))
    if offer.mode in ("online", "blended"):
        found.append((offer.get_mode_display(), "plain"))
    return found


def _price(offer: Any, rulebook: Rulebook) -> dict[str, str]:
    """What the certificate brings, in words: short for a card, long with its clause for the page."""
    line = rulebook.lines[offer.line]
    scheme = rulebook.schemes.get(line.scheme)
    if scheme is None:
        return {"short": "", "long": "文件没有为这类培训规定补贴。", "clause": line.clause}
    if scheme.by_provider:
        return {
            "short": "费用由项目支付",
            "long": "费用由培训项目支付，学员不用申请。",
            "clause": line.clause,
        }
    price = price_of_class(rulebook, offer)
    if price.fen is None:
        return {
            "short": f"有补贴，{UNPRICED}",
            "long": f"取得证书后可以申请{scheme.label}，金额由工作人员核定。",
            "clause": scheme.clause,
        }
    return {
        "short": f"补贴{in_sentence(price.fen)}",
        "long": f"取得证书、符合条件的，每人{scheme.label}{in_sentence(price.fen)}。",
        "clause": price.clause,
    }


def _facts(words: OfferWords, rulebook: Rulebook, *, choosable: bool) -> list[Fact]:
    offer, entry = words.offer, words.offer.entry
    hours = (("理论", entry.theory_hours), ("实训", entry.practice_hours), ("安全", entry.safety_hours))
    teacher = offer.teacher
    found = [
        Fact("学什么", words.what.replace("　", "，")),
        Fact("培训期间", words.when),
        Fact("上课时间", offer.schedule_note),
        Fact("上课地点", words.where),
        Fact("培训方式", offer.get_mode_display()),
        Fact("培训机构", words.who),
        Fact("主讲教师", f"{teacher_name(teacher, full=False)}，{teacher.qualification}" if teacher else ""),
        Fact("课时", "、".join(f"{name}{n}课时" for name, n in hours if n)),
        Fact("取得证书", rulebook.word(entry.certificate_type) if entry.certificate_type else ""),
        Fact("培训类别", rulebook.lines[offer.line].label),
        Fact("学费", words.cost),
        Fact("名额", f"{offer.places}人，{words.room}" if choosable else f"{offer.places}人"),
        Fact("开班最少人数", f"{offer.min_heads}人" if offer.min_heads > 1 else ""),
        Fact("选单截止", cn_date(offer.choose_until)),
    ]
    return [fact for fact in found if fact.value]


def _results(quality: Any) -> list[tuple[str, str]]:
    shares = (("结业", quality.completed), ("考核合格", quality.passed), ("就业", quality.employed))
    found = [(label, f"{share.count}人，占{share.percent}%") for label, share in shares if share]
    if quality.rating_tenths is not None:
        score = f"{quality.rating_tenths // 10}.{quality.rating_tenths % 10}"
        found.append(("学员评价", f"{score}分（满分5分，{quality.ratings}人评价）"))
    return found


def _learners_page(offer_id: int) -> str:
    """Where the worker chooses; the desk where that page is not there."""
    try:
        return reverse("learner:course", args=[offer_id])
    except NoReverseMatch:
        return reverse("shared:desk")
