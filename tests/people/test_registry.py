"""Registering persons: valid numbers only, one person per number, whoever else does it at the same time."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import AT, cast, make_person, outsider, valid_identity, valid_phone
from tests.harness.races import at_once
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.identifiers import check_character
from wudan.kernel.models import History
from wudan.people.actions import amend_person, register_people, register_person
from wudan.people.documents import read_document
from wudan.people.models import Person
from wudan.people.names import pinyin, plain_name
from wudan.people.queries import find_by_number, find_by_numbers, search
from wudan.people.rows import PersonRow

IDENTITY = "identity"


def register(n: int = 1, name: str = "王小明", actor=SYSTEM, **more):
    return register_person(
        document_kind=IDENTITY, number=valid_identity(n), name=name, actor=actor, at=AT, **more
    )


@pytest.mark.django_db
def test_a_person_is_sealed_masked_and_recorded() -> None:
    person = register(7, phone=valid_phone(7))
    person.refresh_from_db()
    number = valid_identity(7)
    assert (person.number(), person.phone()) == (number, valid_phone(7))
    assert number.encode() not in bytes(person.number_sealed)
    assert person.number_masked == number[:6] + "********" + number[-4:]
    assert (person.born_on, person.sex) == (date(1960, 1, 1), "男")
    assert person.assurance == "none"
    assert History.objects.get(table_name="people_person", row_id=str(person.pk)).operation == "INSERT"
    assert number not in str(list(History.objects.values_list("changes", "actor")))


@pytest.mark.django_db
def test_the_same_number_is_the_same_person() -> None:
    first = register(1)
    again = register_person(
        document_kind=IDENTITY, number=f" {valid_identity(1).lower()} ", name="王 小 明", actor=SYSTEM, at=AT
    )
    assert first.pk == again.pk
    assert Person.objects.count() == 1


@pytest.mark.django_db
def test_a_known_phone_is_not_replaced_an_empty_one_is_filled() -> None:
    register(1)
    assert register(1, phone=valid_phone(5)).phone() == valid_phone(5)
    assert register(1, phone=valid_phone(6)).phone() == valid_phone(5)


@pytest.mark.django_db
def test_another_name_is_refused_without_telling_the_first() -> None:
    register(1, "王小明")
    with pytest.raises(Refused) as caught:
        register(1, "李大力")
    assert caught.value.refusal.code == "name-mismatch"
    assert "王小明" not in str(caught.value)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "word"),
    [
        ("37040519900101001", "18位"),
        ("370405900101001", "15位"),
        ("370405199013010017", "出生日期"),
        ("370405199001010010", "校验位"),
        ("", "18位"),
    ],
)
def test_a_bad_number_is_refused(number: str, word: str) -> None:
    with pytest.raises(Refused, match=word) as caught:
        register_person(document_kind=IDENTITY, number=number, name="王小明", actor=SYSTEM, at=AT)
    assert caught.value.refusal.field == "number"


@pytest.mark.django_db
def test_every_fault_of_every_row_is_named_and_nothing_saved() -> None:
    rows = [
        PersonRow(IDENTITY, valid_identity(1), "王小明"),
        PersonRow(IDENTITY, "1", "9", "12"),
        PersonRow(IDENTITY, valid_identity(2), ""),
    ]
    with pytest.raises(Refused) as caught:
        register_people(rows=rows, actor=SYSTEM, at=AT)
    assert [r.field for r in caught.value.refusals] == ["2:number", "2:name", "2:phone", "3:name"]
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_many_at_once_in_few_queries(django_assert_max_num_queries) -> None:
    rows = [PersonRow(IDENTITY, valid_identity(n), "王小明", valid_phone(n)) for n in range(500)]
    with django_assert_max_num_queries(14):
        found = register_people(rows=rows, actor=SYSTEM, at=AT)
    assert len({p.pk for p in found.values()}) == 500
    assert find_by_numbers([valid_identity(3)])[valid_identity(3)].phone() == valid_phone(3)


@pytest.mark.django_db
def test_a_worker_registers_only_themselves() -> None:
    here = cast(pools=False)
    with pytest.raises(Refused, match="本人"):
        register(99, actor=here.worker)
    assert find_by_number(valid_identity(99)) is None
    with pytest.raises(Refused, match="岗位"):
        register(99, actor=here.finance)


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_make_one_person() -> None:
    one, other = at_once(*[lambda: register(1)] * 2)
    assert one == other == Person.objects.get()


@pytest.mark.django_db
def test_amending_the_name_is_for_officials_the_phone_for_oneself() -> None:
    here = cast(pools=False)
    amend_person(person_id=here.person.pk, phone=valid_phone(55), reason="换号", actor=here.worker, at=AT)
    changed = amend_person(person_id=here.person.pk, name="王晓明", reason="改名", actor=here.intake, at=AT)
    assert (changed.name, changed.phone(), changed.name_pinyin) == (
        "王晓明",
        valid_phone(55),
        "wang xiao ming",
    )
    with pytest.raises(Refused, match="岗位"):
        amend_person(person_id=here.person.pk, name="李四", reason="改名", actor=here.worker, at=AT)
    with pytest.raises(Refused, match="本人"):
        amend_person(person_id=here.person.pk, phone="", reason="换号", actor=outsider(here, "worker"), at=AT)


@pytest.mark.django_db
def test_people_are_found_by_part_of_the_name_pinyin_or_the_whole_number() -> None:
    zhang = register(1, "张小三", phone=valid_phone(1))
    register(2, "小张三")
    ouyang = register(3, "欧阳娜娜")
    zeng = register(4, "曾小三")
    assert list(search("张小")) == [zhang]
    assert set(search("小三")) == {zhang, zeng}
    assert list(search("zengxiao")) == [zeng]
    assert list(search("zxs").order_by("id")) == [zhang, zeng]
    assert list(search("娜")) == [ouyang]
    assert list(search(valid_identity(1).lower())) == [zhang]
    assert list(search(valid_phone(1))) == [zhang]
    assert not search("") and not search("%") and not search("张三小")


@pytest.mark.django_db
def test_the_name_search_uses_the_index() -> None:
    make_person(1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "person_by_bigrams" in search("张小").explain()


def test_documents_of_other_kinds() -> None:
    first = "8100001990010100" + "1"
    permit = first + check_character(first)
    assert read_document("identity", permit).kind == "hmt_permit"
    first = "9311561990010100" + "1"
    assert read_document("foreign_permit", first + check_character(first)).kind == "foreign_permit"
    assert read_document("foreign_permit", "USA370012345678").born_on is None
    assert read_document("passport", "e1234567").number == "E1234567"
    with pytest.raises(ValueError, match="护照"):
        read_document("passport", "E1")


@given(st.integers(100_000, 799_999), st.integers(0, 999))
def test_abolished_area_codes_are_never_looked_up(area: int, serial: int) -> None:
    first = f"{area}19880229{serial:03d}"
    found = read_document("identity", first + check_character(first))
    assert (found.kind, found.born_on) == ("identity", date(1988, 2, 29))


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        (" 张 三 ", "张三"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("John  Smith", "John Smith"),
        ("㐂三", "㐂三"),
    ],
)
def test_names_are_written_one_way(written: str, plain: str) -> None:
    assert plain_name(written) == plain


@pytest.mark.parametrize("bad", ["", "张3", "张三（小）", "　", "a1"])
def test_what_is_no_name(bad: str) -> None:
    with pytest.raises(ValueError, match="姓名"):
        plain_name(bad)


def test_pinyin_knows_surnames() -> None:
    assert pinyin("单小曾") == ("shan xiao ceng", "sxc") or pinyin("单小曾") == ("shan xiao zeng", "sxz")
    assert pinyin("仇和")[1] == "qh"
    assert sorted(["张三", "李四", "欧阳五"], key=lambda name: pinyin(name)[0]) == ["李四", "欧阳五", "张三"]
