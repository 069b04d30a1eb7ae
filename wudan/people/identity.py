"""Whether somebody who names a registered person may be taken for that person, as far as can be told without a real-name log-in."""

from __future__ import annotations

from wudan.kernel.crypto import blind_index, same_index
from wudan.kernel.errors import refuse
from wudan.kernel.identifiers import check_phone
from wudan.people.models import Person
from wudan.people.names import plain_name


def check_document_and_name(person: Person, *, name: str, phone: str) -> None:
    """Refuses (person-known) where name or phone differ from the record. One sentence for both: it tells a stranger nothing."""
    try:
        same_name = person.name == plain_name(name)
        same_phone = person.phone_index is not None and same_index(
            bytes(person.phone_index), blind_index(check_phone(phone), "phone")
        )
    except ValueError:
        same_name = same_phone = False
    if not (same_name and same_phone):
        refuse(
            "person-known",
            "这个证件号码已有培训或补贴记录，所填姓名或手机号码与记录不一致，不能自助注册。",
            remedy="请带身份证到镇街便民服务中心或区人力资源社会保障局开通账号。",
        )
