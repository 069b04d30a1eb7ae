"""Reading drafts: those of the actor's district, their texts, what they were copied from."""

from __future__ import annotations

from django.db.models import QuerySet

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.policy.drafts.checking import Checked, check
from wudan.policy.models import Draft, Enactment, Release
from wudan.policy.queries import enactments_of, rulebook_for
from wudan.policy.stored import readable, texts_of

READERS = (Role.POLICY,)


def visible_drafts(actor: Actor) -> QuerySet[Draft]:
    """The own district's, newest first; only for policy officers."""
    if actor.role not in READERS or actor.district_id is None:
        return Draft.objects.none()
    return (
        Draft.objects.filter(district=actor.district_id)
        .select_related("base")
        .defer("base__files")
        .order_by("-id")
    )


def draft_of(actor: Actor, draft_id: int) -> Draft | None:
    return visible_drafts(actor).filter(pk=draft_id).first()


def files_of(draft_id: int) -> dict[str, str]:
    """File name → text; a draft's files as they stand."""
    return dict(sorted(Draft.objects.get(pk=draft_id).files.values_list("name", "text")))


def base_files(draft: Draft) -> dict[str, str]:
    """The text the draft was copied from, as text."""
    files = Release.objects.only("files").get(pk=draft.base_id).files
    return {name: readable(text) for name, text in files.items()}


def check_draft(draft: Draft, files: dict[str, str] | None = None) -> Checked:
    """The draft read as a rulebook; `files` stands in for what is stored, while somebody types."""
    return check(draft.base.rulebook, files_of(draft.pk) if files is None else files)


def newest_texts(district_code: str) -> tuple[str, dict[str, str]]:
    """What a draft is copied from: the newest release, even one whose day has not come, else the folder. Hash and texts."""
    enacted = enactments_of(district_code).first()
    if enacted is not None:
        files = Release.objects.only("files", "content_hash").get(pk=enacted.release_id)
        return files.content_hash, files.files
    rulebook = rulebook_for(district_code)
    return rulebook.content_hash, texts_of(rulebook)


def newest_hash(district_code: str) -> str:
    """The content hash of the newest release; what a draft must have been copied from when it is approved."""
    enacted = enactments_of(district_code).first()
    return rulebook_for(district_code).content_hash if enacted is None else enacted.release.content_hash


def enactment_of(draft_id: int) -> Enactment | None:
    return Enactment.objects.filter(draft=draft_id).select_related("release").defer("release__files").first()
